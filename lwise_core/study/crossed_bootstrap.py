"""Intervals over people and pictures at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study.estimates import BOOTSTRAPS, FEWEST_PEOPLE, CannotJudge, Estimate


class CrossedBootstrap:
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
