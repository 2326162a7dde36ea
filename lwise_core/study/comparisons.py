"""What came out of a study: how each group learned, whether its test accuracy differs from control's, and on what.

People are the units. Trials of one person are alike, so a test that counts trials, as the paper's chi-square does,
takes ordinary differences between people for effects of teaching; it is here for replication only. The main test
permutes people between a group and control. Everybody who was tested counts, in the group that they were put into
(intention to treat); without those who missed calibration trials is a second figure. Bootstraps are 95% and seeded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2_contingency, permutation_test
from statsmodels.stats.multitest import multipletests

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study.accuracy import group_scores, inattentive
from lwise_core.study.crossed_bootstrap import CrossedBootstrap
from lwise_core.study.estimates import FEWEST_PEOPLE, CannotJudge, Estimate
from lwise_core.study.responses import Responses
from lwise_core.teaching.design.schedules import Group

PERMUTATIONS = 9_999
"""Up to so many ways to divide people in two, all are tried; above, so many are drawn."""

BY_TRIAL_SENTENCE = (
    "For replication only: this test, the paper's, counts trials as if each came from another person. At ordinary "
    "differences between people (an SD of 13 points, 40 test trials) it calls about 30% of equal groups different, "
    "where 5% are meant."
)
"""The share is measured by ``python -m benchmarks.trial_tests``."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Mean test accuracy of a group less that of control, with its interval over people and pictures.

    ``p`` is two-sided, by permutation of people; ``p_holm`` adjusts it for the number of groups. ``exact`` is whether
    every permutation was tried.
    """

    difference: float
    interval: Estimate | CannotJudge
    p: float
    p_holm: float
    exact: bool


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A group of ``people`` compared with control, of ``controls``."""

    group: str
    people: int
    controls: int
    result: Difference | CannotJudge


@dataclass(frozen=True, kw_only=True)
class Primary:
    """The main result, of everybody, and the same without those who missed calibration trials, ``inattentive``."""

    everybody: tuple[Comparison, ...]
    attentive: tuple[Comparison, ...] | CannotJudge
    inattentive: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrialTest:
    """The paper's chi-square test of right and wrong trials. ``sentence`` belongs beside it wherever it is shown."""

    group: str
    statistic: float
    p: float
    sentence: str = BY_TRIAL_SENTENCE


def primary(responses: Responses, *, control: str = Group.CONTROL, seed: int = 0) -> Primary:
    """Return the main result: every group compared with control, of everybody and of the attentive."""
    excluded = inattentive(responses)
    left = set(responses.participants) - set(excluded)
    return Primary(
        everybody=comparisons(responses, control=control, seed=seed),
        attentive=comparisons(responses.without(excluded), control=control, seed=seed)
        if left
        else CannotJudge("Nobody was right in 90% of the calibration trials, so there is no second figure."),
        inattentive=excluded,
    )


def comparisons(responses: Responses, *, control: str = Group.CONTROL, seed: int = 0) -> tuple[Comparison, ...]:
    """Return every group but ``control`` compared with it, by permutation of people.

    The statistic is the difference of the means of people's test accuracies. All divisions of the people into groups of
    these sizes are tried when there are up to ``PERMUTATIONS``; otherwise so many are drawn, seeded, and what was seen
    counts among them. Holm's method adjusts for the number of groups that can be compared. Where nobody of control has
    answered there is nothing to compare with, and the result is empty.
    """
    if control not in responses.groups:
        return ()
    crossed = CrossedBootstrap(responses.tests, seed=seed)
    controls = group_scores(responses, control)
    groups = [g for g in responses.groups if g != control]
    values = {g: group_scores(responses, g) for g in groups}
    judged = [g for g in groups if min(len(values[g]), len(controls)) >= FEWEST_PEOPLE]
    p_values = [permutation_p(values[g], controls, seed=seed) for g in judged]
    adjusted = dict(zip(judged, multipletests(p_values, method="holm")[1], strict=True)) if judged else {}
    raw = dict(zip(judged, p_values, strict=True))
    return tuple(
        Comparison(
            group=g,
            people=len(values[g]),
            controls=len(controls),
            result=Difference(
                difference=float(values[g].mean() - controls.mean()),
                interval=crossed.difference(g, control),
                p=raw[g],
                p_holm=float(adjusted[g]),
                exact=_is_exact(len(values[g]), len(controls)),
            )
            if g in raw
            else CannotJudge(
                f"The groups “{g}” and “{control}” cannot be compared: {len(values[g])} and {len(controls)} people "
                f"have been tested, and each needs {FEWEST_PEOPLE}."
            ),
        )
        for g in groups
    )


def permutation_p(values: Values, others: Values, *, seed: int = 0, permutations: int = PERMUTATIONS) -> float:
    """Return the two-sided p of the difference of two means, ``(N,)`` and ``(M,)``, by permutation."""
    found = permutation_test(
        (values, others),
        _difference_of_means,
        permutation_type="independent",
        vectorized=True,
        n_resamples=permutations,
        batch=1000,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def trial_tests(responses: Responses, *, control: str = Group.CONTROL) -> tuple[TrialTest | CannotJudge, ...]:
    """Return the paper's test of every group against control: chi-square of right and wrong test trials.

    Empty where nobody of control has answered.
    """
    if control not in responses.groups:
        return ()
    tests = responses.tests
    others = [g for g in responses.groups if g != control]
    right = {g: tests.loc[tests["group"] == g, "perf"].to_numpy() for g in (*others, control)}
    return tuple(_trial_test(g, right[g], right[control]) for g in others)


def trial_p(right: Counts, others: Counts) -> float | None:
    """Return the p of the chi-square test (with Yates's correction) of two groups' trials.

    ``right`` ``(N,)`` and ``others`` ``(M,)`` hold 1 for a right and 0 for a wrong trial.

    None where it is not defined: no trials, or all of them alike.
    """
    table = np.array([[t.sum(), len(t) - t.sum()] for t in (right, others)])
    if 0 in table.sum(axis=0) or 0 in table.sum(axis=1):
        return None
    return float(chi2_contingency(table).pvalue)


def _difference_of_means(a: Values, b: Values, axis: int) -> Values:
    difference: Values = a.mean(axis=axis) - b.mean(axis=axis)
    return difference


def _is_exact(people: int, controls: int) -> bool:
    return math.comb(people + controls, people) <= PERMUTATIONS


def _trial_test(group: str, right: Counts, others: Counts) -> TrialTest | CannotJudge:
    p = trial_p(right, others)
    if p is None:
        return CannotJudge(f"The trials of the group “{group}” cannot be compared: there are none, or all are alike.")
    table = [[t.sum(), len(t) - t.sum()] for t in (right, others)]
    return TrialTest(group=group, statistic=float(chi2_contingency(table).statistic), p=p)
