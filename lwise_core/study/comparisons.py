"""What came out of a study: how each group learned, whether its test accuracy differs from control's, and on what.

People are the units. Trials of one person are alike, so a test that counts trials, as the paper's chi-square does,
takes ordinary differences between people for effects of teaching; it is here for replication only. The main test
permutes people between a group and control. Everybody who was tested counts, in the group that they were put into
(intention to treat); without those who missed calibration trials is a second figure. Bootstraps are 95% and seeded.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, permutation_test, rankdata, spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.multitest import multipletests

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study.gains import BOOTSTRAPS, FEWEST_PEOPLE, CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses
from lwise_core.teaching.design.schedules import Group

PERMUTATIONS = 9_999
"""Up to so many ways to divide people in two, all are tried; above, so many are drawn."""

ATTENTIVE = 0.9
"""Below this share of right calibration trials a participant is inattentive (L-WISE, make_figs.ipynb; notes 3.3)."""

BY_TRIAL_SENTENCE = (
    "For replication only: this test, the paper's, counts trials as if each came from another person. At ordinary "
    "differences between people (an SD of 13 points, 40 test trials) it calls about 30% of equal groups different, "
    "where 5% are meant."
)
"""The share is measured by ``python -m benchmarks.trial_tests``."""

FEWEST_PICTURES = 10
_FOLDS = 10
_FOLD_SEED = 42  # as in the paper's notebooks
_OUTLIER = 3.0
_NOBODY = "Nobody of the group “{group}” has answered a test trial."


@dataclass(frozen=True, kw_only=True)
class Score:
    """One person's share of right answers in the scored test trials, of which there were ``trials``."""

    participant: str
    group: str
    accuracy: float
    trials: int


@dataclass(frozen=True, kw_only=True)
class GroupAccuracy:
    """The mean test accuracy of the ``people`` of a group who were tested; ``untested`` others were not.

    The first interval speaks of other people and the same pictures, the second of other people and other pictures.
    """

    group: str
    people: int
    untested: int
    over_people: Estimate | CannotJudge
    over_people_and_pictures: Estimate | CannotJudge


@dataclass(frozen=True, kw_only=True)
class Point:
    """The mean accuracy of the ``people`` who answered scored trials of a block."""

    block: str
    people: int
    accuracy: Estimate | CannotJudge


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """The blocks in order."""

    group: str
    points: tuple[Point, ...]


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


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How well a model's difficulty goes with people's errors.

    ``rank_correlation`` is Spearman's ρ of difficulty and the share of people who erred, over ``pictures``. ``auc`` is
    the paper's figure: a logistic regression of each of the ``trials`` on difficulty, mean over ten held-out folds;
    0.5 is chance. ``outliers`` pictures lay more than three standard deviations off and are left out.
    """

    rank_correlation: Estimate
    auc: float
    pictures: int
    trials: int
    outliers: int


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """How often pictures of class ``classes[i]`` were called ``classes[j]``: ``counts[i][j]``, in the test.

    ``unanswered[i]`` counts those without an answer, or with one that is none of the classes.
    """

    group: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    unanswered: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PictureAccuracy:
    """One picture in the test. ``reaction_msec`` is the mean over answers, None when no time was recorded."""

    picture: str
    class_name: str
    trials: int
    accuracy: float
    reaction_msec: float | None


def scores(responses: Responses) -> tuple[Score, ...]:
    """Return the test accuracy of everybody who was tested."""
    table = responses.tests.groupby(["participant", "group"])["perf"].agg(["mean", "size"])
    return tuple(
        Score(participant=p, group=g, accuracy=float(mean), trials=int(size))
        for (p, g), mean, size in table.itertuples(name=None)
    )


def group_scores(responses: Responses, group: str) -> Values:
    """Return the test accuracies of the people of a group, ``(N,)`` shares."""
    return np.array([s.accuracy for s in scores(responses) if s.group == group], dtype=np.float64)


def accuracies(responses: Responses, *, seed: int = 0) -> tuple[GroupAccuracy, ...]:
    """Return the test accuracy of every group."""
    assigned = responses.trials.groupby("group")["participant"].nunique()
    crossed = _Crossed(responses.tests, seed=seed)
    found = []
    for group in responses.groups:
        values = group_scores(responses, group)
        nobody = CannotJudge(_NOBODY.format(group=group))
        found.append(
            GroupAccuracy(
                group=group,
                people=len(values),
                untested=int(assigned[group]) - len(values),
                over_people=estimated(np.mean, values, seed=seed) if len(values) else nobody,
                over_people_and_pictures=crossed.accuracy(group) if len(values) else nobody,
            )
        )
    return tuple(found)


def learning_curves(responses: Responses, *, seed: int = 0) -> tuple[LearningCurve, ...]:
    """Return each group's accuracy block by block, training and test, over people."""
    table = responses.scored.groupby(["group", "block", "participant"])["perf"].mean()
    curves = []
    for group in responses.groups:
        people = {
            b: table.xs((group, b)).to_numpy() for b in responses.blocks if (group, b) in table.index.droplevel(2)
        }
        points = [Point(block=b, people=len(v), accuracy=estimated(np.mean, v, seed=seed)) for b, v in people.items()]
        curves.append(LearningCurve(group=group, points=tuple(points)))
    return tuple(curves)


