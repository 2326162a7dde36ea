from __future__ import annotations

import numpy as np
import pytest
import torch

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution_methods import OCCLUSION, SALIENCY
from lwise_core.inspection.contrast import Contrast, contrasts_at
from lwise_core.inspection.examine import Question
from tests.inspection.test_evidence import path_of

QUESTION = Question(1, (SALIENCY, OCCLUSION))


def contrasts(guide: GuideModel, *, rival: int, question: Question = QUESTION) -> tuple[Contrast, ...]:
    path = path_of(guide, target=1)
    *_, last = contrasts_at(path, question, rival=rival, epsilon=3 * path.step)
    return last


def test_the_contrast_of_saliency_is_the_gradient_of_the_difference_of_both_logits(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    leaf = path.frames[0].images[0][None].clone().requires_grad_(True)
    logits = tiny_guide.logits(leaf)[0]
    (gradient,) = torch.autograd.grad(logits[1] - logits[3], leaf)
    found = contrasts(tiny_guide, rival=3)[0]
    assert found.before == pytest.approx(gradient[0].sum(dim=0).numpy(), abs=1e-5)


def test_a_class_against_itself_is_nothing_and_two_classes_are_each_other_s_opposite(tiny_guide: GuideModel) -> None:
    for one in contrasts(tiny_guide, rival=1):
        assert not one.before.any()
        assert not one.after.any()
    turned = contrasts(tiny_guide, rival=1, question=Question(3, QUESTION.methods))
    for one, other in zip(contrasts(tiny_guide, rival=3), turned, strict=True):
        assert np.allclose(one.before, -other.before, atol=1e-6)
        assert one.before.any()


def test_methods_come_one_after_the_other(tiny_guide: GuideModel) -> None:
    path = path_of(tiny_guide, target=1)
    found = list(contrasts_at(path, QUESTION, rival=0, epsilon=path.step))
    assert [[c.method for c in one] for one in found] == [[], [SALIENCY], [SALIENCY, OCCLUSION]]
