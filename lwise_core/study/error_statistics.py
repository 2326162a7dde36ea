"""How well a number of each picture goes with people's errors: a rank correlation, and the paper's AUC."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.stats import ConstantInputWarning, DegenerateDataWarning, bootstrap, pearsonr, rankdata, spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study.estimates import BOOTSTRAPS, Estimate

FOLDS = 10
"""Parts that the answers are cut into for the AUC; it needs as many right and as many wrong ones."""

_FOLD_SEED = 42  # as in the paper's notebooks
_DRAWN_AT_ONCE = 50


def spearman(one: Values, other: Values, *, seed: int = 0, resamples: int = BOOTSTRAPS) -> Estimate:
    """Return Spearman's ρ of two numbers a picture ``(N,)``, with its 95% percentile bootstrap interval over pictures.

    Resamples in which one of them is the same for every picture have no ρ and do not count.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        warnings.simplefilter("ignore", DegenerateDataWarning)
        drawn = bootstrap(
            (one, other),
            _rho,
            n_resamples=resamples,
            batch=_DRAWN_AT_ONCE,
            vectorized=True,
            paired=True,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
    low, high = np.nanquantile(drawn.bootstrap_distribution, (0.025, 0.975))
    return Estimate(value=float(spearmanr(one, other).statistic), low=float(low), high=float(high))


def answers_auc(metric: Values, right: Counts) -> float:
    """Return the paper's figure, an AUC in [0, 1] of which 0.5 is chance, by one number for each answer.

    Whether the answer is ``right`` ``(N,)``, 1 or 0, is predicted from the ``metric`` ``(N,)`` of its picture by a
    logistic regression; the AUC is the mean over ten held-out parts of the answers, stratified, seed 42. (L-WISE,
    Figure 1A and S14, ``notebooks/make_figs.ipynb``, cell 17.)
    """
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_FOLD_SEED)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return float(cross_val_score(model, metric[:, None], right, cv=folds, scoring="roc_auc").mean())


def picture_auc(metric: Values, *, right: Counts, wrong: Counts) -> float:
    """Return the same figure by one number for each picture, and how many of its answers were right and wrong."""
    answers = np.concatenate([right, wrong])
    return answers_auc(np.repeat(np.tile(metric, 2), answers), np.repeat([1, 0], [right.sum(), wrong.sum()]))


def _rho(one: Values, other: Values, *, axis: int) -> Values:
    """Return ρ along ``axis``, NaN where one of the two is constant."""
    ranks = (rankdata(numbers, axis=axis) for numbers in (one, other))
    rho: Values = pearsonr(*ranks, axis=axis).statistic
    return rho