def inattentive(responses: Responses) -> tuple[str, ...]:
    """Return the participants who were right in fewer than 90% of their calibration trials, where they had any."""
    shares = responses.calibration.groupby("participant")["perf"].mean()
    return tuple(sorted(shares.index[shares < ATTENTIVE]))


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
    counts among them. Holm's method adjusts for the number of groups that can be compared.
    """
    crossed = _Crossed(responses.tests, seed=seed)
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
    """Return the paper's test of every group against control: chi-square of right and wrong test trials."""
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


def agreement(
    responses: Responses, *, groups: Collection[str] = (Group.CONTROL,), seed: int = 0
) -> Agreement | CannotJudge:
    """Return how well the difficulty of pictures goes with errors in the test, of ``groups``, as the paper: control."""
    tests = responses.tests
    tests = tests[tests["group"].isin(list(groups)) & tests["difficulty"].notna() & (tests["picture"] != "")]
    pictures = tests.groupby("picture").agg(difficulty=("difficulty", "mean"), right=("perf", "mean"))
    off = pictures["difficulty"] - pictures["difficulty"].mean()
    kept = pictures[off.abs() <= _OUTLIER * (pictures["difficulty"].std(ddof=0) or 1.0)] if len(pictures) else pictures
    tests = tests[tests["picture"].isin(kept.index)]
    if len(kept) < FEWEST_PICTURES or kept["difficulty"].nunique() < 2:
        return CannotJudge(
            f"Difficulty cannot be compared with errors: {len(kept)} pictures of the test have one, and "
            f"{FEWEST_PICTURES} of different difficulty are needed."
        )
    if tests["perf"].value_counts().reindex([0, 1], fill_value=0).min() < _FOLDS or kept["right"].nunique() < 2:
        return CannotJudge(
            f"Difficulty cannot be compared with errors: {len(tests) - int(tests['perf'].sum())} of {len(tests)} "
            f"answers were wrong; at least {_FOLDS} right and wrong ones, not the same for every picture, are needed."
        )
    return Agreement(
        rank_correlation=_rank_correlation(kept["difficulty"].to_numpy(), 1 - kept["right"].to_numpy(), seed=seed),
        auc=_auc(tests["difficulty"].to_numpy(), tests["perf"].to_numpy()),
        pictures=len(kept),
        trials=len(tests),
        outliers=len(pictures) - len(kept),
    )


def confusions(responses: Responses) -> tuple[Confusion, ...]:
    """Return what was taken for what in the test, by group; groups that were not tested are left out."""
    classes = responses.classes
    tests = responses.tests
    found = []
    for group in responses.groups:
        mine = tests[tests["group"] == group]
        answered = mine[mine["choice"].isin(list(classes))]
        if not len(mine):
            continue
        # scikit-learn refuses an empty comparison.
        counts = (
            confusion_matrix(answered["class"].tolist(), answered["choice"].tolist(), labels=list(classes))
            if len(answered)
            else np.zeros((len(classes), len(classes)), dtype=int)
        )
        asked = mine["class"].value_counts().reindex(list(classes), fill_value=0).to_numpy()
        found.append(
            Confusion(
                group=group,
                classes=classes,
                counts=tuple(tuple(int(n) for n in row) for row in counts),
                unanswered=tuple(int(n) for n in asked - counts.sum(axis=1)),
            )
        )
    return tuple(found)


def pictures(responses: Responses, *, groups: Collection[str] | None = None) -> tuple[PictureAccuracy, ...]:
    """Return every picture of the test, by name, over all groups or some."""
    tests = responses.tests[responses.tests["picture"] != ""]
    if groups is not None:
        tests = tests[tests["group"].isin(list(groups))]
    table = tests.groupby(["picture", "class"]).agg(n=("perf", "size"), right=("perf", "mean"), rt=(_RT, "mean"))
    return tuple(
        PictureAccuracy(
            picture=picture,
            class_name=name,
            trials=int(n),
            accuracy=float(right),
            reaction_msec=None if math.isnan(rt) else float(rt),
        )
        for (picture, name), n, right, rt in table.itertuples(name=None)
    )


