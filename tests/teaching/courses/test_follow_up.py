"""The later test of the same people."""

from dataclasses import replace
from pathlib import Path

import pytest

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.follow_up import make_follow_up
from lwise_core.teaching.courses.practice import make_practice
from lwise_core.teaching.design.study_terms import StudyTerms


def test_a_follow_up_has_the_test_blocks_only_and_natural_pictures(course: Course, tmp_path: Path) -> None:
    later = make_follow_up(course, tmp_path / "later")
    trials = later.trials(0)
    assert {t.block for t in trials} == {b.name for b in course.design.schedule.tests}
    assert not any(t.feedback or t.altered for t in trials)
    assert {s.epsilon_224 for p in later.manifest.pictures for s in p.stimuli} == {0.0}
    assert later.digest != course.digest


def test_whoever_comes_back_knows_every_class_by_the_same_name(course: Course, tmp_path: Path) -> None:
    later = make_follow_up(course, tmp_path / "later")
    assert [later.labels(f"p{i}") for i in range(20)] == [course.labels(f"p{i}") for i in range(20)]


def test_a_course_without_a_test_has_no_follow_up(course: Course, tmp_path: Path) -> None:
    schedule = replace(course.design.schedule, blocks=course.design.schedule.blocks[:-1])
    design = replace(course.design, schedule=schedule)
    with pytest.raises(CourseError, match="no test to take again"):
        make_follow_up(replace(course, manifest=replace(course.manifest, design=design)), tmp_path)


def test_a_test_of_altered_pictures_is_not_taken_again(pair_course: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="shows altered pictures"):
        make_follow_up(pair_course, tmp_path)


def test_a_later_test_keeps_what_was_agreed_to_and_not_the_code_of_another_course(
    course: Course, tmp_path: Path
) -> None:
    terms = StudyTerms("I agree.", "You are told what was right.", "C1", "https://example.org/")
    taught = replace(course, manifest=replace(course.manifest, design=replace(course.design, terms=terms)))
    assert make_follow_up(taught, tmp_path / "later").design.terms == StudyTerms("I agree.")
    assert make_practice(taught, tmp_path / "practice").design.terms == StudyTerms("I agree.")
