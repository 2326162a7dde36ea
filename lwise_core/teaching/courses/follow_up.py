"""A later test of the same people: what a course taught, after days, without another lesson.

The paper's second open question (L-WISE, arXiv 2412.09765, discussion). The follow-up is a course of its own with the
test blocks only. Its seed and aliases are the first one's, so a learner who comes back with the same code knows every
class by the same name. Where the test draws from the pictures of another course of the same classes, it shows whether
people recognise those, too: transfer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lwise_core._utils.file_errors import file_errors, make_folder
from lwise_core.teaching.courses.course import STIMULI, Course, CourseError, Manifest, Picture, write_course
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.languages.catalogue import Catalogue, Message, catalogue_for

SUFFIX = Message(", later")


def make_follow_up(course: Course, folder: Path) -> Course:
    """Write into ``folder`` the course that tests again what ``course`` taught, and return it.

    Raises:
        CourseError: The course has no test, or one that shows altered pictures.
    """
    return _tests_of(course, folder, taught=course, name=course.design.name + _words(course).translate(SUFFIX))


def make_transfer_test(course: Course, other: Course, folder: Path) -> Course:
    """Write into ``folder`` the course that tests what ``course`` taught on the pictures of ``other``, and return it.

    Raises:
        CourseError: The two have other classes, or the other one has no test.
    """
    if course.classes != other.classes:
        raise CourseError(
            f"“{other.design.name}” has other classes than “{course.design.name}”; choose a course of the same ones."
        )
    name = _words(course).translate("{course}, on “{pictures}”", course=course.design.name, pictures=other.design.name)
    return _tests_of(other, folder, taught=course, name=name)


def _words(course: Course) -> Catalogue:
    return catalogue_for(course.design.language)


def _tests_of(course: Course, folder: Path, *, taught: Course, name: str) -> Course:
    """Write the tests of ``course`` for those who sat ``taught``."""
    tests = course.design.schedule.tests
    if not tests:
        raise CourseError("This course has no block without feedback, so there is no test to take again.")
    if not all(b.plain for b in tests):
        raise CourseError("The test of this course shows altered pictures, so it asks nothing that was learnt.")
    schedule = replace(course.design.schedule, name=f"{course.design.schedule.name}, test only", blocks=tests)
    design = replace(
        course.design,
        name=name,
        schedule=schedule,
        cells=(),
        slots=(Group.CONTROL,),  # nobody is taught anything, so there is one group
        seed=taught.design.seed,
        aliases=taught.design.aliases,
        timing=taught.design.timing,
        language=taught.design.language,
        class_names=taught.design.class_names,
        research_on_harm=False,
        terms=taught.design.terms.for_another_course(),
    )
    splits = {b.split for b in tests} | {schedule.repeat_split}
    pictures = tuple(with_natural_only(p) for p in course.manifest.pictures if p.candidate.split in splits)
    copy_stimuli(course, folder, (s.file for p in pictures for s in p.stimuli))
    manifest = Manifest(course.manifest.format, design, course.manifest.guide, pictures, course.manifest.versions)
    return write_course(folder, manifest)


def with_natural_only(picture: Picture) -> Picture:
    """Return a picture of a course without what it looks like enhanced."""
    return replace(picture, stimuli=tuple(s for s in picture.stimuli if s.natural))


def copy_stimuli(course: Course, folder: Path, files: Iterable[str]) -> None:
    """Copy the stimuli of ``course`` with these digests into the course in ``folder``.

    Raises:
        CourseError: The course has no such stimulus.
        FileError: One cannot be copied.
    """
    make_folder(folder / STIMULI)
    for digest in files:
        source = course.file(digest)
        with file_errors(folder / STIMULI / source.name):
            shutil.copyfile(source, folder / STIMULI / source.name)
