"""Simulated learners whose one free parameter is set by what control reaches, before any other group is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lwise_core.study.simulated_learners import SimulationError
from lwise_core.study.simulation import Condition, Gallery, Model, course_with, rehearse
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group

DECIDEDNESS = tuple(2.0**i for i in range(-6, 9))
"""What learners are calibrated among, 1/64 to 256: the γ of choices, the rate η of the linear learner, or how clearly
the relearning one sees."""

FINER = (1 / 2, 1 / 4)
"""And then to either side of the nearest, by these powers of 2: a factor of 2 can be 20 points of accuracy."""

_CALIBRATION_SLOT = 10**6  # nobody of a rehearsal comes as that


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """A model whose free parameter was chosen, and the test accuracy of control that it was chosen by."""

    model: Model
    accuracy: float
    target: float


def calibrated(
    course: Course, gallery: Gallery, model: Model, *, people: int, seed: int = 0, target: float | None = None
) -> Iterator[Calibrated]:
    """Choose how decided learners are, by control alone, yield each one tried, and last the one that is chosen.

    Learners at chance or at ceiling would show no difference between groups, whatever there is. Of ``DECIDEDNESS``, and
    then of values ``FINER`` about the nearest of them, the one is taken that brings the test accuracy of a control
    group nearest to ``target``, such as what people reached, or where it is None halfway between chance and all right.
    No other group is looked at, and its learners and trials are others than those of the rehearsal.

    Raises:
        SimulationError: The course has no test, or the target lies outside 0 and 1.
    """
    if not course.design.schedule.tests:
        raise SimulationError("This course has no block without feedback, so nothing says what learners have learned.")
    control = course_with(course, slots=(Group.CONTROL,))
    slots = tuple(range(_CALIBRATION_SLOT, _CALIBRATION_SLOT + people))
    condition = Condition(name=Group.CONTROL.value, course=control, slots=slots)
    target = (1 / len(course.classes) + 1) / 2 if target is None else target
    if not 0 < target < 1:
        raise SimulationError("The accuracy that control is to reach lies above 0% and below 100%; choose one inside.")
    tried = []
    for scaling in DECIDEDNESS:
        tried.append(_tried(replace(model, scaling=scaling), condition, gallery, seed, target))
        yield tried[-1]
    for power in FINER:
        middle = _nearest(tried).model.scaling
        for scaling in (middle / 2**power, middle * 2**power):
            tried.append(_tried(replace(model, scaling=scaling), condition, gallery, seed, target))
            yield tried[-1]
    yield _nearest(tried)


def _tried(model: Model, control: Condition, gallery: Gallery, seed: int, target: float) -> Calibrated:
    *_, last = rehearse([control], gallery, models=[model], seed=seed)
    accuracy = float(last.answers[model.name].tests["perf"].mean())
    return Calibrated(model=model, accuracy=accuracy, target=target)


def _nearest(tried: Sequence[Calibrated]) -> Calibrated:
    return min(tried, key=lambda c: abs(c.accuracy - c.target))
