"""A figure with its interval: it holds the figure, depends on the seed alone, and needs two people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.study.estimates import CannotJudge, Estimate, estimated


def test_one_person_has_no_interval() -> None:
    found = estimated(np.mean, np.array([0.5]), seed=0)
    assert isinstance(found, CannotJudge)
    assert "there are 1" in found.sentence


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.integers(0, 2**32 - 1))
def test_the_interval_of_a_mean_lies_within_what_was_measured(values: list[float], seed: int) -> None:
    measured = np.array(values)
    found = estimated(np.mean, measured, seed=seed, resamples=200)
    assert isinstance(found, Estimate)
    assert found.value == measured.mean()
    assert min(values) - 1e-12 <= found.low <= found.high <= max(values) + 1e-12
    assert found == estimated(np.mean, measured, seed=seed, resamples=200)


def test_the_interval_of_a_mean_is_as_wide_as_the_normal_one() -> None:
    measured = np.random.default_rng(0).normal(0.6, 0.1, 400)
    found = estimated(np.mean, measured, seed=0)
    assert isinstance(found, Estimate)
    assert found.high - found.low == pytest.approx(2 * 1.96 * measured.std() / 20, rel=0.05)


def test_groups_are_drawn_apart_and_the_smallest_decides_whether_there_is_an_interval() -> None:
    def difference(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        return a.mean(axis=axis) - b.mean(axis=axis)

    same = np.linspace(0, 1, 20)
    found = estimated(difference, same, same, seed=0)
    assert isinstance(found, Estimate)
    assert found.value == 0
    assert found.low < -0.1 < 0.1 < found.high
    none = estimated(difference, same, same[:0], seed=0)
    assert isinstance(none, CannotJudge)
    assert "there are 0" in none.sentence