_RT = "reaction_time_msec"


class _Crossed:
    """Bootstrap draws of every group's accuracy, where people and pictures are both drawn anew.

    Each draw weighs a trial by how often its person was drawn, within the group, times how often its picture was, for
    all groups alike; people count the same, however many trials they had. The interval is a little too wide rather than
    too narrow. (Owen, The pigeonhole bootstrap, Annals of Applied Statistics 1, 2007.)
    """

    def __init__(self, tests: pd.DataFrame, *, seed: int) -> None:
        self._groups = sorted(tests["group"].unique())
        self._named = len(tests) > 0 and bool((tests["picture"] != "").all())
        self._few = self._named and tests["picture"].nunique() < 2
        self._people = tests.groupby("group")["participant"].nunique().to_dict()
        if not self._named or self._few:
            return
        group = np.searchsorted(self._groups, tests["group"].tolist())
        names, person = np.unique(tests["participant"].tolist(), return_inverse=True)
        shown, picture = np.unique(tests["picture"].tolist(), return_inverse=True)
        members = [np.unique(person[group == g]) for g in range(len(self._groups))]
        base = 1.0 / np.bincount(person)[person]
        right = base * tests["perf"].to_numpy(dtype=np.float64)

        def means(drawn_people: Counts, drawn_pictures: Counts) -> Values:
            weights = drawn_people[person] * drawn_pictures[picture]
            total = np.bincount(group, weights * base, minlength=len(self._groups))
            # A draw may miss all of a group's pictures where hardly any are shared; it says nothing.
            with np.errstate(invalid="ignore"):
                shares: Values = np.bincount(group, weights * right, minlength=len(self._groups)) / total
            return shares

        random = np.random.default_rng(seed)
        draws = []
        for _ in range(BOOTSTRAPS):
            drawn = np.zeros(len(names), dtype=np.int64)
            for who in members:
                drawn[who] = random.multinomial(len(who), np.full(len(who), 1 / len(who)))
            draws.append(means(drawn, random.multinomial(len(shown), np.full(len(shown), 1 / len(shown)))))
        self._draws = np.array(draws)
        self._seen = means(np.ones(len(names), dtype=np.int64), np.ones(len(shown), dtype=np.int64))

    def accuracy(self, group: str) -> Estimate | CannotJudge:
        """Return a tested group's accuracy."""
        return self._estimate([group], np.array([1.0]))

    def difference(self, group: str, control: str) -> Estimate | CannotJudge:
        """Return the difference of two tested groups' accuracies."""
        return self._estimate([group, control], np.array([1.0, -1.0]))

    def _estimate(self, groups: Sequence[str], signs: Values) -> Estimate | CannotJudge:
        if not self._named:
            return CannotJudge("An interval over people and pictures needs the picture's name in every test trial.")
        if self._few or min(self._people[g] for g in groups) < FEWEST_PEOPLE:
            return CannotJudge("An interval over people and pictures needs at least 2 of each.")
        columns = [self._groups.index(g) for g in groups]
        draws = self._draws[:, columns] @ signs
        low, high = np.nanquantile(draws, (0.025, 0.975))
        return Estimate(value=float(self._seen[columns] @ signs), low=float(low), high=float(high))


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


def _rank_correlation(difficulty: Values, error: Values, *, seed: int) -> Estimate:
    """Return Spearman's ρ of two numbers a picture, with its bootstrap interval over pictures."""
    random = np.random.default_rng(seed)
    draws = []
    for _ in range(BOOTSTRAPS):
        rows = random.integers(0, len(difficulty), len(difficulty))
        if np.ptp(difficulty[rows]) > 0 and np.ptp(error[rows]) > 0:  # ρ of a constant is not defined
            draws.append(np.corrcoef(rankdata([difficulty[rows], error[rows]], axis=1))[0, 1])
    low, high = np.quantile(draws, (0.025, 0.975))
    return Estimate(value=float(spearmanr(difficulty, error).statistic), low=float(low), high=float(high))


def _auc(difficulty: Values, right: Counts) -> float:
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_FOLD_SEED)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return float(cross_val_score(model, difficulty[:, None], right, cv=folds, scoring="roc_auc").mean())
