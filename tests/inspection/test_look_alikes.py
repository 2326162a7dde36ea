from __future__ import annotations

from dataclasses import replace
from math import exp, log

import pytest
import torch

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.indicators import LightState
from lwise_core.inspection.look_alikes import alike_here
from lwise_core.inspection.wording import verdict_of
from tests.inspection.test_evidence import path_of
from tests.inspection.test_hallucination import with_references


def saying(path: EnhancementPath, logits: tuple[float, ...]) -> EnhancementPath:
    """Return ``path`` with these logits of the original."""
    first = replace(path.frames[0], logits=torch.tensor([logits]))
    return replace(path, frames=(first, *path.frames[1:]))


@pytest.fixture
def path(tiny_guide: GuideModel) -> EnhancementPath:
    """A path towards b; the guide has references of every class that rule none out."""
    return path_of(with_references(tiny_guide, above=-50), target=1)


@pytest.mark.parametrize("odds", [0.2, 1 / 3.1, 1 / 2.9, 1.0, 2.9, 3.1, 50.0])
def test_two_classes_are_alike_where_the_odds_between_them_are_below_three(path: EnhancementPath, odds: float) -> None:
    said = alike_here(saying(path, (0.0, log(odds), -1.0, -1.0, -9.0)), stated="a")
    assert bool(said) is (1 / 3 < odds < 3)
    if said:
        share = odds / (1 + odds)
        likelier = f"b ({share:.0%})" if share >= 0.5 else f"a ({1 - share:.0%})"
        assert f"cannot tell b from a here: of the two it leans to {likelier}." in said


@pytest.mark.parametrize(("stated", "rival"), [("c", "c"), ("b", "d"), (None, "d"), ("something else", "d")])
def test_the_rival_is_what_was_stated_or_else_the_guide_s_next_choice(
    path: EnhancementPath, stated: str | None, rival: str
) -> None:
    assert f"b from {rival} here" in alike_here(saying(path, (-3.0, 0.0, 0.1, 0.5, -9.0)), stated=stated)


def test_a_class_that_its_references_rule_out_is_told_apart(tiny_guide: GuideModel) -> None:
    hard = path_of(with_references(tiny_guide, above=50), target=1)
    assert alike_here(saying(hard, (0.0,) * 5), stated="a") == ""
    few = path_of(with_references(tiny_guide, above=-50, count=99), target=1)
    assert alike_here(saying(few, (0.0,) * 5), stated="a") == ""


def test_light_verdict_and_state_hold_the_sentence_and_the_flag_stays(path: EnhancementPath) -> None:
    alike = saying(path, (0.0, 0.0, -1.0, -1.0, -9.0))
    risks = list(Judge(alike, stated="a").along())
    assert "cannot tell" not in risks[0].semantic.sentence
    for risk in risks[1:]:
        assert risk.semantic.state is LightState.FLAGGED
        assert risk.semantic.sentence.endswith("of the two it leans to b (50%).")
        assert verdict_of(risk, towards="b").endswith(risk.semantic.alike)
    own = Judge(alike, stated="b").at(2)
    assert own.semantic.state is LightState.NO_FLAG
    assert "cannot tell b from a here" in verdict_of(own, towards="b")
    apart = Judge(saying(path, (0.0, 4.0, -1.0, -1.0, -9.0)), stated="b").at(2)
    assert exp(4.0) > 3
    assert "cannot tell" not in verdict_of(apart, towards="b") + apart.semantic.sentence
