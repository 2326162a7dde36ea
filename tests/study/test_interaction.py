"""Both factors of a factorial together: what is found, what is not, and how often by chance."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.interaction import Interaction, interaction, interaction_p
from lwise_core.teaching.courses.course_design import FactorCell
from tests.study.test_factorial import CELLS, answered

LEVELS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def found(right: tuple[int, ...], *, people: int = 6) -> Interaction:
    result = interaction(answered(dict(zip(CELLS, right, strict=True)), people=people), CELLS)
    assert isinstance(result, Interaction)
    return result


def test_what_only_adds_up_is_no_interaction_however_large_it_is() -> None:
    result = found((4, 10, 8, 14))
    assert result.more.value == pytest.approx(0)
    assert result.p > 0.5
    assert result.more.low < 0 < result.more.high


def test_what_helps_only_with_easy_pictures_is_told_with_sign_and_unit() -> None:
    result = found((6, 15, 6, 6))
    assert result.more.value == pytest.approx(9 / 20)
    assert result.more.low > 0
    assert result.p < 0.001
    assert "worth +45 points more with the easiest 10% than with 100%" in result.sentence
    assert "the p is rough" not in result.sentence
    assert found((6, 6, 6, 15)).more.value == pytest.approx(-9 / 20)


def test_few_people_have_a_wide_interval_and_a_sentence_that_says_so() -> None:
    few, many = found((6, 10, 6, 6), people=3), found((6, 10, 6, 6), people=30)
    assert few.more.high - few.more.low > 2 * (many.more.high - many.more.low)
    assert few.found > many.found
    assert "3 people in the smallest cell the p is rough" in few.sentence
    assert "may well be missed" in many.sentence


def test_what_cannot_be_judged_is_said() -> None:
    some = answered({CELLS[0]: 8, CELLS[1]: 9})
    for cells, words in ((CELLS, "fewer than 2 people"), (CELLS[:2], "two shares"), (CELLS[:3], "each with each")):
        result = interaction(some, cells)
        assert isinstance(result, CannotJudge)
        assert words in result.sentence


def test_welchs_interval_is_that_of_two_means_where_the_other_two_do_not_vary() -> None:
    """Cells that hardly vary leave the t interval of the other two."""
    cells = tuple(FactorCell(f, e) for f, e in product((0.1, 1.0), (0.0, 4.0)))
    result = interaction(answered(dict(zip(cells, (8, 14, 8, 8), strict=True)), people=12), cells)
    assert isinstance(result, Interaction)
    one = np.array([(8 + i % 3 - 1) / 20 for i in range(12)])
    error = np.sqrt(4 * one.var(ddof=1) / 12)
    assert result.more.high - result.more.value == pytest.approx(2.015 * error, rel=0.01)  # t of 44 degrees


def test_the_main_effects_and_sizes_of_cells_change_no_p() -> None:
    random = np.random.default_rng(2)
    values = [random.normal(size=n) for n in (3, 9, 8, 4)]
    shifted = [v + 5 * a + 3 * b for v, (a, b) in zip(values, LEVELS, strict=True)]
    assert interaction_p(shifted, LEVELS, draws=499) == interaction_p(values, LEVELS, draws=499)


def test_of_cells_that_only_add_up_about_one_in_twenty_is_called_more() -> None:
    random = np.random.default_rng(0)
    levels = [(a, b) for a in range(3) for b in range(2)]
    p = [interaction_p([random.normal(size=6) + a for a, _ in levels], levels, draws=99) for _ in range(300)]
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09


def test_an_interaction_over_three_levels_is_found_where_the_ends_say_nothing() -> None:
    random = np.random.default_rng(1)
    levels = [(a, b) for a in range(3) for b in range(2)]
    values = [random.normal(size=8) + (4 if (a, b) == (1, 1) else 0) for a, b in levels]
    assert interaction_p(values, levels, draws=999) < 0.01
    assert interaction_p([np.ones(3) for _ in levels], levels, draws=99) == 1.0


def test_an_order_that_the_sum_explains_wholly_is_no_interaction_and_no_error() -> None:
    """Of residuals ±a, two in each cell, some orders are main effects to the last bit: nothing is left to divide by."""
    values = [np.array([0.5, 1.0]) for _ in LEVELS]
    assert interaction_p(values, LEVELS, draws=499) == 1.0


def test_what_rounds_to_nothing_has_no_minus() -> None:
    hardly = Estimate(value=-0.004, low=-0.1, high=0.1)
    assert "worth +0 points more" in replace(found((4, 10, 8, 14)), more=hardly).sentence
