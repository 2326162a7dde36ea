"""A course as an experiment that runs without this server: its first learners, with their trials and names."""

from __future__ import annotations

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.static_export import Participant, PictureKey, StaticExperiment
from lwise_core.teaching.languages.catalogue import Catalogue, catalogue_for


def static_experiment_of(course: Course, *, learners: int, language: str = "") -> StaticExperiment:
    """Return the experiment in which the first ``learners`` of a course take part.

    Args:
        course: What they sit.
        learners: How many sequences of trials the experiment has.
        language: The code of the language of its page; empty, the course's, and English where it has none.

    Raises:
        CourseError: Some of them have trials that follow answers, which needs a server.
    """
    design = course.design
    following = sorted({str(design.group(s)) for s in range(learners) if design.group(s).follows_answers})
    if following:
        raise CourseError(
            f"What learners of the group “{following[0]}” are shown follows answers, and a zip cannot follow them; let "
            "people sit this course on a server, or make one without this group."
        )
    words = catalogue_for(language, design.language)
    people = tuple(_participant(course, slot, words) for slot in range(learners))
    trials = [t for p in people for t in p.trials]
    files = {PictureKey.of(t): file for t in trials if (file := course.stimulus(t)) is not None}
    files |= {PictureKey.of(t.foil): file for t in trials if t.foil and (file := course.foil(t)) is not None}
    examples = {name: tuple(course.file(f) for f in found) for name, found in course.examples().items()}
    return StaticExperiment(
        title=design.name,
        participants=people,
        pictures=files,
        timing=design.timing,
        sureness=design.sureness,
        examples=examples,
        words=words,
    )


def _participant(course: Course, slot: int, words: Catalogue) -> Participant:
    label = f"{slot + 1:03d}"
    return Participant(
        label=label,
        trials=course.trials(slot),
        aliases=course.labels(label, language=words.language.code),
        group=str(course.design.group(slot)),
        condition=slot % len(course.design.slots),
    )
