from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks import discrimination
from benchmarks.discrimination import auroc, auroc_difference, false_alarms_at, logistic_scores

PAIRS = 60


@pytest.fixture(autouse=True)
def few_bootstraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discrimination, "_BOOTSTRAPS", 100)


@pytest.fixture
def kinds() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which rows are positive, the picture of each, and the half that each belongs to."""
    positive = np.tile([False, True], PAIRS)
    groups = np.repeat(np.arange(PAIRS), 2)
    return positive, groups, groups % 2


def test_a_score_that_tells_all_apart_has_area_one_and_noise_a_half(kinds: tuple[np.ndarray, ...]) -> None:
    positive, groups, _ = kinds
    perfect = auroc(positive.astype(float), positive, groups)
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    noise = auroc(np.random.default_rng(0).normal(size=2 * PAIRS), positive, groups)
    assert noise.low < 0.5 < noise.high


def test_the_area_is_scikit_learns_also_with_ties(kinds: tuple[np.ndarray, ...]) -> None:
    positive, groups, _ = kinds
    for decimals in (0, 1, 6):
        scores = np.random.default_rng(decimals).normal(size=2 * PAIRS).round(decimals) + 0.5 * positive
        assert auroc(scores, positive, groups).value == pytest.approx(roc_auc_score(positive, scores))
    with pytest.raises(ValueError, match="nan"):
        auroc(np.full(2 * PAIRS, np.nan), positive, groups)


def test_the_difference_is_that_of_the_areas_and_none_for_the_same_score(kinds: tuple[np.ndarray, ...]) -> None:
    positive, groups, _ = kinds
    random = np.random.default_rng(1)
    good, poor = (positive + random.normal(scale=s, size=len(positive)) for s in (0.5, 3))
    difference = auroc_difference(good, poor, positive, groups)
    assert difference.value == pytest.approx(auroc(good, positive, groups).value - auroc(poor, positive, groups).value)
    assert difference.low > 0
    same = auroc_difference(good, good, positive, groups)
    assert (same.low, same.value, same.high) == (0, 0, 0)


def test_false_alarms_are_counted_where_enough_is_found() -> None:
    positive = np.array([True] * 20 + [False] * 20)
    scores = np.concatenate([np.arange(1, 21), np.full(20, 1.5)]).astype(float)
    assert false_alarms_at(scores, positive, found=0.95) == 0
    assert false_alarms_at(scores, positive, found=1.0) == 1


def test_a_half_is_judged_by_what_the_other_half_taught(kinds: tuple[np.ndarray, ...]) -> None:
    positive, groups, halves = kinds
    # Each half obeys the opposite rule: what is learnt on one is wrong on the other.
    signal = np.where(halves == 0, 1, -1) * np.where(positive, 1.0, -1.0)
    assert auroc(logistic_scores([signal], positive, halves), positive, groups).value == 0
    honest = np.where(positive, 1.0, -1.0)
    assert auroc(logistic_scores([honest], positive, halves), positive, groups).value == 1


def test_missing_values_say_nothing(kinds: tuple[np.ndarray, ...]) -> None:
    positive, groups, halves = kinds
    honest = np.where(positive, 1.0, -1.0)
    nothing = np.full(len(positive), np.nan)
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        scores = logistic_scores([honest, nothing], positive, halves)
    assert np.isfinite(scores).all()
    assert auroc(scores, positive, groups).value == 1
