"""A course as an experiment without a server: whose trials, with which names, in which language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.design.schedules import Group
from tests.support.courses import DESIGN


def of_two_groups(course: Course, *, language: str = "") -> Course:
    names = {"de": {name: f"{name} auf Deutsch" for name in course.classes}}
    slots = (Group.CONTROL, Group.L_WISE)
    design = replace(DESIGN, slots=slots, aliases=(), language=language, class_names=names)
    return replace(course, manifest=replace(course.manifest, design=design))


def test_the_first_learners_have_their_trials(course: Course) -> None:
    experiment = static_experiment_of(of_two_groups(course), learners=3)
    assert [p.group for p in experiment.participants] == ["control", "L-WISE", "control"]
    assert [p.trials for p in experiment.participants] == [of_two_groups(course).trials(slot) for slot in range(3)]


def test_the_page_is_in_the_language_that_is_asked_for_else_the_courses_else_english(course: Course) -> None:
    german = of_two_groups(course, language="de")
    for of, language, code in ((of_two_groups(course), "", "en"), (german, "", "de"), (german, "en", "en")):
        experiment = static_experiment_of(of, learners=1, language=language)
        assert experiment.words.language.code == code
        names = set(experiment.participants[0].aliases.values())
        assert names == set(of.names(code).values())


def test_trials_that_follow_answers_need_a_server(course: Course) -> None:
    with pytest.raises(CourseError, match="group “adaptive” are shown follows answers"):
        static_experiment_of(course, learners=4)
