"""A practice is made of a course."""

from dataclasses import replace
from pathlib import Path

import pytest

from lwise_core.teaching.courses.course import Course, CourseError, natural_of
from lwise_core.teaching.courses.follow_up import make_follow_up
from lwise_core.teaching.courses.practice import is_practice_of, make_practice, practice_answer
from lwise_core.teaching.courses.session import LearnerState, upcoming
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.records.store import now
from lwise_core.teaching.records.values import TrialRecord


def from_one_split(course: Course) -> Course:
    """Return the course as if its tests drew from the pictures that it teaches with."""
    blocks = tuple(replace(b, split="train") for b in course.design.schedule.blocks)
    design = replace(course.design, schedule=replace(course.design.schedule, blocks=blocks))
    return replace(course, manifest=replace(course.manifest, design=design))


def test_a_practice_shows_natural_pictures_that_no_test_draws_from(course: Course, tmp_path: Path) -> None:
    practice = make_practice(course, tmp_path / "practice")
    assert practice.design.slots == (Group.PRACTICE,)
    assert practice.classes == course.classes
    assert {p.candidate.split for p in practice.manifest.pictures} == {"train"}
    assert {s.epsilon_224 for p in practice.manifest.pictures for s in p.stimuli} == {0.0}
    natural = {natural_of(p).file for p in course.manifest.pictures}
    assert all(practice.picture(natural_of(p).file) for p in practice.manifest.pictures)
    assert {natural_of(p).file for p in practice.manifest.pictures} < natural


def test_where_tests_draw_from_the_same_pictures_half_of_them_are_left_to_them(course: Course, tmp_path: Path) -> None:
    one = from_one_split(course)
    practice = make_practice(one, tmp_path / "practice")
    for name in course.classes:
        all_of_it = [p for p in one.manifest.pictures if (p.candidate.class_name, p.candidate.split) == (name, "train")]
        kept = [p for p in practice.manifest.pictures if p.candidate.class_name == name]
        assert 0 < len(kept) < len(all_of_it)
    again = make_practice(one, tmp_path / "again")
    assert again.digest == practice.digest


def test_whoever_practises_knows_every_class_by_the_same_name(course: Course, tmp_path: Path) -> None:
    practice = make_practice(course, tmp_path / "practice")
    assert [practice.labels(f"p{i}") for i in range(20)] == [course.labels(f"p{i}") for i in range(20)]
    assert is_practice_of(practice, course)
    assert not is_practice_of(course, practice)
    other = replace(course, manifest=replace(course.manifest, design=replace(course.design, seed=1)))
    assert not is_practice_of(practice, other)


def test_a_course_that_only_tests_has_nothing_to_practise(course: Course, tmp_path: Path) -> None:
    later = make_follow_up(course, tmp_path / "later")
    with pytest.raises(CourseError, match="has no picture of"):
        make_practice(later, tmp_path / "practice")


def test_a_practice_is_a_group_of_its_own(course: Course) -> None:
    with pytest.raises(CourseError, match="A practice is a course of its own"):
        replace(course.design, slots=(Group.CONTROL, Group.PRACTICE))


@pytest.mark.parametrize(
    ("reaction_ms", "left", "seconds"), [(812.5, False, 0.8125), (812.5, True, None), (None, False, None)]
)
def test_a_time_counts_only_where_the_page_was_not_left(
    course: Course, tmp_path: Path, reaction_ms: float | None, left: bool, seconds: float | None
) -> None:
    practice = make_practice(course, tmp_path / "practice")
    (trial,) = upcoming(practice, LearnerState(0))
    answer = Answer(0, trial.answer, reaction_ms, onset_ms=1.0, choices_ms=1.0, left=left)
    moment = now()
    found = practice_answer(TrialRecord(trial=trial, answer=answer, correct=True, stored_at=moment))
    assert (found.class_name, found.picture, found.reaction_s) == (trial.answer, trial.picture, seconds)
    assert found.at_s == moment.timestamp()
