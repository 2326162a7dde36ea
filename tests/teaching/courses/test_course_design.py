"""What a design says of every learner, the cells of a factorial among them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lwise_core.teaching.courses.builder import CourseBuilder, check_filled
from lwise_core.teaching.courses.course import Course, CourseError, Design
from lwise_core.teaching.courses.course_design import FactorCell
from lwise_core.teaching.courses.course_export import static_experiment_of
from lwise_core.teaching.courses.pictures import LabelledFile
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.courses.static_export import Participant
from lwise_core.teaching.design.schedules import MOTHS, Group
from tests.support.courses import DESIGN, PICTURES, SHORT

CELLS = tuple(FactorCell(f, e) for f, e in product((0.5, 1.0), (0.0, 8.0)))
FACTORIAL = replace(DESIGN, slots=(Group.CONTROL, Group.CONTROL, *(Group.L_WISE,) * 4), cells=CELLS)


def test_cells_are_the_last_places_and_each_has_a_schedule_of_its_own() -> None:
    names = [FACTORIAL.name_of(slot) for slot in range(7)]
    assert names == ["control", "control", *(c.name for c in CELLS), "control"]
    assert names[3] == "easiest 50%, ε₂₂₄ 8"
    assert FACTORIAL.schedule_of(0) == FACTORIAL.schedule
    for slot, cell in enumerate(CELLS, start=2):
        mine = FACTORIAL.schedule_of(slot)
        for block, base in zip(mine.blocks, SHORT.blocks, strict=True):
            taught = base in SHORT.curriculum
            assert (block.fraction, block.epsilon_224) == (
                (cell.fraction, cell.epsilon_224) if taught else (base.fraction, base.epsilon_224)
            )
        assert mine.trials(4) == SHORT.trials(4)


def test_without_cells_a_design_is_what_it_was() -> None:
    assert DESIGN.schedules == (DESIGN.schedule,)
    assert DESIGN.compared_224 == DESIGN.schedule.compared_224
    assert DESIGN.group_names == tuple(map(str, DESIGN.slots))
    assert FACTORIAL.compared_224 == tuple(sorted({*DESIGN.compared_224, 8.0}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slots": (Group.CONTROL, Group.L_WISE)}, "the last groups of a course"),
        ({"slots": (*(Group.L_WISE,) * 4, Group.CONTROL)}, "the last groups of a course"),
        ({"cells": (CELLS[0], CELLS[0])}, "two cells of the factorial are the same"),
        ({"schedule": replace(MOTHS, blocks=MOTHS.blocks[-4:])}, "nothing to vary"),
    ],
)
def test_a_factorial_that_cannot_be_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CourseError, match=f"(?i){sentence}"):
        replace(FACTORIAL, **changes)


@pytest.mark.parametrize("cell", [(0.0, 1.0), (1.5, 1.0), (0.5, -1.0), (0.5, float("nan")), (0.5, float("inf"))])
def test_a_cell_has_a_share_and_an_epsilon(cell: tuple[float, float]) -> None:
    with pytest.raises(CourseError, match="a share above 0%"):
        FactorCell(*cell)


@pytest.fixture
def factorial(course: Course) -> Course:
    """The course with a factorial of budgets at which its pictures were made."""
    return replace(course, manifest=replace(course.manifest, design=FACTORIAL))


def test_pictures_are_made_at_the_epsilon_of_every_cell(maker: CourseBuilder, tmp_path: Path) -> None:
    natural = replace(SHORT, blocks=tuple(replace(b, epsilon_224=0.0) for b in SHORT.blocks))
    cells = (FactorCell(0.5, 0.0), FactorCell(0.5, 0.5))
    design = replace(FACTORIAL, schedule=natural, slots=(Group.L_WISE,) * 2, cells=cells)
    file = next(f for f in PICTURES if isinstance(f, LabelledFile))
    for folder in ("stimuli", "made"):
        (tmp_path / folder).mkdir()
    made = replace(maker, design=design).make(file, tmp_path)
    assert [s.epsilon_224 for s in made.stimuli] == [0.0, 0.5]


def test_an_epsilon_beyond_the_guide_is_said(maker: CourseBuilder) -> None:
    beyond = replace(FACTORIAL, slots=(Group.L_WISE,), cells=(FactorCell(0.5, 900.0),))
    with pytest.raises(CourseError, match="asks for ε₂₂₄ = 900"):
        replace(maker, design=beyond).check()


def test_every_cell_is_shown_its_epsilon_from_pictures_that_were_made(factorial: Course) -> None:
    taught = {b.name for b in SHORT.curriculum}
    for slot, cell in enumerate(factorial.design.cells, start=2):
        trials = factorial.trials(slot)
        assert len(trials) == total(factorial)
        shown = [t for t in trials if t.block in taught and t.scored]
        assert {t.epsilon_224 for t in shown} == {cell.epsilon_224}
        assert all((file := factorial.stimulus(t)) is None or file.is_file() for t in trials)
        assert not any(t.altered for t in trials if t.block not in taught)


def test_a_share_draws_from_the_easiest(factorial: Course) -> None:
    ranked = sorted(p.candidate.difficulty for p in factorial.manifest.pictures if p.candidate.split == "train")
    means = [
        sum(t.difficulty or 0 for t in trials) / len(trials)
        for first in (2, 4)
        for trials in [
            [
                t
                for k in range(12)
                for t in factorial.trials(first + 6 * k)
                if t.scored and t.block in {b.name for b in SHORT.curriculum}
            ]
        ]
    ]
    assert ranked[0] <= means[0] < means[1]


def test_the_zip_calls_cells_by_their_factors(factorial: Course) -> None:
    people: tuple[Participant, ...] = static_experiment_of(factorial, learners=6).participants
    assert [p.group for p in people] == ["control", "control", *(c.name for c in factorial.design.cells)]


def test_too_few_pictures_for_a_cell_are_said_before_a_course_is_made() -> None:
    small = replace(FACTORIAL, cells=(FactorCell(0.01, 8.0),), slots=(Group.CONTROL, Group.L_WISE))
    with pytest.raises(CourseError, match="This schedule needs"):
        check_filled(small, list(PICTURES.listed()))


def test_a_design_holds_its_cells_in_the_order_of_the_rotation() -> None:
    alone = Design("Cells", MOTHS, (Group.L_WISE,) * 4, cells=CELLS)
    assert alone.group_names == tuple(c.name for c in CELLS)
