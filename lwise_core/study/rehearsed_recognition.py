"""Whether simulated learners recognise enhanced pictures better, once they have learnt from natural ones.

The paper's second experiment shows people pictures at several ε, each person all of them (arXiv 2412.09765; method
notes 3.4 and 8.2). Here learners learn in blocks of natural pictures, and are then asked, without feedback, about
pictures that no block showed before, every class at each ε equally often. The schedule of a course plays no part.
"""

from __future__ import annotations

from dataclasses import replace

from lwise_core.study.ablation import budgets_of
from lwise_core.study.simulated_learners import SimulationError
from lwise_core.study.simulation import course_with
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Block, Group, Schedule

PER_BUDGET = 2
"""Pictures of every class at each ε; the paper has as many."""


def recognition_course(course: Course) -> Course:
    """Return a course of the same pictures: as many natural ones to learn from, then each ε without feedback.

    Raises:
        SimulationError: The course has no curriculum, or no pictures at any ε above 0.
    """
    schedule, budgets = course.design.schedule, budgets_of(course)
    if not schedule.curriculum or not budgets:
        raise SimulationError("This course holds no enhanced pictures to learn from; rehearse one that enhances.")
    learning = tuple(replace(b, fraction=1.0, epsilon_224=0.0) for b in schedule.blocks if b.feedback)
    asked = (0.0, *budgets)
    recognition = Block(
        "recognition",
        1.0,
        0.0,
        feedback=False,
        per_class=PER_BUDGET * len(asked),
        calibration=0,
        repeats=0,
        split=schedule.curriculum[0].split,
        mixed=asked,
    )
    shown = Schedule(f"{schedule.name}, recognition", (*learning, recognition), schedule.repeat_split)
    return course_with(course, slots=(Group.WITHIN,), schedule=shown)
