"""How well a score tells two kinds apart: areas under ROC curves, with intervals by picture.

Pictures come in pairs, one of each kind, so that a bootstrap draws pictures, not rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.people import Estimate
from lwise_core._utils.arrays import Counts, Values

Flags = npt.NDArray[np.bool_]

_BOOTSTRAPS = 1000
_SEED = 42


def auroc(scores: Values, positive: Flags, groups: Counts) -> Estimate:
    """Return the area under the ROC curve of ``scores``, with a bootstrap over ``groups``."""
    return _by_group(lambda rows: _area(scores[rows], positive[rows]), groups)


def auroc_difference(scores: Values, other: Values, positive: Flags, groups: Counts) -> Estimate:
    """Return the area of ``scores`` less that of ``other``, on the same rows."""
    return _by_group(lambda rows: _area(scores[rows], positive[rows]) - _area(other[rows], positive[rows]), groups)


def false_alarms_at(scores: Values, positive: Flags, *, found: float = 0.95) -> float:
    """Return the share of negatives flagged at the threshold that flags ``found`` of the positives."""
    false, true, _ = roc_curve(positive, scores)
    return float(false[np.argmax(true >= found)])


def logistic_scores(columns: Sequence[Values], positive: Flags, halves: Counts) -> Values:
    """Return the score that a logistic regression, fitted on the other half of the pictures, gives to each row.

    ``halves`` is 0 or 1. Missing values are at the mean of the half that fits.
    """
    table = np.stack(columns, axis=1)
    scores = np.zeros(len(table))
    for half in (0, 1):
        judge = halves == half
        scores[judge] = fitted_scores(table, positive, fit=~judge, judge=judge)
    return scores


def fitted_scores(table: Values, positive: Flags, *, fit: Flags, judge: Flags) -> Values:
    """Return the scores of the rows ``judge`` by a logistic regression that saw the rows ``fit`` alone.

    ``table`` is ``(rows, columns)``; missing values are at the mean of the rows that fit.
    """
    middle = np.nan_to_num(np.nanmean(table[fit], axis=0))
    filled = np.where(np.isnan(table), middle, table)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(filled[fit], positive[fit])
    scores: Values = model.decision_function(filled[judge])
    return scores


def _area(scores: Values, positive: Flags) -> float:
    """Return the area by ranks (Mann and Whitney 1947), which is scikit-learn's and is found many times as fast."""
    ranks = rankdata(scores, nan_policy="raise")
    count = int(positive.sum())
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(positive) - count)))


def _by_group(statistic: Callable[[Counts], float], groups: Counts) -> Estimate:
    random = np.random.default_rng(_SEED)
    rows_of = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    draws = []
    for _ in range(_BOOTSTRAPS):
        chosen = random.integers(0, len(rows_of), len(rows_of))
        draws.append(statistic(np.concatenate([rows_of[i] for i in chosen])))
    low, high = np.quantile(draws, (0.025, 0.975))
    return Estimate(statistic(np.arange(len(groups))), float(low), float(high))
