"""What ``rehearse`` says beside its table: what it could have found, and the paper's other two experiments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lwise_core._utils.counting import counted
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trials import CurriculumError

# Pandas and SciPy take seconds to import: only who asks waits for them.
if TYPE_CHECKING:
    from lwise_core.study.estimates import CannotJudge, Estimate
    from lwise_core.study.responses import Responses
    from lwise_core.study.simulation import Gallery, Model


def powers(answers: Responses, *, groups: int) -> Iterator[str]:
    """Yield how large a difference to control these learners would have found."""
    from lwise_core.study.accuracy import group_scores  # noqa: PLC0415
    from lwise_core.study.power import ALPHA, POWER, found_with  # noqa: PLC0415

    control = group_scores(answers, Group.CONTROL)
    if len(control) < 2 or groups < 2:
        return
    spread, comparisons = float(control.std(ddof=1)), groups - 1
    found = found_with(spread, len(control), alpha=ALPHA / comparisons)
    yield (
        f"{len(control)} learners a group find a difference of {100 * found:.1f} points with a power of {POWER:.0%} "
        f"(α = {ALPHA} over {counted(comparisons, 'comparison')}, SD {100 * spread:.1f} points, as control's)."
    )


def agreements(answers: Responses) -> Iterator[str]:
    """Yield whether control erred more in the test on what the guide finds hard."""
    from lwise_core.study.agreement import agreement  # noqa: PLC0415
    from lwise_core.study.estimates import CannotJudge  # noqa: PLC0415

    found = agreement(answers)
    if isinstance(found, CannotJudge):
        yield found.sentence
        return
    rho = found.rank_correlation
    yield (
        f"Control's errors and the guide's difficulty: Spearman's ρ {_signed(rho.value)} ({_signed(rho.low)} to "
        f"{_signed(rho.high)}) over {found.pictures} pictures, AUC {found.auc:.3f} over {found.trials:,} answers "
        "(0.5 is chance)."
    )


def recognised(course: Course, gallery: Gallery, model: Model, *, people: int, seed: int) -> Iterator[str]:
    """Yield how well learners of natural pictures recognise enhanced ones, beside natural ones."""
    from lwise_core.study.rehearsed_recognition import recognition_course  # noqa: PLC0415
    from lwise_core.study.simulation import conditions_of, rehearse  # noqa: PLC0415
    from lwise_core.study.within_subject import accuracy_by_budget  # noqa: PLC0415

    conditions = conditions_of(recognition_course(course), people=people)
    try:
        *_, last = rehearse(conditions, gallery, models=[model], seed=seed)
    except CurriculumError as error:
        yield f"Recognition is left out: {error}"
        return
    yield "Recognition of pictures that were not learnt from, after natural ones; gain over the same learners at 0:"
    for b in accuracy_by_budget(last.answers[model.name]):
        gain = f", {_percent(b.gain, sign='+')}" if b.epsilon_224 else ""
        yield f"  ε₂₂₄ {b.epsilon_224:g}: {_percent(b.accuracy)}{gain}"


def _percent(found: Estimate | CannotJudge, *, sign: str = "") -> str:
    from lwise_core.study.estimates import CannotJudge  # noqa: PLC0415

    if isinstance(found, CannotJudge):
        return found.sentence
    value, low, high = (f"{100 * x:{sign}.1f}".replace("-", "−") for x in (found.value, found.low, found.high))
    return f"{value}% ({low} to {high})"


def _signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "−")
