"""A practice of what a course taught: until every class is known, and again after days.

It is a course of its own with the first one's seed and aliases, so a learner knows every class by the same name, and
its answers are no part of the first one's results. It shows natural pictures that a test does not draw from; where
training and tests draw from the same ones, only every other one, so that a later test still has pictures that were
never practised.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from lwise_core.teaching.courses.course import Course, CourseError, Manifest, Picture, write_course
from lwise_core.teaching.courses.follow_up import copy_stimuli, with_natural_only
from lwise_core.teaching.design.schedules import Block, Group, Schedule
from lwise_core.teaching.design.spacing import PRACTICE, PracticeAnswer
from lwise_core.teaching.languages.catalogue import Message, catalogue_for
from lwise_core.teaching.records.values import TrialRecord

PRACTICE_SUFFIX = Message(", practice")


def make_practice(course: Course, folder: Path) -> Course:
    """Write into ``folder`` the practice of what ``course`` taught, and return it.

    Raises:
        CourseError: The course teaches nothing, or has no picture of a class to practise with.
    """
    pictures = tuple(with_natural_only(p) for p in _practised_pictures(course))
    lacking = sorted(set(course.classes) - {p.candidate.class_name for p in pictures})
    if lacking:
        raise CourseError(f"This course has no picture of {lacking[0]} to practise with; make one that teaches it.")
    split = pictures[0].candidate.split
    block = Block(PRACTICE, 1.0, 0.0, feedback=True, per_class=1, calibration=0, repeats=0, split=split)
    design = replace(
        course.design,
        name=course.design.name + catalogue_for(course.design.language).translate(PRACTICE_SUFFIX),
        schedule=Schedule(f"{course.design.schedule.name}, practice", (block,), repeat_split=split),
        slots=(Group.PRACTICE,),
        cells=(),
        research_on_harm=False,
        examples=0,
        terms=course.design.terms.for_another_course(),
    )
    copy_stimuli(course, folder, (s.file for p in pictures for s in p.stimuli))
    manifest = Manifest(course.manifest.format, design, course.manifest.guide, pictures, course.manifest.versions)
    return write_course(folder, manifest)


def is_practice_of(practice: Course, course: Course) -> bool:
    """Return whether learners of ``course`` know every class of ``practice`` by the same name."""
    same = (practice.design.seed, practice.design.aliases) == (course.design.seed, course.design.aliases)
    return practice.design.practises and not course.design.practises and same and practice.classes == course.classes


def practice_answer(record: TrialRecord) -> PracticeAnswer:
    """Return what the order of a practice depends on; the time of an answer whose page was left is no measurement."""
    answer = record.answer
    return PracticeAnswer(
        picture=record.trial.picture,
        class_name=record.trial.answer,
        correct=record.correct,
        reaction_s=None if answer.left or answer.reaction_ms is None else answer.reaction_ms / 1000,
        at_s=record.stored_at.timestamp(),
    )


def _practised_pictures(course: Course) -> list[Picture]:
    schedule = course.design.schedule
    taught = {b.split for b in schedule.blocks if b.feedback}
    tested = {b.split for b in schedule.tests}
    return [
        p
        for name in course.classes
        for half in [_every_other(course, name)]
        for p in _of_class(course, name)
        if p.candidate.split in taught and (p.candidate.split not in tested or course.pool.family(p.candidate) in half)
    ]


def _of_class(course: Course, name: str) -> list[Picture]:
    return [p for p in course.manifest.pictures if p.candidate.class_name == name]


def _every_other(course: Course, name: str) -> frozenset[str]:
    """Return half of the families of a class, by an order that has nothing to do with their names."""
    families = {course.pool.family(p.candidate) for p in _of_class(course, name)}
    words = f"{course.design.seed}\0"
    ordered = sorted(families, key=lambda family: hashlib.sha256((words + family).encode()).digest())
    return frozenset(ordered[::2])
