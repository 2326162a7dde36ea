from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.controls import CONTROLS, DEGRADATIONS
from benchmarks.observers import ENHANCED, ORIGINAL, WRONG_CLASS, Pictures, compare, exact_p, holm, versions
from lwise_core.guides.guide import GuideModel
from tests.conftest import eight_pictures

EPSILONS_224 = (4.0, 16.0)


@pytest.fixture
def pictures() -> Pictures:
    return Pictures(eight_pictures(16), tuple("abcdeabc"))


def test_every_version_is_as_far_from_the_original_as_the_enhanced_picture(
    tiny_guide: GuideModel, pictures: Pictures
) -> None:
    made = versions(tiny_guide, pictures, epsilons_224=EPSILONS_224)
    for epsilon, versions_of_it in made.items():
        assert set(versions_of_it) == {ORIGINAL, ENHANCED, WRONG_CLASS, *CONTROLS}
        assert torch.equal(versions_of_it[ORIGINAL], pictures.images)
        lengths = {k: (v - pictures.images).flatten(1).norm(dim=1) for k, v in versions_of_it.items() if k != ORIGINAL}
        assert (lengths[ENHANCED] <= tiny_guide.epsilon_scale.from_224(epsilon) + 1e-5).all()
        for name, length in lengths.items():
            assert torch.allclose(length, lengths[ENHANCED], rtol=0.05), name


def test_a_wrong_class_is_never_the_picture_s_own(tiny_guide: GuideModel, pictures: Pictures) -> None:
    made = versions(tiny_guide, pictures, epsilons_224=(8.0,))[8.0]
    targets = pictures.targets(tiny_guide)
    rows = torch.arange(len(targets))
    own, other = (tiny_guide.logits(made[k])[rows, targets] for k in (ENHANCED, WRONG_CLASS))
    assert (own > other).all()


def test_a_guide_that_observes_itself_sees_its_own_enhancement(phantom_guide: GuideModel) -> None:
    pictures = Pictures(eight_pictures(64), 2 * phantom_guide.classes)
    found = compare(phantom_guide, pictures, versions(phantom_guide, pictures, epsilons_224=EPSILONS_224))
    assert len(found) == len(DEGRADATIONS) * len(EPSILONS_224) * (len(CONTROLS) + 2)
    at_last = {c.against: c for c in found if (c.degraded, c.epsilon_224) == ("as written", EPSILONS_224[-1])}
    assert at_last[ORIGINAL].difference.value > 0.2
    assert at_last[WRONG_CLASS].difference.value >= at_last[ORIGINAL].difference.value
    assert all(0 <= c.accuracy <= 1 and 0 <= c.p <= 1 for c in found)


def test_mcnemar_counts_only_the_pictures_that_are_judged_differently() -> None:
    one = np.array([1.0] * 8 + [0.0] * 2)
    assert exact_p(one, np.zeros(10)) == pytest.approx(2 * 0.5**8)
    assert exact_p(one, one) == 1


def test_holm_is_what_its_definition_says() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
