"""A second look at the main result: a logistic mixed model of every test trial, with people and pictures crossed.

    logit P(right) = control + group effect + participant + picture,   participant ~ N(0, σ²), picture ~ N(0, τ²)

It is a sensitivity analysis beside the permutation test, not the test. The model is fitted by variational Bayes
(statsmodels, ``BinomialBayesMixedGLM.fit_vb``): the posterior is approximated by a product of independent normal
distributions, one for each coefficient, each person, each picture and the logarithms of σ and τ. Such a product has the
means about right and is too sure of them, because it holds the people of a group fixed while it judges the group: the
standard error of a group effect came out at little more than half of what it should be. The intervals are therefore
not taken from it. They come from the joint normal approximation at the variational means (the observed information of
all effects together, with people and pictures integrated out: Henderson's mixed-model equations), in which people of a
group and the group's effect compete for the same answers.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import scipy.sparse as sp
from scipy.special import expit
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from lwise_core._utils.arrays import Values
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.responses import Responses
from lwise_core.teaching.design.schedules import Group

FEWEST_PEOPLE_IN_A_MODEL = 3
FEWEST_PICTURES_IN_A_MODEL = 3
_PRIOR_EFFECT_SD = 2.0
_PRIOR_LOG_SD = 1.0
_MOST_STEPS = 2000


@dataclass(frozen=True, kw_only=True)
class GroupEffect:
    """How much likelier a group is to be right than control, in log-odds, with its 95% interval."""

    group: str
    log_odds: Estimate


@dataclass(frozen=True, kw_only=True)
class MixedModel:
    """The fitted model. ``people_sd`` and ``pictures_sd`` are σ and τ, in log-odds; ``trials`` how many it rests on."""

    effects: tuple[GroupEffect, ...]
    people_sd: float
    pictures_sd: float
    trials: int


def mixed_model(responses: Responses, *, control: str = Group.CONTROL, seed: int = 0) -> MixedModel | CannotJudge:
    """Fit the model to the scored test trials.

    Args:
        responses: With ``picture`` named in every test trial.
        control: The group that the others are compared with.
        seed: Where the fit starts.

    Returns:
        The effect of every other group, or why there is none: too few people or pictures, everything right or wrong in
        a group, or a fit that does not converge.
    """
    tests = responses.tests
    groups = [g for g in responses.groups if g != control and (tests["group"] == g).any()]
    reason = _reason(responses, groups, control)
    if reason:
        return CannotJudge(f"The mixed model cannot be fitted: {reason}.")
    right = tests["perf"].to_numpy(dtype=np.float64)
    fixed = np.column_stack([np.ones(len(tests)), *((tests["group"] == g).to_numpy(dtype=np.float64) for g in groups)])
    people, pictures = _indicators(tests["participant"].tolist()), _indicators(tests["picture"].tolist())
    varied = sp.hstack([people, pictures], format="csr")
    which = np.repeat([0, 1], [people.shape[1], pictures.shape[1]])
    model = BinomialBayesMixedGLM(right, fixed, varied, which, vcp_p=_PRIOR_LOG_SD, fe_p=_PRIOR_EFFECT_SD)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fit = model.fit_vb(rng=np.random.default_rng(seed), minim_opts={"maxiter": _MOST_STEPS})
        except ConvergenceWarning:
            return CannotJudge("The mixed model cannot be judged: its fit did not converge on these answers.")
    effects, deviations = fit.fe_mean[1:], np.exp(fit.vcp_mean)
    chances = expit(fixed @ fit.fe_mean + varied @ fit.vc_mean)
    errors = _standard_errors(fixed, varied, chances * (1 - chances), 1 / deviations[which] ** 2)[1:]
    if not np.isfinite([*effects, *errors, *deviations]).all():
        return CannotJudge("The mixed model cannot be judged: its fit came to no finite figure.")
    z = NormalDist().inv_cdf(0.975)
    return MixedModel(
        effects=tuple(
            GroupEffect(group=g, log_odds=Estimate(value=float(b), low=float(b - z * e), high=float(b + z * e)))
            for g, b, e in zip(groups, effects, errors, strict=True)
        ),
        people_sd=float(deviations[0]),
        pictures_sd=float(deviations[1]),
        trials=len(tests),
    )


def _reason(responses: Responses, groups: list[str], control: str) -> str:
    """Return what is lacking, empty when nothing is."""
    tests = responses.tests
    if not groups:
        return f"no group but {control} has been tested"
    for group in (control, *groups):
        mine = tests[tests["group"] == group]
        if mine["participant"].nunique() < FEWEST_PEOPLE_IN_A_MODEL:
            return f"fewer than {FEWEST_PEOPLE_IN_A_MODEL} people of the group “{group}” have been tested"
        if mine["perf"].nunique() < 2:
            return f"all answers of the group “{group}” in the test are alike, right or wrong"
    if (tests["picture"] == "").any() or tests["picture"].nunique() < FEWEST_PICTURES_IN_A_MODEL:
        return f"fewer than {FEWEST_PICTURES_IN_A_MODEL} pictures are named in the test"
    return ""


def _indicators(names: list[str]) -> sp.csr_matrix:
    """Return ``(N, distinct)`` with a 1 in each row where its name is."""
    _, columns = np.unique(names, return_inverse=True)
    return sp.csr_matrix((np.ones(len(names)), (np.arange(len(names)), columns)))


def _standard_errors(fixed: Values, varied: sp.csr_matrix, weights: Values, precisions: Values) -> Values:
    """Return the standard errors of the fixed effects with the varied ones integrated out.

    Args:
        fixed: ``(N, F)``.
        varied: ``(N, R)``.
        weights: ``(N,)``, π(1 − π) of each trial.
        precisions: ``(R,)``, 1/σ² of each varied effect.
    """
    weighted = varied.multiply(weights[:, None]).tocsr()
    inner = (varied.T @ weighted).toarray() + np.diag(precisions)
    across = np.asarray(weighted.T @ fixed)
    outer = fixed.T @ (weights[:, None] * fixed) + np.eye(fixed.shape[1]) / _PRIOR_EFFECT_SD**2
    information = outer - across.T @ np.linalg.solve(inner, across)
    errors: Values = np.sqrt(np.diag(np.linalg.inv(information)))
    return errors
