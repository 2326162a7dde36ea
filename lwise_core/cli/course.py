"""``python -m lwise_core course``: make courses, look at their trials, take them and answers away."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lwise_core._utils.atomic_files import whole_file, write_whole
from lwise_core._utils.class_names import canonical, find_class, has_class
from lwise_core._utils.durations import in_words
from lwise_core._utils.file_errors import make_folder
from lwise_core.cli.course_options import ShownOptions, StudyOptions
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import (
    PICTURES,
    ClassGroupsOf,
    GuideChoice,
    Refused,
    help_without_verb,
    listed_names,
    pictures_at,
)
from lwise_core.data.entries import PictureSet
from lwise_core.data.labelled_split import LabelledSplit, class_of, told
from lwise_core.data.phantom import FAMILIES
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.course import Course, Design, read_course
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.courses.course_progress import CourseProgress
from lwise_core.teaching.courses.follow_up import make_follow_up
from lwise_core.teaching.courses.pictures import TEST, TRAIN, FromData, FromPhantom, Pictures
from lwise_core.teaching.courses.static_export import write_static_experiment
from lwise_core.teaching.design.schedules import ANIMALS, CLINICIANS, MOTHS, SCHEDULES, SLOTS, Group, Schedule
from lwise_core.teaching.design.timing import BRIEF, LEARNING, UNHURRIED
from lwise_core.teaching.design.trial_sampling import FEWEST_CLASSES, MOST_CLASSES, Trial

# Pandas, SciPy and SQLAlchemy, behind answers and rehearsals, take seconds to import: only who asks waits for them.
if TYPE_CHECKING:
    pass


PHANTOM = "phantom"
"""The source that is drawn and not read."""

GROUP_NAMES = {g.name.lower().replace("_", "-"): g for g in Group if g is not Group.PRACTICE}
"""What the shell calls the groups: their own names hold commas. A practice is made of a course, on the page."""

# The paper shows the animals for one frame; clinicians may take their time.
_TIMINGS = {ANIMALS.name: BRIEF, CLINICIANS.name: UNHURRIED}

_LINES = 20  # of progress, about

_TRIAL_COLUMNS = (
    "number",
    "block",
    "kind",
    "picture",
    "answer",
    "split",
    "feedback",
    "epsilon_224",
    "towards",
    "difficulty",
    "relabelled",
    "file",
    "foil",
    "foil_answer",
    "foil_epsilon_224",
    "foil_towards",
    "side",
    "foil_file",
)

course_app = typer.Typer(
    callback=help_without_verb,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Make easy-to-hard courses, look at their trials, and take them and their answers away.",
)

CourseFolder = Annotated[Path, typer.Argument(help="A course: a folder with course.json.", show_default=False)]


@course_app.command("make")
@grouped
def make_command(
    source: Annotated[
        str, typer.Argument(help=f"The word “phantom”, or labelled pictures. {PICTURES}", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder of the course. The same command again resumes it.")],
    guide_name: Annotated[str, typer.Option("--guide", help="The guide that ranks and enhances; `models` lists them.")],
    class_groups: ClassGroupsOf = None,
    preset: Annotated[str, typer.Option(help=f"The schedule: {', '.join(SCHEDULES)}.")] = MOTHS.name,
    classes: Annotated[str | None, typer.Option(metavar="A,B,C", help="Only these classes.")] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            metavar="GROUP,GROUP",
            help=f"In the order in which learners come; the paper's if not given. {', '.join(GROUP_NAMES)}.",
        ),
    ] = None,
    aliases: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="Names that hide the classes, one for each.")
    ] = None,
    train_split: Annotated[str | None, typer.Option(help="The split to learn from; the preset's if not given.")] = None,
    test_split: Annotated[str | None, typer.Option(help="The split for tests, which may be the same.")] = None,
    per_class: Annotated[
        int | None, typer.Option(min=1, help="Pictures of each class in a block with feedback.")
    ] = None,
    per_class_in_tests: Annotated[
        int | None, typer.Option(min=1, help="Pictures of each class in a block without.")
    ] = None,
    two_pictures: Annotated[
        bool, typer.Option("--two-pictures", help="Show two pictures in every trial: which of them is of the class?")
    ] = False,
    sureness: Annotated[
        bool, typer.Option("--sureness", help="Ask after every answer how sure the learner is.")
    ] = False,
    examples: Annotated[
        int, typer.Option(min=0, max=12, help="Natural examples of every class before the first trial.")
    ] = 0,
    creatures: Annotated[
        int, typer.Option(min=1, help="Phantom: creatures of each family to learn from.")
    ] = FromPhantom.per_class,
    test_creatures: Annotated[
        int, typer.Option(min=1, help="Phantom: creatures of each family for tests.")
    ] = FromPhantom.per_class_in_tests,
    creature_size: Annotated[int, typer.Option(min=16, max=512, help="Phantom: side in pixels.")] = FromPhantom.size,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same trials and creatures.")] = 0,
    as_published: Annotated[
        bool,
        typer.Option("--as-published", help="Let pictures of one origin occur in training and test, as the original."),
    ] = False,
    research_on_harm: Annotated[
        bool, typer.Option("--research-on-harm", help="Allow pictures enhanced towards what they do not show.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="fp32 throughout, also where the fast copy was checked on this machine.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="What people call the course.")] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="What learners read, such as de; each their browser's if not given.")
    ] = "",
    *,
    study: StudyOptions,
    shown: ShownOptions,
) -> None:
    """Rank the pictures of SOURCE, enhance them beforehand, and write a course that can be copied."""
    schedule = _schedule(preset, per_class=per_class, per_class_in_tests=per_class_in_tests)
    schedule = schedule.in_pairs() if two_pictures else schedule
    if source == PHANTOM:
        chosen = _phantom(schedule, FromPhantom(creatures, test_creatures, seed, creature_size), classes)
    else:
        chosen = _data(schedule, pictures_at(source), classes, training=train_split, tests=test_split)
    cells = study.cells()
    design = Design(
        name=name or f"{preset.capitalize()} schedule, {len(chosen.classes)} classes",
        schedule=chosen.schedule,
        slots=(_groups(groups) if groups else SLOTS[preset]) + (Group.L_WISE,) * len(cells),
        aliases=tuple(_listed(aliases)),
        timing=shown.timing(_TIMINGS.get(preset, LEARNING)),
        objective=shown.objective,
        seed=seed,
        as_published=as_published,
        research_on_harm=research_on_harm,
        language=language,
        class_names=shown.names(chosen.classes, language),
        examples=examples,
        sureness=sureness,
        terms=study.terms(),
        cells=cells,
    )
    guide = GuideChoice(guide_name, class_groups=class_groups).load()
    walker = Walker(guide) if exact else Walker.trusted(guide)
    for caution in guide.cautions:
        typer.echo(f"Caution: {caution}", err=True)
    _make(out, CourseBuilder(walker, design, chosen.classes, edits=study.edited()), chosen.pictures)


@course_app.command("trials")
def trials_command(
    folder: CourseFolder,
    slot: Annotated[int, typer.Option(min=0, help="The learner who comes as this number, counted from 0.")] = 0,
) -> None:
    """Print the trials of one learner as CSV."""
    course = read_course(folder)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(_TRIAL_COLUMNS)
    rows.writerows(_trial_row(course, trial) for trial in course.trials(slot))
    typer.echo(table.getvalue(), nl=False)


@course_app.command("preregistration")
def preregistration_command(folder: CourseFolder) -> None:
    """Print a preregistration of a study with the course, as Markdown: arms, trials, exclusions, analysis and power."""
    from lwise_core.study.preregistration import preregistration_of  # noqa: PLC0415

    typer.echo(preregistration_of(read_course(folder)), nl=False)


@course_app.command("export")
def export_command(
    folder: CourseFolder,
    out: Annotated[Path, typer.Option("--out", help="The zip to write.")],
    learners: Annotated[int, typer.Option(min=1, help="How many sequences of trials.")] = 40,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="What its page is written in, such as de; the course's if not given.")
    ] = "",
) -> None:
    """Write the course as a zip that runs from any place that serves files, and under JATOS."""
    course = read_course(folder)
    experiment = static_experiment_of(course, learners=learners, language=language)
    with whole_file(out) as file:  # pictures may be more than memory holds
        write_static_experiment(experiment, file)
    typer.echo(f"{learners} sequences of “{course.design.name}” are in “{out}”.")


@course_app.command("later")
def later_command(
    folder: CourseFolder,
    out: Annotated[Path, typer.Option("--out", help="Folder of the later test.")],
) -> None:
    """Make the course that tests the same people again, days later, without another lesson."""
    later = make_follow_up(read_course(folder), out)
    typer.echo(f"“{later.design.name}” is in “{out}”; learners come back with the same code.")


@course_app.command("answers")
def answers_command(
    folder: Annotated[Path, typer.Option("--course", help="The course, as it was sat.")],
    to_csv: Annotated[Path | None, typer.Option("--csv", help="CSV to write, with the paper's columns.")] = None,
    jspsych: Annotated[Path | None, typer.Option("--jspsych", help="JSON to write, as jsPsych 8 saves it.")] = None,
) -> None:
    """Write what learners answered in a course."""
    from lwise_core.study.from_records import responses_in  # noqa: PLC0415
    from lwise_core.study.response_files import as_csv, as_jspsych  # noqa: PLC0415
    from lwise_core.teaching.records.store import Records, address  # noqa: PLC0415

    if to_csv is None and jspsych is None:
        raise Refused("Say where the answers go: --csv FILE, --jspsych FILE, or both.")
    course = read_course(folder)
    make_folder(catalog.home())
    with Records.open(url=address(home=catalog.home())) as records:
        answers = responses_in(records, course)
    for file, content in ((to_csv, as_csv), (jspsych, as_jspsych)):
        if file is not None:
            write_whole(file, content(answers))
    people = len(answers.participants)
    typer.echo(f"{len(answers.trials):,} answers of {people} {'person' if people == 1 else 'people'} were written.")


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """The pictures, their classes, and the schedule drawn from their parts."""

    pictures: Pictures
    classes: tuple[str, ...]
    schedule: Schedule


def _phantom(schedule: Schedule, pictures: FromPhantom, classes: str | None) -> _Chosen:
    if classes:
        raise Refused("The phantom has its four families and no others, so leave --classes out.")
    return _Chosen(
        pictures=pictures,
        classes=FAMILIES,
        schedule=schedule.with_splits(training=TRAIN, tests=TEST, repeats=TRAIN),
    )


def _data(
    schedule: Schedule, pictures: PictureSet, classes: str | None, *, training: str | None, tests: str | None
) -> _Chosen:
    """Return the pictures of a set, from the splits that were named or that the preset names."""
    drawn = schedule.with_splits(
        training=_split(schedule, feedback=True) if training is None else training,
        tests=_split(schedule, feedback=False) if tests is None else tests,
        repeats=schedule.repeat_split if training is None else training,
    )
    splits = tuple(dict.fromkeys((drawn.repeat_split, *(b.split for b in drawn.blocks))))
    found = sorted({class_of(n) for n in LabelledSplit(pictures, drawn.blocks[0].split).entries})
    wanted = tuple(dict.fromkeys(_class_in(found, c) for c in _listed(classes))) if classes else tuple(found)
    if not FEWEST_CLASSES <= len(wanted) <= MOST_CLASSES:
        raise Refused(
            f"A course has {FEWEST_CLASSES} to {MOST_CLASSES} classes, and this would have {len(wanted)}; choose "
            "some with --classes."
        )
    chosen = FromData(pictures, splits, frozenset(wanted))
    for sentence in told(chosen.passed_over):
        typer.echo(f"Left out: {sentence}", err=True)
    return _Chosen(pictures=chosen, classes=wanted, schedule=drawn)


def _split(schedule: Schedule, *, feedback: bool) -> str:
    """Return the split that blocks with feedback, or those without, draw from; empty without any."""
    return next((b.split for b in schedule.blocks if b.feedback is feedback), "")


def _class_in(found: Sequence[str], name: str) -> str:
    if not has_class(found, name):
        raise Refused(f"The pictures show no class “{name}”; they show {', '.join(found[:8])}{'…' * (len(found) > 8)}.")
    return found[find_class(name, found)]


def _schedule(preset: str, *, per_class: int | None, per_class_in_tests: int | None) -> Schedule:
    if preset not in SCHEDULES:
        raise Refused(f"There is no preset “{preset}”; there is {', '.join(SCHEDULES)}.")
    blocks = SCHEDULES[preset].blocks
    asked = {True: per_class, False: per_class_in_tests}
    return replace(
        SCHEDULES[preset], blocks=tuple(replace(b, per_class=asked[b.feedback] or b.per_class) for b in blocks)
    )


def _groups(text: str) -> tuple[Group, ...]:
    known = {canonical(name): group for name, group in GROUP_NAMES.items()}
    for name in _listed(text):
        if canonical(name) not in known:
            raise Refused(f"There is no group “{name}”; there is {', '.join(GROUP_NAMES)}.")
    return tuple(known[canonical(name)] for name in _listed(text))


def _listed(text: str | None) -> list[str]:
    return listed_names(text or "")


def _make(out: Path, maker: CourseBuilder, pictures: Pictures) -> None:
    """Make a course and say how far it is."""
    said, began = 0, time.monotonic()
    for progress in build_course(out, maker, pictures):
        for sentence in progress.left_out[said:]:
            typer.echo(f"Left out: {sentence}", err=True)
        said = len(progress.left_out)
        if progress.course is not None:
            typer.echo(f"“{progress.course.design.name}” is in “{out}”, digest {progress.course.digest[:12]}.")
        elif is_told(progress.done, progress.total):
            typer.echo(f"{progress.done:,} of {progress.total:,} pictures{_left(progress, time.monotonic() - began)}.")


def _left(progress: CourseProgress, seconds: float) -> str:
    """Return how long the rest takes in words, by the pace of what took so many ``seconds``; nothing of no rest."""
    effort = progress.effort
    return f", about {in_words(seconds * effort.left / effort.spent)} left" if effort.spent and effort.left else ""


def is_told(done: int, total: int) -> bool:
    """Return whether a line is printed for this step: about twenty of them, and the last."""
    return done == total or done % max(1, total // _LINES) == 0


def _trial_row(course: Course, trial: Trial) -> tuple[object, ...]:
    file, foil_file, foil = course.stimulus(trial), course.foil(trial), trial.foil
    shown = {
        **{c: getattr(trial, c, None) for c in _TRIAL_COLUMNS},
        "kind": trial.kind.value,
        "feedback": int(trial.feedback),
        "relabelled": "; ".join(trial.relabelled),
        "file": _within(course, file),
        "foil": foil.picture if foil else "",
        "foil_answer": foil.answer if foil else "",
        "foil_epsilon_224": foil.epsilon_224 if foil else "",
        "foil_towards": foil.towards if foil else "",
        "foil_file": _within(course, foil_file),
    }
    return tuple(shown[c] for c in _TRIAL_COLUMNS)


def _within(course: Course, file: Path | None) -> str:
    """Return where a picture lies in its course, empty where there is none."""
    return "" if file is None else file.relative_to(course.folder).as_posix()
