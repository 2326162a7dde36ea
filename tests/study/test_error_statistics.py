"""A rank correlation with its interval, and the paper's AUC: beside scipy's own and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from lwise_core.study.error_statistics import answers_auc, picture_auc, spearman


@given(st.integers(0, 10_000))
def test_it_is_scipys_rho_whatever_rises_evenly_and_turns_round_with_its_sign(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(size=30), random.integers(0, 4, 30).astype(float)
    found = spearman(one, other, resamples=50)
    assert found.value == pytest.approx(spearmanr(one, other).statistic)
    assert found.low <= found.high
    bent, turned = spearman(np.exp(one), other, resamples=50), spearman(-one, other, resamples=50)
    assert (bent.value, bent.low, bent.high) == pytest.approx((found.value, found.low, found.high))
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_the_interval_is_that_of_pictures_drawn_again() -> None:
    random = np.random.default_rng(5)
    one = random.normal(size=60)
    other = one + random.normal(size=60)
    again, draws = np.random.default_rng(7), []
    for _ in range(200):
        rows = again.integers(0, 60, 60)
        draws.append(spearmanr(one[rows], other[rows]).statistic)
    found = spearman(one, other, seed=7, resamples=200)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, (0.025, 0.975))))


def test_draws_without_an_order_do_not_count() -> None:
    errors = np.array([1.0, *[0.0] * 11])  # in a third of the draws nobody erred
    found = spearman(np.arange(12.0), errors, resamples=200)
    assert np.isfinite([found.low, found.high]).all()


def test_the_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(2)
    metric = random.uniform(size=4000)
    right = (random.uniform(size=4000) < metric).astype(np.int64)
    # P(metric of a right answer > that of a wrong one) for rightness that rises evenly from 0 to 1 is 5/6.
    assert answers_auc(metric, right) == pytest.approx(5 / 6, abs=0.02)
    assert answers_auc(-metric, right) == pytest.approx(5 / 6, abs=0.02)  # the regression finds the direction
    assert answers_auc(random.permutation(metric), right) == pytest.approx(0.5, abs=0.05)


def test_counts_of_a_picture_are_its_answers_one_by_one() -> None:
    metric, right, wrong = np.array([0.0, 1.0, 2.0]), np.array([5, 10, 20]), np.array([12, 6, 0])
    values = [0.0] * 5 + [1.0] * 10 + [2.0] * 20 + [0.0] * 12 + [1.0] * 6
    one_by_one = answers_auc(np.array(values), np.array([1] * 35 + [0] * 18))
    assert picture_auc(metric, right=right, wrong=wrong) == pytest.approx(one_by_one)
