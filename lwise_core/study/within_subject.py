"""Accuracy by budget where every learner saw several, as in the paper's ImageNet Animals (method notes 3.4, 8.2).

Each person is their own control, so the interval of a difference to natural pictures is over people's own differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Values
from lwise_core.study.estimates import CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses


@dataclass(frozen=True, kw_only=True)
class BudgetAccuracy:
    """Mean accuracy of ``people`` at ``epsilon_224``, and its difference to their own on natural pictures."""

    epsilon_224: float
    people: int
    accuracy: Estimate | CannotJudge
    gain: Estimate | CannotJudge


def accuracy_by_budget(responses: Responses, *, seed: int = 0) -> tuple[BudgetAccuracy, ...]:
    """Return the accuracy at every budget, natural pictures first, in blocks that mix several; empty where none does.

    Intervals are 95% bootstraps over people.
    """
    scored = responses.scored
    budgets = scored.groupby(["participant", "block"])["epsilon_224"].transform("nunique")
    mixed = scored[budgets > 1]
    if mixed.empty:
        return ()
    table = mixed.pivot_table(index="participant", columns="epsilon_224", values="perf", aggfunc="mean")
    natural = table.get(0.0)
    found = []
    for epsilon in sorted(table.columns):
        own = table[epsilon].dropna()
        gain: Estimate | CannotJudge = CannotJudge("There are no natural pictures to compare with.")
        if epsilon and natural is not None:
            both = table[[0.0, epsilon]].dropna()
            gain = estimated(_mean, (both[epsilon] - both[0.0]).to_numpy(dtype=float), seed=seed)
        found.append(
            BudgetAccuracy(
                epsilon_224=float(epsilon),
                people=len(own),
                accuracy=estimated(_mean, own.to_numpy(dtype=float), seed=seed),
                gain=gain,
            )
        )
    return tuple(found)


def _mean(values: Values, axis: int) -> Values:
    return np.asarray(values.mean(axis=axis))
