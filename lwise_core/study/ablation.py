"""The paper's groups, and L-WISE at a constant ε and share of the easiest: which part of a course does what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lwise_core.study.simulated_learners import (
    SimulationError,
)
from lwise_core.study.simulation import Condition, conditions_of, course_with
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import SEVEN_SLOTS, Group, Schedule
from lwise_core.teaching.design.trial_sampling import CurriculumError

FRACTIONS = (0.1, 0.4, 0.7, 1.0)
"""The shares of the easiest pictures in an ablation."""


@dataclass(frozen=True, kw_only=True)
class SimulationPlan:
    """The conditions of an ablation, control first, and a sentence about each that the course cannot fill."""

    conditions: tuple[Condition, ...]
    left_out: tuple[str, ...] = ()


def ablation(course: Course, *, people: int, fractions: Sequence[float] = FRACTIONS) -> SimulationPlan:
    """Return the paper's ablation on the pictures of a course: groups at its schedule, then a grid of constant blocks.

    The groups are the paper's and those that the course has besides. The grid is L-WISE with the same ε and the same
    share of the easiest pictures in every block of the curriculum: each budget that the course holds pictures for, and
    none, by each of ``fractions``. No two learners have the same trials or the same seed, so they are independent.

    Raises:
        SimulationError: The course has no curriculum.
    """
    design, left_out = course.design, []
    if not design.schedule.curriculum:
        raise SimulationError("This course has no block of a curriculum, so there is nothing to vary; take another.")
    budgets = budgets_of(course)
    groups = list(dict.fromkeys((*SEVEN_SLOTS, *design.slots)))
    if not set(design.schedule.epsilons_224) <= set(budgets):
        groups = [g for g in groups if not g.enhances]
        left_out.append("No pictures were enhanced for this course, so groups that see such pictures are left out.")
    whole = course_with(course, slots=tuple(groups))
    conditions = list(conditions_of(whole, people=people))
    for epsilon in (0.0, *budgets):
        for fraction in fractions:
            cell = course_with(course, slots=(Group.L_WISE,), schedule=_constant(design.schedule, epsilon, fraction))
            name = f"{Group.L_WISE}, ε₂₂₄ {epsilon:g}, easiest {fraction:.0%}"
            # Slots that nobody else has: learners who shared trials would not count as so many.
            first = people * (len(groups) + len(conditions))
            try:
                cell.trials(first)
            except CurriculumError as error:
                left_out.append(f"{name} is left out: {error}")
                continue
            conditions.append(Condition(name=name, course=cell, slots=tuple(range(first, first + people))))
    return SimulationPlan(conditions=tuple(conditions), left_out=tuple(left_out))


def budgets_of(course: Course) -> tuple[float, ...]:
    """Return every ε₂₂₄ above 0 for which all pictures of the curriculum are there, enhanced towards their class."""
    splits = {b.split for b in course.design.schedule.curriculum}
    held = [
        {s.epsilon_224 for s in p.stimuli if s.towards == p.candidate.class_name}
        for p in course.manifest.pictures
        if p.candidate.split in splits
    ]
    return tuple(sorted(set.intersection(*held))) if held else ()


def _constant(schedule: Schedule, epsilon_224: float, fraction: float) -> Schedule:
    """Return the schedule with the same ε and share in every block of its curriculum."""
    curriculum = {b.name for b in schedule.curriculum}
    blocks = tuple(
        replace(b, epsilon_224=epsilon_224, fraction=fraction) if b.name in curriculum else b for b in schedule.blocks
    )
    return replace(schedule, name=f"{schedule.name}, constant", blocks=blocks)
