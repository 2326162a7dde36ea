"""Words for places: what is planted somewhere is found there, and what is named holds most of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lwise_core._utils.arrays import Values
from lwise_core.inspection.place_words import HALVES, MOSTLY, MOSTLY_OF_A_HALF, QUARTERS, Span, place_of

SIDES = st.integers(1, 12)
GRIDS = SIDES.flatmap(lambda side: arrays(np.float64, (side, side), elements=st.integers(0, 9).map(float)))
WINDOWS = QUARTERS | HALVES


def share_within(weights: Values, window: tuple[Span, Span]) -> float:
    """Return the share of ``weights`` in a part of the picture, counted on a grid fine enough for every edge."""
    fine = np.kron(weights, np.ones((4, 4)))
    (top, bottom), (left, right) = (tuple(round(edge * len(fine)) for edge in span) for span in window)
    return float(fine[top:bottom, left:right].sum() / fine.sum())


@given(GRIDS)
def test_what_is_named_holds_most_of_it(weights: Values) -> None:
    words = place_of(weights)
    if words:
        least = MOSTLY if words in QUARTERS else MOSTLY_OF_A_HALF
        assert share_within(weights, WINDOWS[words]) >= least - 1e-9
    elif weights.any():
        assert max(share_within(weights, window) for window in QUARTERS.values()) < MOSTLY
        assert max(share_within(weights, window) for window in HALVES.values()) < MOSTLY_OF_A_HALF


@given(SIDES, st.sampled_from(list(QUARTERS)))
def test_what_lies_in_the_middle_of_a_quarter_is_found_there(side: int, words: str) -> None:
    weights = np.zeros((4 * side, 4 * side))
    (top, bottom), (left, right) = (tuple(int(edge * 4 * side) for edge in span) for span in QUARTERS[words])
    weights[top:bottom, left:right] = 1
    assert place_of(weights) == words


@given(GRIDS.filter(lambda weights: weights.any()))
def test_what_is_turned_round_is_named_the_other_way_round(weights: Values) -> None:
    mirrored: tuple[tuple[Callable[[Values], Values], str, str], ...] = (
        (np.fliplr, "left", "right"),
        (np.flipud, "upper", "lower"),
    )
    for turn, one, other in mirrored:
        swapped = place_of(weights).replace(one, "–").replace(other, one).replace("–", other)
        assert place_of(turn(weights)) == swapped


@given(GRIDS, st.floats(1e-3, 1e3))
def test_only_shares_count(weights: Values, factor: float) -> None:
    assume(weights.any())
    assert place_of(weights * factor) == place_of(weights)


@given(SIDES, st.floats(1e-6, 1e6))
def test_what_is_everywhere_alike_is_nowhere_special(side: int, weight: float) -> None:
    assert place_of(np.full((side, side), weight)) == ""


def test_nothing_is_nowhere() -> None:
    assert place_of(np.zeros((8, 8))) == ""


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ((2, 6), (2, 6), "in the centre"),
        ((0, 3), (0, 3), "in the upper left"),
        ((0, 8), (0, 4), "in the left half"),
        ((3, 5), (0, 8), "across the middle"),
        ((0, 8), (3, 5), "down the middle"),
        ((1, 7), (1, 7), ""),
    ],
)
def test_on_the_grid_of_a_guide_of_64_px(rows: tuple[int, int], columns: tuple[int, int], words: str) -> None:
    weights = np.zeros((8, 8))
    weights[slice(*rows), slice(*columns)] = 1
    assert place_of(weights) == words
