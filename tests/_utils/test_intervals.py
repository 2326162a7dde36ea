"""Intervals of shares: Wilson's beside SciPy's, and how often that of a mean of shares holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from lwise_core._utils.intervals import mean_share_interval, wilson_interval


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.9, 0.95]))
def test_the_interval_is_wilsons(counted: tuple[int, int], confidence: float) -> None:
    k, n = counted
    expected = binomtest(k, n).proportion_ci(confidence_level=confidence, method="wilson")
    assert wilson_interval(k / n, n, confidence=confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.floats(0, 1), st.integers(1, 500))
def test_the_interval_holds_its_share_and_stays_within_0_and_1(share: float, n: int) -> None:
    low, high = wilson_interval(share, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


@given(st.floats(0, 1), st.integers(1, 500))
def test_of_one_share_the_interval_of_the_mean_is_wilsons(share: float, n: int) -> None:
    assert mean_share_interval([share], [n]) == pytest.approx(wilson_interval(share, n), abs=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 500)), min_size=1, max_size=8))
def test_the_interval_of_a_mean_holds_it_and_is_no_wider_than_the_mean_of_the_intervals(
    counted: list[tuple[float, int]],
) -> None:
    shares, counts = [s for s, _ in counted], [n for _, n in counted]
    low, high = mean_share_interval(shares, counts)
    each = [wilson_interval(s, n) for s, n in counted]
    centre = np.mean(shares)
    assert 0 <= low <= centre + 1e-12
    assert centre - 1e-12 <= high <= 1
    assert low >= np.mean([lower for lower, _ in each]) - 1e-9
    assert high <= np.mean([upper for _, upper in each]) + 1e-9


def test_the_interval_of_a_balanced_accuracy_misses_the_truth_as_often_as_it_says_on_either_side() -> None:
    rng, truth, counts = np.random.default_rng(0), np.array([0.1, 0.4, 0.6, 0.9]), np.array([170, 50, 240, 60])
    seen = rng.binomial(counts, truth, size=(2000, 4)) / counts
    limits = np.array([mean_share_interval(row.tolist(), counts.tolist()) for row in seen])
    assert (truth.mean() < limits[:, 0]).mean() == pytest.approx(0.025, abs=0.012)
    assert (truth.mean() > limits[:, 1]).mean() == pytest.approx(0.025, abs=0.012)


@pytest.mark.parametrize(("shares", "counts"), [([], []), ([0.5], []), ([0.5], [3, 4])])
def test_a_mean_of_nothing_is_refused(shares: list[float], counts: list[int]) -> None:
    with pytest.raises(ValueError, match="a count for each"):
        mean_share_interval(shares, counts)
