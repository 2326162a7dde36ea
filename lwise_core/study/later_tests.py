"""What stays: the test of a course and a later one of the same people, joined by their codes.

Retention is each person's change from the one test to the other. Transfer is the same change where the later answers
are those to pictures that the person had never met, in training, in a test or in a practice. Intervals are over people,
each of whom is their own control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median

import numpy as np

from lwise_core.study.attempts import Attempt
from lwise_core.study.estimates import CannotJudge, Estimate, estimated

_DAY_S = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class AccuracyChange:
    """The mean accuracy of ``people`` in both tests, 0 to 1, and the mean of each person's change."""

    people: int
    first: float
    later: float
    change: Estimate | CannotJudge


@dataclass(frozen=True, kw_only=True)
class DaysBetween:
    """How many days lay between the end of the one test and the beginning of the other."""

    median: float
    fewest: float
    most: float


@dataclass(frozen=True, kw_only=True)
class LaterTest:
    """How those who came back did in a later test.

    ``new_pictures`` is their change where later only pictures count that they had never met, and ``by_group`` the
    change of those who learnt in each group. ``practised`` of them met the classes in between, in a practice or in
    another test. ``away`` people of the first test have not come back, with a mean accuracy of ``away_accuracy`` in it.
    ``disordered`` people are left out: by the server's clock their later test was not later.
    """

    everybody: AccuracyChange
    new_pictures: AccuracyChange | CannotJudge
    by_group: Mapping[str, AccuracyChange]
    days: DaysBetween
    practised: int
    away: int
    away_accuracy: float | None
    disordered: int


@dataclass(frozen=True)
class _Pair:
    """One person in both tests."""

    first: Attempt
    later: Attempt
    ended: datetime
    began: datetime

    @property
    def days(self) -> float:
        return (self.began - self.ended).total_seconds() / _DAY_S


def later_test(
    first: Sequence[Attempt],
    later: Sequence[Attempt],
    *,
    others: Sequence[Attempt] = (),
    seed: int = 0,
) -> LaterTest | CannotJudge:
    """Return how the people of a test did in a later one.

    Args:
        first: Everybody in the course whose test comes first.
        later: Everybody in the course whose test comes later.
        others: What people did in further courses of the same classes, practices among them: they may have met
            pictures there.
        seed: The same seed gives the same intervals.
    """
    tested = {a.participant: a for a in first if a.tested}
    both = _pairs(tested, later)
    pairs = [p for p in both if p.days >= 0]
    if not pairs:
        return CannotJudge("Nobody who took this test has taken the other one after it.")
    away = [a.accuracy for code, a in tested.items() if code not in {p.first.participant for p in both}]
    days = [p.days for p in pairs]
    return LaterTest(
        everybody=_change(pairs, [p.later.accuracy for p in pairs], seed=seed),
        new_pictures=_on_new_pictures(pairs, others, seed=seed),
        by_group=_by_group(pairs, seed=seed),
        days=DaysBetween(median=median(days), fewest=min(days), most=max(days)),
        practised=sum(_met_between(p, others) for p in pairs),
        away=len(away),
        away_accuracy=fmean(away) if away else None,
        disordered=len(both) - len(pairs),
    )


def _pairs(tested: Mapping[str, Attempt], later: Sequence[Attempt]) -> list[_Pair]:
    """Return those who were tested in both courses."""
    return [
        _Pair(tested[a.participant], a, ended, a.began)
        for a in later
        if a.participant in tested and a.began and (ended := tested[a.participant].ended)
    ]


def _change(pairs: Sequence[_Pair], later: Sequence[float], *, seed: int) -> AccuracyChange:
    """Return the change of these people, whose accuracies in the later test are ``later``."""
    first = [p.first.accuracy for p in pairs]
    return AccuracyChange(
        people=len(pairs),
        first=fmean(first),
        later=fmean(later),
        change=estimated(np.mean, np.asarray(later) - np.asarray(first), seed=seed),
    )


def _on_new_pictures(pairs: Sequence[_Pair], others: Sequence[Attempt], *, seed: int) -> AccuracyChange | CannotJudge:
    """Return the change where later only pictures count that a person had never met."""
    found = [(p, right) for p in pairs if (right := _right_on_new(p, others))]
    if not found:
        return CannotJudge("Everything that the later test showed had been met before.")
    return _change([p for p, _ in found], [fmean(right) for _, right in found], seed=seed)


def _right_on_new(pair: _Pair, others: Sequence[Attempt]) -> list[bool]:
    """Return whether each answer of the later test to a picture that was never met before was right."""
    own = [pair.first, *(a for a in others if a.participant == pair.later.participant)]
    met = {picture for a in own for picture, when in a.met.items() if when < pair.began}
    return [right for picture, right in pair.later.tested if picture not in met]


def _met_between(pair: _Pair, others: Sequence[Attempt]) -> bool:
    """Whether somebody practised the classes, or was tested on them, between the two tests."""
    own = (a for a in others if a.participant == pair.later.participant)
    return any(pair.ended < when < pair.began for a in own for when in a.met.values())


def _by_group(pairs: Sequence[_Pair], *, seed: int) -> Mapping[str, AccuracyChange]:
    groups = {p.first.group: [q for q in pairs if q.first.group == p.first.group] for p in pairs}
    return {g: _change(own, [p.later.accuracy for p in own], seed=seed) for g, own in sorted(groups.items())}
