"""What people find hard beside what the guide does, and what they take for what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix

from lwise_core._utils.counting import counted
from lwise_core.study.error_statistics import FOLDS, answers_auc, spearman
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.responses import Responses
from lwise_core.teaching.design.schedules import Group

FEWEST_PICTURES = 10

_OUTLIER = 3.0


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
        have = "has" if len(kept) == 1 else "have"
        return CannotJudge(
            f"Difficulty cannot be compared with errors: {counted(len(kept), 'picture')} of the test {have} one, and "
            f"{FEWEST_PICTURES} of different difficulty are needed."
        )
    if tests["perf"].value_counts().reindex([0, 1], fill_value=0).min() < FOLDS or kept["right"].nunique() < 2:
        return CannotJudge(
            f"Difficulty cannot be compared with errors: {len(tests) - int(tests['perf'].sum())} of {len(tests)} "
            f"answers were wrong; at least {FOLDS} right and wrong ones, not the same for every picture, are needed."
        )
    return Agreement(
        rank_correlation=spearman(kept["difficulty"].to_numpy(), 1 - kept["right"].to_numpy(), seed=seed),
        auc=answers_auc(tests["difficulty"].to_numpy(), tests["perf"].to_numpy()),
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
