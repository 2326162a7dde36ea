"""One look: the guide's own logits, and what is said of each picture by what lies beside its card."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lwise_core.guides.familiarity import Familiarity
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import Looker, look, novelty_of
from lwise_core.guides.novelty import NOT_JUDGED
from lwise_core.guides.stage_features import StageFeatures
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())
PICTURES = eight_pictures(16)
WEIGHTS, HELD_OUT = (np.linspace(-1, 1, count, dtype=np.float32) for count in (32, 150))
KNOWN = Familiarity(("stages",), WEIGHTS, 0.0, HELD_OUT, sha256="0" * 64)


def own_logits(guide: GuideModel) -> torch.Tensor:
    with torch.no_grad():
        return guide.logits(PICTURES)


def test_a_guide_without_familiarity_judges_nothing() -> None:
    found = look(GUIDE, PICTURES)
    assert torch.equal(found.logits, own_logits(GUIDE))
    assert found.novelty == (NOT_JUDGED,) * 8


def test_a_guide_with_familiarity_judges_every_picture_and_its_logits_stay() -> None:
    guide = replace(GUIDE, familiarity=KNOWN)
    found = look(guide, PICTURES)
    assert torch.equal(found.logits, own_logits(GUIDE))
    assert found.novelty == KNOWN.novelty(StageFeatures.of(guide, ("stages",)).read(PICTURES)[1])
    assert len({novelty.p for novelty in found.novelty}) > 1
    assert novelty_of(guide, PICTURES[2]).p == found.novelty[2].p


def test_familiarity_of_another_network_judges_nothing_and_fails_nowhere() -> None:
    for other in (replace(KNOWN, stages=("layer4",)), replace(KNOWN, weights=np.zeros(7, np.float32))):
        found = look(replace(GUIDE, familiarity=other), PICTURES)
        assert torch.equal(found.logits, own_logits(GUIDE))
        assert found.novelty == (NOT_JUDGED,) * 8


def test_who_looks_at_many_pictures_makes_one_twin_and_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    guide = replace(GUIDE, familiarity=KNOWN)
    made: list[GuideModel] = []
    of = StageFeatures.of

    def counted(guide: GuideModel, stages: tuple[str, ...]) -> StageFeatures:
        made.append(guide)
        return of(guide, stages)

    monkeypatch.setattr(StageFeatures, "of", counted)
    looker = Looker.of(guide)
    found = [looker.look(PICTURES[i : i + 2]) for i in (0, 2, 4)]
    assert made == [guide]
    for i, looks in zip((0, 2, 4), found, strict=True):
        expected = look(guide, PICTURES[i : i + 2])
        assert torch.equal(looks.logits, expected.logits)
        assert looks.novelty == expected.novelty
