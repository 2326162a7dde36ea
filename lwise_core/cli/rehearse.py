"""``python -m lwise_core rehearse``: simulated learners sit a course."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import check_places
from lwise_core.cli.course import CourseFolder, is_told
from lwise_core.cli.rehearsed import agreements, powers, recognised
from lwise_core.guides import catalog
from lwise_core.teaching.courses.course import Course, read_course
from lwise_core.teaching.design.schedules import Group

# Pandas, SciPy and SQLAlchemy, behind answers and rehearsals, take seconds to import: only who asks waits for them.
if TYPE_CHECKING:
    from lwise_core.study.ablation import SimulationPlan
    from lwise_core.study.calibrated_learners import Calibrated
    from lwise_core.study.estimates import CannotJudge, Estimate
    from lwise_core.study.simulation import Finding, Gallery, Model

_FINDING_COLUMNS = (
    "simulated",
    "model",
    "network",
    "scaling",
    "group",
    "learners",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "p_holm",
)


class LearnerKind(StrEnum):
    """How simulated learners learn."""

    PROTOTYPE = "prototype"
    EXEMPLAR = "exemplar"
    LINEAR = "linear"
    RELEARNING = "relearning"


def rehearse_command(
    folder: CourseFolder,
    network_name: Annotated[
        str, typer.Option("--network", help="Whose features learners see: a guide, but not the course's own.")
    ],
    people: Annotated[int, typer.Option(min=2, help="Simulated learners in each group.")] = 20,
    kinds: Annotated[
        list[LearnerKind] | None,
        typer.Option("--learner", help="Which models learn; may be repeated. All if not given."),
    ] = None,
    ablate: Annotated[
        bool, typer.Option("--ablation", help="The paper's groups, and L-WISE at constant ε and share of the easiest.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw-features", help="Whiten the features for no model.")] = False,
    control_accuracy: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Learners are made so that control reaches this share of the test: the paper's moths 0.476. Halfway "
            "between chance and all right if not given.",
        ),
    ] = None,
    recognition: Annotated[
        bool, typer.Option("--recognition", help="Also ask learners of natural pictures about enhanced ones.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answers.")] = 0,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="CSV to write: the table.")] = None,
    answers_csv: Annotated[Path | None, typer.Option("--answers", help="CSV to write: every simulated answer.")] = None,
) -> None:
    """Let simulated learners sit a course, and print what they learned. They are no people."""
    from lwise_core.study.ablation import SimulationPlan, ablation  # noqa: PLC0415
    from lwise_core.study.response_files import as_csv  # noqa: PLC0415
    from lwise_core.study.responses import together  # noqa: PLC0415
    from lwise_core.study.simulated_learners import SIMULATED_SENTENCE  # noqa: PLC0415
    from lwise_core.study.simulation import Gallery, conditions_of, findings, rehearse  # noqa: PLC0415

    check_places(to_csv, answers_csv)
    course = read_course(folder)
    plan = (
        ablation(course, people=people) if ablate else SimulationPlan(conditions=conditions_of(course, people=people))
    )
    gallery = Gallery(course, catalog.load(network_name), raw=raw)
    typer.echo(SIMULATED_SENTENCE)
    chosen = [_calibrated(course, gallery, model, people, seed, control_accuracy) for model in _models(kinds)]
    for progress in rehearse(plan.conditions, gallery, models=[c.model for c in chosen], seed=seed):
        if is_told(progress.done, progress.total):
            typer.echo(f"{progress.done:,} of {progress.total:,} simulated sittings.", err=True)
    found = findings(progress.answers, seed=seed)
    for sentence in _about(course, network_name, plan, people=people, seed=seed):
        typer.echo(sentence)
    for calibration in chosen:
        mine = [f for f in found if f.model == calibration.model.name]
        told = [*_section(calibration, mine, chance=1 / len(course.classes), raw=raw)]
        told += powers(progress.answers[calibration.model.name], groups=len(plan.conditions))
        told += agreements(progress.answers[calibration.model.name])
        if recognition:
            told += recognised(course, gallery, calibration.model, people=people, seed=seed)
        typer.echo("\n" + "\n".join(told))
    typer.echo("\n" + "\n".join((*plan.left_out, SIMULATED_SENTENCE)))
    if to_csv is not None:
        write_whole(to_csv, _findings_csv(found, chosen, network_name))
    if answers_csv is not None:
        write_whole(answers_csv, as_csv(together(list(progress.answers.values()))))


def _models(kinds: Sequence[LearnerKind] | None) -> list[Model]:
    from lwise_core.study.simulation import MODELS  # noqa: PLC0415

    wanted = {f"simulated {kind} learner" for kind in kinds or LearnerKind}
    return [m for m in MODELS if m.name in wanted]


def _calibrated(
    course: Course, gallery: Gallery, model: Model, people: int, seed: int, target: float | None
) -> Calibrated:
    from lwise_core.study.calibrated_learners import calibrated  # noqa: PLC0415

    *_, chosen = calibrated(course, gallery, model, people=people, seed=seed, target=target)
    typer.echo(f"The {model.name} was calibrated on control.", err=True)
    return chosen


def _about(course: Course, network: str, plan: SimulationPlan, *, people: int, seed: int) -> Iterator[str]:
    """Yield what was done."""
    guide = course.manifest.guide.name
    yield (
        f"Course “{course.design.name}” (digest {course.digest[:12]}), ranked and enhanced by “{guide}”; learners see "
        f"features of “{network}”. {people} learners a group, seed {seed}."
    )
    yield (
        "Intervals are 95%, over simulated learners; differences over learners and pictures. p is two-sided, by "
        f"permutation of learners; Holm adjusts it for {len(plan.conditions) - 1} comparisons."
    )


def _section(calibration: Calibrated, found: Sequence[Finding], *, chance: float, raw: bool) -> Iterator[str]:
    """Yield the lines about one model: how it was calibrated, whether it can show anything, and its table."""
    model = calibration.model
    yield (
        f"{model.name.capitalize()}, who sees {'whitened' if model.whitened and not raw else 'raw'} features: its one "
        f"free parameter, {model.scaling:.3g}, brings control nearest to {calibration.target:.1%}, to "
        f"{calibration.accuracy:.1%}, in a trial run with other learners. No other group was looked at for it."
    )
    control = next((f.accuracy for f in found if f.group == Group.CONTROL.value), None)
    yield from room(control, chance=chance, most=1 - model.lapse * (1 - chance), target=calibration.target)
    yield f"{'group':<36}{'learners':>8}  {'test accuracy':<23}{'difference to control':<25}{'p':>7}{'p (Holm)':>10}"
    yield from map(_line, found)


def room(control: Estimate | CannotJudge | None, *, chance: float, most: float, target: float) -> Iterator[str]:
    """Yield what to know where control leaves little room for differences; all numbers are shares."""
    from lwise_core.study.estimates import Estimate  # noqa: PLC0415

    if not isinstance(control, Estimate):
        return
    if control.low <= chance:
        yield (
            f"Control may be at chance ({chance:.0%}): with these features such learners hardly learn from natural "
            "pictures, so nothing can be said of what a course spoils."
        )
    elif control.value < (chance + target) / 2:
        yield (
            "Control is nearer to chance than to halfway whatever γ is: with these features such learners tell little "
            "apart, and differences are hard to see."
        )
    elif control.high >= most:
        yield f"Control is at the ceiling ({most:.0%}, for lapses): no group can be better."


def _line(finding: Finding) -> str:
    from lwise_core.study.comparisons import Difference  # noqa: PLC0415

    start = f"{finding.group:<36}{finding.people:>8}  {_estimate(finding.accuracy):<23}"
    match finding.difference:
        case Difference() as found:
            signed = _estimate(found.interval, sign="+")
            return f"{start}{signed:<25}{found.p:>7.4f}{found.p_holm:>10.4f}"
        case None:
            return start.rstrip()
        case unjudged:
            return start + unjudged.sentence


def _estimate(found: Estimate | CannotJudge, *, sign: str = "") -> str:
    from lwise_core.study.estimates import CannotJudge  # noqa: PLC0415

    if isinstance(found, CannotJudge):
        return "cannot judge"
    value, low, high = (f"{100 * x:{sign}.1f}".replace("-", "−") for x in (found.value, found.low, found.high))
    return f"{value}% ({low} to {high})"


def _findings_csv(found: Sequence[Finding], chosen: Sequence[Calibrated], network: str) -> bytes:
    """Return the table as CSV; cells without a figure are empty, and every row says that it is simulated."""
    from lwise_core.study.comparisons import Difference  # noqa: PLC0415
    from lwise_core.study.estimates import Estimate  # noqa: PLC0415

    scaling = {c.model.name: c.model.scaling for c in chosen}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_FINDING_COLUMNS)
    for f in found:
        accuracy = f.accuracy if isinstance(f.accuracy, Estimate) else None
        difference = f.difference if isinstance(f.difference, Difference) else None
        interval = difference.interval if difference and isinstance(difference.interval, Estimate) else None
        rows.writerow(
            (
                1,
                f.model,
                network,
                scaling[f.model],
                f.group,
                f.people,
                *((accuracy.value, accuracy.low, accuracy.high) if accuracy else ("",) * 3),
                difference.difference if difference else "",
                *((interval.low, interval.high) if interval else ("",) * 2),
                *((difference.p, difference.p_holm) if difference else ("",) * 2),
            )
        )
    return text.getvalue().encode()
