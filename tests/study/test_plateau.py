"""Who stands still: stated by a criterion, whose error rates are computed here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from lwise_core.study.estimates import CannotJudge
from lwise_core.study.plateau import GroupTrend, comparable_blocks, group_trends, standing_still
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course import Design
from lwise_core.teaching.design.schedules import ANIMALS, HISTOLOGY, MOTHS, SEVEN_SLOTS, Group

DESIGN = Design("Moths", MOTHS, SEVEN_SLOTS)
TRAINING = tuple(b.name for b in MOTHS.blocks if b.feedback)
SIXTEENTHS = 16


def answered(shares: list[list[int]], group: Group = Group.CONTROL) -> Responses:
    """Return answers of people who got so many of 16 right in each block of training, evenly spread."""
    rows = [
        {
            "participant": f"P{person:02d}",
            "group": str(group),
            "block": block,
            "class": "a",
            "trial_number": SIXTEENTHS * b + t,
            "perf": int((t + 1) * right // SIXTEENTHS > t * right // SIXTEENTHS),
            "feedback": True,
        }
        for person, blocks in enumerate(shares)
        for b, (block, right) in enumerate(zip(TRAINING, blocks, strict=True))
        for t in range(SIXTEENTHS)
    ]
    return Responses(pd.DataFrame(rows))


def trend(responses: Responses) -> GroupTrend:
    (found,) = group_trends(responses, DESIGN)
    assert isinstance(found, GroupTrend)
    return found


def test_only_blocks_that_show_a_group_pictures_of_one_kind_are_compared() -> None:
    assert comparable_blocks(MOTHS, Group.CONTROL) == TRAINING
    assert comparable_blocks(MOTHS, Group.L_WISE) == TRAINING[-2:]
    assert comparable_blocks(MOTHS, Group.SELECTION) == TRAINING[-2:]
    assert comparable_blocks(MOTHS, Group.ENHANCEMENT) == TRAINING[-2:]
    assert comparable_blocks(MOTHS, Group.ADAPTIVE) == ()
    assert comparable_blocks(HISTOLOGY, Group.CONTROL) == TRAINING
    assert comparable_blocks(ANIMALS, Group.WITHIN) == ()


def test_a_group_whose_people_are_level_stands_still_and_one_that_rises_does_not() -> None:
    level = trend(answered([[4, 6, 8, 8, 8, 8, 8, 8]] * 6))
    assert level.level
    assert (level.rise.value, level.accuracy, level.blocks) == (0, 0.5, TRAINING[-4:])
    rising = trend(answered([[4, 5, 6, 7, 8, 9, 10, 11]] * 6))
    assert not rising.level
    assert rising.rise.value == pytest.approx(1 / 16)


def test_a_group_that_may_rise_is_not_said_to_stand_still() -> None:
    found = trend(answered([[8] * 7 + [4], [8] * 7 + [12]] * 3))
    assert found.rise.value == pytest.approx(0, abs=1e-12)
    assert not found.level, "its people differ too much to exclude a rise"


def test_who_knows_it_all_does_not_stand_still() -> None:
    known = answered([[8, 10, 12, 16, 16, 16, 16, 16]] * 6)
    assert not trend(known).level
    assert standing_still(known, DESIGN) == ()


def test_too_few_people_or_blocks_are_said() -> None:
    (few,) = group_trends(answered([[8] * 8] * 4), DESIGN)
    assert isinstance(few, CannotJudge)
    assert "4 people have answered" in few.sentence
    (tapered,) = group_trends(answered([[8] * 8] * 6, Group.L_WISE), DESIGN)
    assert isinstance(tapered, CannotJudge)
    assert "and there are 2." in tapered.sentence


def test_a_learner_who_is_no_better_later_is_named_and_who_improves_is_not() -> None:
    found = standing_still(answered([[8] * 8, [4, 5, 6, 7, 8, 9, 10, 11], [9, 9, 9, 9, 7, 7, 7, 7]]), DESIGN)
    assert [s.participant for s in found] == ["P00", "P02"]
    assert (found[1].earlier, found[1].later, found[1].trials) == (9 / 16, 7 / 16, 128)
    assert standing_still(answered([[8] * 8], Group.L_WISE), DESIGN) == ()  # two comparable blocks are too few


def test_a_test_is_no_training() -> None:
    untaught = replace(MOTHS, blocks=tuple(replace(b, feedback=False) for b in MOTHS.blocks if b.plain))
    assert comparable_blocks(untaught, Group.CONTROL) == ()


def no_better_later(earlier: float, later: float, *, trials: int = 64) -> float:
    """Return how likely somebody is right no more often in the later of two halves, of true shares."""
    right = np.arange(trials + 1)
    return float((binom.pmf(right, trials, earlier) * binom.cdf(right, trials, later)).sum())


def test_the_error_rates_that_are_told_are_those_of_the_criterion() -> None:
    assert no_better_later(0.5, 0.5) == pytest.approx(0.535, abs=0.01)
    rising = [0.34 + 0.04 * b for b in range(8)]
    assert no_better_later(float(np.mean(rising[:4])), float(np.mean(rising[4:]))) == pytest.approx(0.04, abs=0.01)
