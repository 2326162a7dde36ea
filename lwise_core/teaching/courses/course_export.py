"""A course as an experiment that runs without this server: its first learners, with their trials and names."""

from __future__ import annotations

from lwise_core.teaching.courses.course import Course, CourseError
from lwise_core.teaching.courses.debriefed import debriefing_of
from lwise_core.teaching.courses.picture_keys import PictureKey, ShownWhere
from lwise_core.teaching.courses.static_export import Participant, StaticExperiment
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trials import Trial
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
    for slot, person in enumerate(people):
        for number, shown in person.where.items():
            if (where := course.where(person.trials[number], design.group(slot))) is not None:
                files |= {shown.original: where.original, shown.enhanced: where.enhanced}
    files |= {seen.key: seen.file for p in people if p.debriefing for seen in p.debriefing.seen}
    examples = {name: tuple(course.file(f) for f in found) for name, found in course.examples().items()}
    return StaticExperiment(
        title=design.name,
        participants=people,
        pictures=files,
        timing=design.timing,
        sureness=design.sureness,
        examples=examples,
        words=words,
        terms=design.terms,
    )


def _participant(course: Course, slot: int, words: Catalogue) -> Participant:
    label, group, trials = f"{slot + 1:03d}", course.design.group(slot), course.trials(slot)
    return Participant(
        label=label,
        trials=trials,
        aliases=course.labels(label, language=words.language.code),
        group=course.design.name_of(slot),
        condition=slot % len(course.design.slots),
        where={t.number: shown for t in trials if (shown := _shown_where(course, t, group)) is not None},
        debriefing=debriefing_of(course, group, trials, participant=label, words=words),
    )


def _shown_where(course: Course, trial: Trial, group: Group) -> ShownWhere | None:
    where = course.where(trial, group)
    if where is None:
        return None
    enhanced = PictureKey(trial.picture, where.epsilon_224, trial.answer)
    return ShownWhere(PictureKey(trial.picture), enhanced, where.rings)
