"""Recognition of enhanced pictures after natural ones, rehearsed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.study.rehearsed_recognition import PER_BUDGET, recognition_course
from lwise_core.study.simulated_learners import SimulationError
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trial_sampling import TrialKind


def short(course: Course) -> Course:
    """Return the course with one block to learn from: its pictures are few."""
    schedule = replace(course.design.schedule, blocks=course.design.schedule.blocks[:1])
    return replace(course, manifest=replace(course.manifest, design=replace(course.design, schedule=schedule)))


def test_everybody_learns_from_natural_pictures_and_is_asked_at_every_budget_about_others(course: Course) -> None:
    found = recognition_course(short(course))
    trials = [t for t in found.trials(0) if t.kind is TrialKind.MAIN]
    learned = [t for t in trials if t.feedback]
    asked = [t for t in trials if not t.feedback]
    assert learned
    assert not any(t.altered for t in learned)
    assert not {t.picture for t in learned} & {t.picture for t in asked}
    for name in found.classes:
        budgets = sorted(t.epsilon_224 for t in asked if t.answer == name)
        assert budgets == sorted([0.0, 1.0, 2.0, 8.0] * PER_BUDGET)
    assert all(t.towards == t.answer for t in asked if t.altered)
    assert all(found.stimulus(t) is not None for t in trials)


def test_a_course_without_enhanced_pictures_is_refused(course: Course) -> None:
    natural = tuple(replace(p, stimuli=p.stimuli[:1]) for p in course.manifest.pictures)
    slots = (Group.CONTROL,)
    design = replace(course.design, slots=slots)
    with pytest.raises(SimulationError, match="no enhanced pictures"):
        recognition_course(replace(course, manifest=replace(course.manifest, design=design, pictures=natural)))
