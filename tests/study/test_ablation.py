"""The ablation: the paper's groups, and a grid in which each cell varies one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwise_core.study.ablation import FRACTIONS, ablation, budgets_of
from lwise_core.study.simulated_learners import SimulationError
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group


def test_the_ablation_varies_one_thing_a_cell(course: Course) -> None:
    plan = ablation(course, people=2)
    budgets = (0.0, *course.design.schedule.epsilons_224)
    assert budgets[1:] == budgets_of(course) == (1.0, 2.0, 8.0)
    cells = [c for c in plan.conditions if c.name.startswith("L-WISE,")]
    assert len(cells) == len(budgets) * len(FRACTIONS)
    named = {c.name: c for c in cells}
    cell = named["L-WISE, ε₂₂₄ 2, easiest 40%"]
    blocks, own = cell.course.design.schedule.blocks, course.design.schedule.blocks
    assert [(b.epsilon_224, b.fraction) for b in blocks] == [(2.0, 0.4)] * 3 + [(0.0, 1.0)] * 2
    plain, as_it_was = ([replace(b, epsilon_224=0, fraction=1) for b in bs] for bs in (blocks, own))
    assert plain == as_it_was
    assert {t.epsilon_224 for t in cell.course.trials(cell.slots[0]) if t.scored and t.block == "train_1"} == {2.0}


def test_the_ablation_has_the_papers_groups_and_the_courses_own(course: Course) -> None:
    names = [c.name for c in ablation(course, people=2).conditions if "ε" not in c.name]
    paper = ["control", "selection", "selection, shuffled", "enhancement, tapered", "enhancement, shuffled", "L-WISE"]
    assert names == [*paper, "adaptive", "yoked to adaptive"]


def test_no_two_learners_of_an_ablation_have_the_same_trials(course: Course) -> None:
    slots = [s for c in ablation(course, people=3).conditions for s in c.slots]
    assert len(set(slots)) == len(slots)


def test_natural_pictures_of_all_difficulties_are_what_control_gets(course: Course) -> None:
    cell = next(c for c in ablation(course, people=1).conditions if c.name == "L-WISE, ε₂₂₄ 0, easiest 100%")
    shown = [t for t in cell.course.trials(cell.slots[0]) if t.scored]
    assert not any(t.altered for t in shown)
    assert len({t.picture for t in shown}) == len(shown)


def test_a_cell_that_the_pictures_cannot_fill_is_left_out_and_said_to_be(course: Course) -> None:
    plan = ablation(course, people=1, fractions=(0.01, 1.0))
    assert not any("1%" in c.name for c in plan.conditions)
    assert len([s for s in plan.left_out if "easiest 1% is left out: Block train_1 needs" in s]) == 4


def test_a_course_of_natural_pictures_has_no_enhanced_groups(course: Course) -> None:
    bare = tuple(replace(p, stimuli=p.stimuli[:1]) for p in course.manifest.pictures)
    design = replace(course.design, slots=(Group.CONTROL,))
    plan = ablation(replace(course, manifest=replace(course.manifest, pictures=bare, design=design)), people=1)
    assert [c.name for c in plan.conditions if "ε" not in c.name] == ["control", "selection", "selection, shuffled"]
    assert {c.name.split(",")[1] for c in plan.conditions if "ε" in c.name} == {" ε₂₂₄ 0"}
    assert "left out" in plan.left_out[0]


def test_a_course_without_a_curriculum_has_nothing_to_vary(course: Course) -> None:
    tests = replace(course.design.schedule, blocks=course.design.schedule.tests)
    design = replace(course.design, schedule=tests)
    with pytest.raises(SimulationError, match="nothing to vary"):
        ablation(replace(course, manifest=replace(course.manifest, design=design)), people=1)
