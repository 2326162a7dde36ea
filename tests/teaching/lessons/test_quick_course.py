"""Courses of chosen photographs."""

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.teaching.courses.builder import CourseBuilder, check_filled
from lwise_core.teaching.courses.course import CourseError
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, trials_for
from lwise_core.teaching.lessons.quick_course import (
    FEWEST,
    FEWEST_FOR_ALL,
    FromRanking,
    course_in_words,
    fewer_than,
    lesson_design,
)


def photographs(*counts: int) -> tuple[RankedPhotograph, ...]:
    square = np.zeros((8, 8, 3), dtype=np.uint8)
    one = RankedPhotograph("x", "", "", False, 0.0, 0.5, 1, "", np.zeros(1, np.float32), square, b"", 0)
    return tuple(
        replace(one, class_name=f"class {c}", sha256=hashlib.sha256(f"{c} {i}".encode()).hexdigest(), logit=i / 7)
        for c, count in enumerate(counts)
        for i in range(count)
    )


@settings(max_examples=30)
@given(counts=st.lists(st.integers(FEWEST, 80), min_size=2, max_size=4))
def test_whatever_is_chosen_fills_the_schedule(counts: list[int]) -> None:
    chosen = photographs(*counts)
    design = lesson_design(chosen, name="mine")
    logits = {p.sha256[:16]: p.logit for p in chosen}
    candidates = tuple(
        Candidate(f.name, f.class_name, f.split, difficulty=-logits[f.name.rsplit("/", 1)[1].removesuffix(".png")])
        for f in FromRanking(chosen)
    )
    trials = trials_for(Pool(candidates), design.schedule, Group.L_WISE, seed=design.seed_for(0))
    assert len(trials) == design.schedule.trials(len(counts))


def test_every_fifth_photograph_of_a_class_is_kept_for_the_test() -> None:
    splits = Counter((f.class_name, f.split) for f in FromRanking(photographs(20, 17)))
    assert splits == {("class 0", "train"): 16, ("class 0", "val"): 4, ("class 1", "train"): 14, ("class 1", "val"): 3}


def test_the_names_of_files_stay_behind() -> None:
    chosen = tuple(replace(p, name="holiday with Anna.jpg") for p in photographs(17, 17))
    assert not any("Anna" in f.name for f in FromRanking(chosen))


@pytest.mark.parametrize("counts", [(), (40,), (40, FEWEST - 1)])
def test_too_few_are_refused_with_what_there_is(counts: tuple[int, ...]) -> None:
    with pytest.raises(CourseError, match=f"{FEWEST} photographs of each"):
        lesson_design(photographs(*counts), name="mine")


def test_every_class_with_too_few_is_named_with_what_there_is() -> None:
    with pytest.raises(CourseError, match=r"chosen are 2 of class 2 and 4 of class 0\. Choose more"):
        lesson_design(photographs(4, 40, 2), name="mine")
    assert "chosen are 6 of class 2, 9 of class 0 and 16 of class 3." in course_in_words(
        photographs(9, 40, 6, 16), name="mine"
    )
    many = {f"class {i}": 1 for i in range(30)}
    assert fewer_than(2, many).endswith(" and too few of 22 more classes")
    assert fewer_than(1, many) == ""


@settings(max_examples=30)
@given(counts=st.lists(st.integers(FEWEST, 3 * FEWEST_FOR_ALL), min_size=2, max_size=4))
def test_the_schedule_shrinks_to_what_there_is_and_says_so(counts: list[int]) -> None:
    chosen = photographs(*counts)
    design = lesson_design(chosen, name="mine")
    check_filled(design, list(FromRanking(chosen).listed()))
    budgets = [b.epsilon_224 for b in design.schedule.blocks]
    assert budgets == sorted(budgets, reverse=True)
    assert budgets[0] > 0 == budgets[-1]
    said = course_in_words(chosen, name="mine")
    assert f"{design.schedule.trials(len(counts))} trials" in said
    assert ("It is shorter than the paper's" in said) == (min(counts) < FEWEST_FOR_ALL)


@pytest.mark.parametrize("each", [FEWEST, 9, FEWEST_FOR_ALL, 40])
def test_every_trial_counts_since_nobody_is_compared(each: int) -> None:
    schedule = lesson_design(photographs(each, each + 3), name="mine").schedule
    assert schedule.scored(2) == schedule.trials(2)


def test_nine_of_each_are_shown_two_at_a_time() -> None:
    schedule = lesson_design(photographs(9, 20), name="mine").schedule
    assert [b.per_class for b in schedule.blocks] == [2, 2, 2, 2, 1]


def test_more_photographs_never_make_a_shorter_course() -> None:
    trials = [lesson_design(photographs(n, n), name="mine").schedule.trials(2) for n in range(FEWEST, 40)]
    assert trials == sorted(trials)


def test_the_steps_of_a_course_are_a_path_for_each_picture_to_learn_from(phantom_guide: GuideModel) -> None:
    chosen = photographs(20, 20)
    scale = phantom_guide.epsilon_scale
    steps = round(min(scale.from_224(8.0), scale.largest) / scale.step)
    maker = CourseBuilder(Walker(phantom_guide), lesson_design(chosen, name="mine"), ("class 0", "class 1"))
    assert maker.steps(FromRanking(chosen)) == 32 * steps
