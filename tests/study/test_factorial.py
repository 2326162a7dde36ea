"""The two factors of a factorial: which of them does something."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.factorial import EPSILON, SHARE, FactorEffect, cell_accuracies, main_effects, stratified_p
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course_design import FactorCell

CELLS = tuple(FactorCell(f, e) for f, e in product((0.1, 1.0), (0.0, 4.0)))


def answered(right: dict[FactorCell, int], *, people: int = 6) -> Responses:
    """Return a test of 20 trials in which people of every cell were right so often, one more or less by turns."""
    rows = [
        {
            "participant": f"{c}-{person}",
            "group": cell.name,
            "block": "test_1",
            "class": "a",
            "trial_number": trial,
            "perf": int(trial < right[cell] + person % 3 - 1),
            "feedback": False,
            "condition_idx": c,
        }
        for c, cell in enumerate(right)
        for person in range(people)
        for trial in range(20)
    ]
    return Responses(pd.DataFrame(rows))


def effects(right: tuple[int, ...]) -> tuple[FactorEffect, ...]:
    found = main_effects(answered(dict(zip(CELLS, right, strict=True))), CELLS)
    assert all(isinstance(e, FactorEffect) for e in found)
    return tuple(e for e in found if isinstance(e, FactorEffect))


def test_a_factor_that_does_something_is_told_from_one_that_does_nothing() -> None:
    share, epsilon = effects((8, 14, 8, 14))
    assert (share.factor, share.levels, epsilon.factor, epsilon.levels) == (SHARE, (0.1, 1.0), EPSILON, (0.0, 4.0))
    assert epsilon.means == pytest.approx((0.4, 0.7))
    assert epsilon.p < 0.001
    assert share.p > 0.5
    assert share.means == pytest.approx((0.55, 0.55))


def test_what_the_other_factor_does_plays_no_part() -> None:
    share, epsilon = effects((4, 12, 6, 14))
    assert share.p < 0.01, "a small effect is seen beside a large one"
    assert epsilon.p < 0.001


def test_every_cell_has_its_accuracy_with_an_interval() -> None:
    found = cell_accuracies(answered(dict(zip(CELLS, (8, 14, 8, 14), strict=True))), CELLS)
    assert [f.cell for f in found] == list(CELLS)
    assert {f.people for f in found} == {6}
    first = found[0].accuracy
    assert isinstance(first, Estimate)
    assert first.value == pytest.approx(0.4)
    assert first.low < 0.4 < first.high


def test_cells_of_nobody_and_a_single_level_are_said() -> None:
    some = answered({CELLS[0]: 8, CELLS[1]: 9})
    assert all(isinstance(e, CannotJudge) for e in main_effects(some, CELLS))
    assert isinstance(cell_accuracies(some, CELLS)[3].accuracy, CannotJudge)
    share, epsilon = main_effects(some, CELLS[:2])
    assert isinstance(share, CannotJudge)
    assert "one level" in share.sentence
    assert isinstance(epsilon, FactorEffect)


def test_how_large_the_other_factor_is_changes_no_p_where_cells_differ_in_size() -> None:
    random = np.random.default_rng(1)
    level, stratum = np.repeat([0, 0, 1, 1], [3, 9, 8, 4]), np.repeat([0, 1, 0, 1], [3, 9, 8, 4])
    accuracy = random.normal(size=24) + level
    found = stratified_p(accuracy, level, stratum, draws=499)
    assert stratified_p(accuracy + 5 * stratum, level, stratum, draws=499) == found


def test_of_factors_that_do_nothing_about_one_in_twenty_is_called_an_effect() -> None:
    random = np.random.default_rng(0)
    level, stratum = np.repeat([0, 1, 2], 8), np.tile([0, 1], 12)
    called = [
        stratified_p(random.normal(size=24) + 3 * stratum, level, stratum, seed=i, draws=99) <= 0.05 for i in range(200)
    ]
    assert 3 <= sum(called) <= 20  # 5% of 200 with its 99.8% range
