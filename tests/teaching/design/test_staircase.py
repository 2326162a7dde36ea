"""Courses that follow the learner."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.design.staircase import (
    LEVELS_A_ROW,
    ShownTrial,
    level_after,
    levels,
    next_adaptive,
    next_yoked,
)
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, TrialKind, trials_for

POOL = Pool(
    tuple(
        Candidate(f"{split}/{c}/{i}", f"class {c}", split, difficulty=i / 60)
        for c in range(4)
        for split, count in (("train", 60), ("val", 10))
        for i in range(count)
    )
)
LAST = len(levels(MOTHS)) - 1
CURRICULUM = {b.name for b in MOTHS.curriculum}


def sat(*, seed: int, skill: float) -> tuple[list[Trial], list[bool]]:
    """Return a whole adaptive course as somebody sits it who is right with probability ``skill``."""
    random = np.random.default_rng(seed)
    trials: list[Trial] = []
    correct: list[bool] = []
    while len(trials) < MOTHS.trials(4):
        shown = [ShownTrial(t.number, t.picture, t.epsilon_224) for t in trials]
        trials.append(next_adaptive(POOL, MOTHS, seed=seed, shown=shown, correct=correct))
        correct.append(bool(random.random() < skill))
    return trials, correct


def test_levels_go_from_the_first_row_to_all_pictures_as_they_are() -> None:
    table = levels(MOTHS)
    assert (table[0].fraction, table[0].epsilon_224) == (0.1, 8)
    assert (table[LEVELS_A_ROW].fraction, table[LEVELS_A_ROW].epsilon_224) == (0.25, 4)
    assert (table[-1].fraction, table[-1].epsilon_224) == (1, 0)
    assert [x.fraction for x in table] == sorted(x.fraction for x in table)
    assert [x.epsilon_224 for x in table] == sorted((x.epsilon_224 for x in table), reverse=True)


def test_the_rule_goes_up_by_one_and_down_by_four() -> None:
    assert level_after([], last=LAST) == 0
    assert level_after([True] * 3, last=LAST) == 3
    assert level_after([True] * 6 + [False], last=LAST) == 2
    assert level_after([False], last=LAST) == 0
    assert level_after([True] * 999, last=LAST) == LAST


def test_the_rule_rests_at_eighty_per_cent() -> None:
    """Somebody whose accuracy falls with the level ends where they are right four times in five."""
    random = np.random.default_rng(0)
    correct: list[bool] = []
    for _ in range(4000):
        level = level_after(correct[-400:], last=40)
        correct.append(bool(random.random() < 1 - level / 60))
    assert np.mean(correct[1000:]) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("skill", [0.0, 0.7, 1.0])
def test_every_learner_gets_the_same_blocks_classes_and_calibration_as_with_l_wise(skill: float) -> None:
    plan = trials_for(POOL, MOTHS, Group.L_WISE, seed=3)
    trials, _ = sat(seed=3, skill=skill)
    assert [(t.number, t.block, t.kind, t.answer, t.split, t.feedback) for t in trials] == [
        (t.number, t.block, t.kind, t.answer, t.split, t.feedback) for t in plan
    ]
    assert [t for t in trials if t.block not in CURRICULUM] == [t for t in plan if t.block not in CURRICULUM]
    assert not any(t.altered for t in trials if t.block not in CURRICULUM)


def test_who_is_always_right_is_weaned_and_who_is_always_wrong_stays_at_the_easiest() -> None:
    able, _ = sat(seed=1, skill=1.0)
    unable, _ = sat(seed=1, skill=0.0)
    assert [t.epsilon_224 for t in unable if t.kind is TrialKind.MAIN and t.block in CURRICULUM] == [8.0] * 96
    assert not any(t.altered for t in able if t.block == "train_3")


def test_no_picture_is_shown_twice_in_a_block_or_before_its_test() -> None:
    trials, _ = sat(seed=6, skill=0.8)
    for block in CURRICULUM:
        pictures = [t.picture for t in trials if t.block == block and t.kind is TrialKind.MAIN]
        assert len(set(pictures)) == len(pictures)
    held = {t.picture for t in trials if t.block not in CURRICULUM and t.scored}
    assert held.isdisjoint(t.picture for t in trials if t.block in CURRICULUM)


def test_yoked_learners_see_the_same_whatever_they_answer() -> None:
    trials, _ = sat(seed=9, skill=0.6)
    partner = [ShownTrial(t.number, t.picture, t.epsilon_224) for t in trials]
    yoked = [next_yoked(POOL, MOTHS, seed=9, partner=partner, done=i) for i in range(len(trials))]
    assert yoked == trials


def test_where_the_partner_stopped_the_rest_is_l_wise() -> None:
    trials, _ = sat(seed=9, skill=0.2)
    partner = [ShownTrial(t.number, t.picture, t.epsilon_224) for t in trials[:30]]
    plan = trials_for(POOL, MOTHS, Group.L_WISE, seed=9)
    assert next_yoked(POOL, MOTHS, seed=9, partner=partner, done=29) == trials[29]
    assert next_yoked(POOL, MOTHS, seed=9, partner=partner, done=30) == plan[30]


@given(correct=st.lists(st.booleans(), max_size=60), last=st.integers(0, 30))
def test_levels_stay_in_the_table(correct: list[bool], last: int) -> None:
    assert 0 <= level_after(correct, last=last) <= last


def test_after_the_last_trial_there_is_none() -> None:
    trials, correct = sat(seed=0, skill=1.0)
    shown = [ShownTrial(t.number, t.picture, t.epsilon_224) for t in trials]
    with pytest.raises(IndexError):
        next_adaptive(POOL, replace(MOTHS), seed=0, shown=shown, correct=correct)
