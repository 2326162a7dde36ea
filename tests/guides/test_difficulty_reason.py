"""Why a picture is hard: the sentence names a rival where one comes near, and is silent where nothing can be said."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides import catalog
from lwise_core.guides.difficulty import difficulty_of
from lwise_core.guides.difficulty_reason import LOOKS_LIKE, reason_of
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty

GUIDE = catalog.load("phantom4-64")
TARGET = 1
EASY, HARD = 40.0, -40.0  # logits beyond all references


def said(guide: GuideModel, logits: list[float]) -> str:
    found = torch.tensor(logits)
    return reason_of(guide, found, difficulty=difficulty_of(guide, found, target=TARGET))


@pytest.mark.parametrize(
    ("logits", "says"),
    [
        ([0, EASY, 0, 0], "Why: the guide sees barred roundtail clearly, and nothing else comes near."),
        ([0, EASY, EASY - 0.1, 0], "Even so, to the guide it looks a little like spotted forktail too."),
        ([EASY, EASY + 0.9, EASY, EASY], "Even so, the guide is not sure: several other classes come a little near."),
        ([HARD - 9, HARD, HARD - 9, HARD - 9], "Why: nothing else comes near, but it shows little of what the guide"),
        ([HARD - 9, HARD, HARD - 9, HARD - 0.1], "Why: to the guide it looks much like spotted roundtail too."),
        ([HARD + 9, HARD, HARD, HARD], "Why: to the guide it looks more like barred forktail."),
    ],
)
def test_the_reason_is_the_rival_where_one_comes_near(logits: list[float], says: str) -> None:
    assert said(GUIDE, logits).startswith(says)


@given(st.lists(st.floats(-30, 30, width=32), min_size=4, max_size=4))
def test_a_class_is_named_as_near_only_from_its_probability_on(logits: list[float]) -> None:
    others = [p for i, p in enumerate(torch.tensor(logits).softmax(0).tolist()) if i != TARGET]
    near = "looks" in said(GUIDE, logits)
    assert near == (max(others) >= LOOKS_LIKE or logits[TARGET] < max(logits))


@given(st.lists(st.floats(-30, 30, width=32), min_size=4, max_size=4))
def test_a_class_is_seen_clearly_only_where_it_is_likelier_than_all_others(logits: list[float]) -> None:
    if "clearly" in said(GUIDE, logits):
        assert torch.tensor(logits).softmax(0)[TARGET] >= 1 / 2


def test_nothing_is_said_where_nothing_is_said_of_the_difficulty() -> None:
    logits = torch.tensor([0.0, EASY, 0.0, 0.0])
    known = difficulty_of(GUIDE, logits, target=TARGET)
    assert reason_of(GUIDE, logits, difficulty=known)
    assert reason_of(GUIDE, logits, difficulty=replace(known, percentile=None)) == ""
    assert reason_of(GUIDE, logits, difficulty=replace(known, novelty=Novelty(p=0.001, references=1000))) == ""
