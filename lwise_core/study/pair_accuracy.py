"""Accuracy where two pictures stood side by side: by class, by pair of classes, by ε, and by how sure people were.

Chance is 50%. Intervals are 95% bootstraps over people's own shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import ttest_1samp

from lwise_core._utils.arrays import Values
from lwise_core.study.chance import OF_TWO
from lwise_core.study.estimates import CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses
from lwise_core.teaching.design.trials import LEFT


@dataclass(frozen=True, kw_only=True)
class PairShare:
    """The mean over ``people`` of their shares of right answers in some ``trials`` of two pictures, ``of`` what."""

    of: str
    people: int
    trials: int
    accuracy: Estimate | CannotJudge
    mean: float


def two_picture_trials(responses: Responses) -> pd.DataFrame:
    """Return the scored trials of two pictures, those of the test where there is one."""
    pairs = responses.in_pairs
    tests = pairs[~pairs["feedback"]]
    return pairs if tests.empty else tests


def spot_trials(responses: Responses) -> pd.DataFrame:
    """Return the scored trials with two versions of one original, one of them enhanced towards what is not there."""
    trials = two_picture_trials(responses)
    return trials[trials["foil"] == trials["picture"]]


@dataclass(frozen=True, kw_only=True)
class AgainstChance:
    """The mean share of right answers of ``people`` against 50%: a two-sided t test of one sample."""

    people: int
    accuracy: Estimate
    t: float
    p: float


def against_chance(trials: pd.DataFrame, *, seed: int = 0) -> AgainstChance | CannotJudge:
    """Return how people's shares of right answers differ from guessing, as docs/clinician-study.md tests it."""
    people = _of_people(trials)
    accuracy = estimated(_mean, people, seed=seed) if len(people) else CannotJudge("Nobody has answered such a trial.")
    if isinstance(accuracy, CannotJudge):
        return accuracy
    if not people.std():
        return CannotJudge(f"All {len(people)} people were right equally often, so there is nothing to test.")
    found = ttest_1samp(people, OF_TWO)
    return AgainstChance(people=len(people), accuracy=accuracy, t=float(found.statistic), p=float(found.pvalue))


def by_class(trials: pd.DataFrame, *, seed: int = 0) -> tuple[PairShare, ...]:
    """Return the accuracy by the class that was asked for."""
    return _shares(trials, ["class"], seed=seed)


def by_pair(trials: pd.DataFrame, *, seed: int = 0) -> tuple[PairShare, ...]:
    """Return the accuracy by the two classes that stood side by side, whichever was asked for, the hardest first."""
    both = [" and ".join(sorted(pair)) for pair in zip(trials["class"], trials["foil_class"], strict=True)]
    found = _shares(trials.assign(both=both), ["both"], seed=seed)
    return tuple(sorted(found, key=lambda share: (share.mean, share.of)))


def by_budget(trials: pd.DataFrame, *, seed: int = 0) -> tuple[PairShare, ...]:
    """Return the accuracy by ε₂₂₄, and within it by whether the other class was the likeliest or the least likely."""
    nearest = (trials["likeness"] == 1).map({True: "likeliest other class", False: "least likely class"})
    cells = [f"{e:g}, {said}" for e, said in zip(trials["epsilon_224"], nearest, strict=True)]
    return _shares(trials.assign(cell=cells), ["epsilon_224", "cell"], seed=seed)


def by_sureness(trials: pd.DataFrame, *, seed: int = 0) -> tuple[PairShare, ...]:
    """Return the accuracy by how sure people were, 1 to 4; empty where nobody was asked."""
    return _shares(trials.dropna(subset=["sureness"]), ["sureness"], seed=seed)


def share_of_left(trials: pd.DataFrame, *, seed: int = 0) -> Estimate | CannotJudge:
    """Return how often people chose the left picture, as a share of their answers: half, where no side is preferred."""
    answered = trials[trials["choice"] != ""]
    left = (answered["side"] == LEFT) == (answered["perf"] == 1)
    return estimated(_mean, _of_people(answered.assign(perf=left.astype(float))), seed=seed)


def _shares(trials: pd.DataFrame, columns: Sequence[str], *, seed: int) -> tuple[PairShare, ...]:
    """Return the shares of the trials that agree in ``columns``, called by the last of them."""
    if trials.empty:
        return ()
    found = []
    for key, rows in trials.groupby(list(columns), sort=True):
        people = _of_people(rows)
        found.append(
            PairShare(
                of=str(key[-1]),
                people=len(people),
                trials=len(rows),
                accuracy=estimated(_mean, people, seed=seed),
                mean=float(people.mean()),
            )
        )
    return tuple(found)


def _of_people(rows: pd.DataFrame) -> Values:
    """Return each person's share of right answers, ``(N,)``."""
    shares: Values = rows.groupby("participant")["perf"].mean().to_numpy(dtype=np.float64)
    return shares


def _mean(values: Values, axis: int) -> Values:
    return np.asarray(values.mean(axis=axis))
