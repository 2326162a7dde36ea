"""Schedules and groups, beside the paper's table (method notes 3.1, 3.2)."""

from dataclasses import replace
from typing import Any

import pytest

from lwise_core.teaching.design.schedules import (
    ANIMALS,
    CLINICIANS,
    DERMOSCOPY,
    HISTOLOGY,
    MOTHS,
    SCHEDULES,
    SEVEN_SLOTS,
    SLOTS,
    Group,
    Schedule,
    ScheduleError,
    TrialQuestion,
)


@pytest.mark.parametrize(("schedule", "classes"), [(MOTHS, 4), (DERMOSCOPY, 4), (HISTOLOGY, 2)])
def test_the_papers_courses_have_201_trials(schedule: Schedule, classes: int) -> None:
    assert schedule.trials(classes) == 201
    assert [b.trials(classes) for b in schedule.blocks] == [18, 19, 19, 19, 19, 19, 19, 19, 25, 25]


def test_the_papers_blocks_go_from_easy_and_enhanced_to_all_and_natural() -> None:
    assert [b.fraction for b in MOTHS.curriculum] == [0.1, 0.25, 0.4, 0.55, 0.7, 0.85]
    assert [b.epsilon_224 for b in MOTHS.curriculum] == [8, 4, 2, 1, 0.5, 0.25]
    assert [b.name for b in MOTHS.held_out] == ["train_7", "train_8", "test_1", "test_2"]
    assert [b.name for b in MOTHS.tests] == ["test_1", "test_2"]
    assert MOTHS.epsilons_224 == (0.25, 0.5, 1, 2, 4, 8)


def test_animals_compare_five_budgets_within_each_learner() -> None:
    assert ANIMALS.trials(16) == 32 + 160 + 2
    assert ANIMALS.epsilons_224 == (5, 10, 15, 20)
    assert ANIMALS.curriculum == ()
    assert ANIMALS.altered_splits == {"val"}
    assert MOTHS.altered_splits == {"train"}


def test_budgets_that_cannot_be_shared_evenly_are_refused() -> None:
    with pytest.raises(ScheduleError, match=r"its 9 pictures .* shared evenly among its 5 budgets; take 5, 10 or"):
        replace(ANIMALS.blocks[1], per_class=9)


def test_where_the_pictures_come_from() -> None:
    assert {b.split for b in MOTHS.blocks} == {"train", "val"}
    assert {b.split for b in DERMOSCOPY.blocks} == {"val"}
    assert {b.split for b in HISTOLOGY.blocks} == {"test"}


def test_control_is_twice_as_large_as_every_other_group() -> None:
    assert SEVEN_SLOTS.count(Group.CONTROL) == 2
    assert len(set(SEVEN_SLOTS)) == 6
    assert SLOTS.keys() == SCHEDULES.keys()


def test_groups_differ_in_what_they_do() -> None:
    assert (Group.L_WISE.selects, Group.L_WISE.enhances, Group.L_WISE.shuffled) == (True, True, False)
    assert (Group.SHOWN_WHERE.selects, Group.SHOWN_WHERE.enhances, Group.SHOWN_WHERE.shuffled) == (True, True, False)
    assert [g for g in Group if g.shows_where] == [Group.SHOWN_WHERE]
    assert not Group.CONTROL.selects
    assert not Group.CONTROL.enhances
    assert not Group.WRONG_CLASS.enhances  # towards what a picture shows


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fraction": 0.0}, "share of the easiest"),
        ({"fraction": 1.2}, "share of the easiest"),
        ({"epsilon_224": float("nan")}, "ε must be"),
        ({"epsilon_224": -1.0}, "ε must be"),
        ({"per_class": 0}, "at least 1 picture"),
        ({"calibration": 1}, "calibration"),
        ({"repeats": -1}, "negative repeats"),
        ({"question": TrialQuestion.FIND, "repeats": 1}, "set its repeats to 0"),
        ({"question": TrialQuestion.SPOT, "repeats": 0}, "compares several ε"),
        ({"catch": 1}, "only a block that asks"),
    ],
)
def test_a_block_that_cannot_be_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScheduleError, match=sentence):
        replace(MOTHS.blocks[0], **change)


def test_a_curriculum_that_comes_back_after_natural_blocks_is_refused() -> None:
    with pytest.raises(ScheduleError, match="every block must be one"):
        replace(MOTHS, blocks=(*MOTHS.blocks, replace(MOTHS.blocks[0], name="again")))


def test_a_test_of_enhanced_pictures_is_refused() -> None:
    with pytest.raises(ScheduleError, match="is a test"):
        replace(MOTHS, blocks=(replace(MOTHS.blocks[0], feedback=False),))


def test_two_blocks_of_one_name_are_refused() -> None:
    with pytest.raises(ScheduleError, match="a name of its own"):
        replace(MOTHS, blocks=(MOTHS.blocks[0], MOTHS.blocks[0]))


@pytest.mark.parametrize(
    "change", [{"mixed": ()}, {"mixed": (0.0, 4.0)}, {"feedback": True}, {"calibration": 2}, {"catch": -1}]
)
def test_a_block_that_asks_for_the_wrongly_enhanced_one_compares_budgets_and_tells_nobody(
    change: dict[str, Any],
) -> None:
    with pytest.raises(ScheduleError):
        replace(CLINICIANS.blocks[0], **change)


def test_a_schedule_in_pairs_asks_for_as_many_pictures_but_repeats_none() -> None:
    pairs = MOTHS.in_pairs()
    assert pairs.questions == {TrialQuestion.FIND}
    assert [b.trials(4) for b in pairs.blocks] == [4 * b.per_class + 2 for b in MOTHS.blocks]
    assert CLINICIANS.in_pairs() == CLINICIANS
