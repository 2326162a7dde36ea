"""What the share of the easiest pictures and ε each do, where a course put people into the cells of a factorial.

A factor's main effect is tested by permuting people among its levels within each level of the other factor, so that
what the other one does plays no part. The statistic is the sum over levels of the number of people times the square of
their mean, of accuracies less the mean of their level of the other factor. Divisions are drawn and seeded; what was
seen counts among them. That is exact for a factor that does nothing in any level of the other one. Whether the two act
together more than each alone, their interaction, has no such exact test: :mod:`lwise_core.study.interaction`. (Anderson
and ter Braak, Permutation tests for multi-factorial analysis of variance, Journal of Statistical Computation and
Simulation 73, 2003.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lwise_core._utils.arrays import Counts, Values
from lwise_core.study.accuracy import scores
from lwise_core.study.comparisons import PERMUTATIONS
from lwise_core.study.estimates import FEWEST_PEOPLE, CannotJudge, Estimate, estimated
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course_design import FactorCell

SHARE, EPSILON = "share of the easiest pictures", "ε₂₂₄"
"""The two factors."""

_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class CellAccuracy:
    """The mean test accuracy of the ``people`` of a cell."""

    cell: FactorCell
    people: int
    accuracy: Estimate | CannotJudge


@dataclass(frozen=True, kw_only=True)
class FactorEffect:
    """The mean test accuracy at every level of a factor, over the cells of that level, and the p of its main effect."""

    factor: str
    levels: tuple[float, ...]
    means: tuple[float, ...]
    p: float


def cell_accuracies(responses: Responses, cells: Sequence[FactorCell], *, seed: int = 0) -> tuple[CellAccuracy, ...]:
    """Return the test accuracy of every cell, in the order of ``cells``; intervals are bootstraps over people."""
    found = []
    for cell, values in zip(cells, people_of_cells(responses, cells), strict=True):
        nobody = CannotJudge("Nobody of this cell has been tested.")
        accuracy = estimated(np.mean, values, seed=seed) if len(values) else nobody
        found.append(CellAccuracy(cell=cell, people=len(values), accuracy=accuracy))
    return tuple(found)


def main_effects(
    responses: Responses, cells: Sequence[FactorCell], *, seed: int = 0
) -> tuple[FactorEffect | CannotJudge, ...]:
    """Return the main effect of either factor, or why it cannot be judged: of the share first, then of ε."""
    values = people_of_cells(responses, cells)
    shares, epsilons = np.array([c.fraction for c in cells]), np.array([c.epsilon_224 for c in cells])
    return (
        _effect(SHARE, values, shares, epsilons, seed=seed),
        _effect(EPSILON, values, epsilons, shares, seed=seed),
    )


def people_of_cells(responses: Responses, cells: Sequence[FactorCell]) -> list[Values]:
    """Return the test accuracies, in [0, 1], of the people of every cell, ``(people,)`` each."""
    everybody = scores(responses)
    return [np.array([s.accuracy for s in everybody if s.group == c.name], dtype=np.float64) for c in cells]


def _effect(
    factor: str, values: Sequence[Values], levels: Values, others: Values, *, seed: int
) -> FactorEffect | CannotJudge:
    known = np.unique(levels)
    if len(known) < 2:
        return CannotJudge(f"This factorial has one level of the {factor}, so its effect cannot be judged.")
    if min(len(v) for v in values) < FEWEST_PEOPLE:
        return CannotJudge(
            f"The effect of the {factor} cannot be judged yet: a cell has fewer than {FEWEST_PEOPLE} people who were "
            "tested."
        )
    sizes = [len(v) for v in values]
    accuracy, level = np.concatenate(values), np.repeat(np.searchsorted(known, levels), sizes)
    stratum = np.repeat(np.searchsorted(np.unique(others), others), sizes)
    means = tuple(float(np.mean([v.mean() for v, at in zip(values, levels, strict=True) if at == k])) for k in known)
    p = stratified_p(accuracy, level.astype(np.int64), stratum.astype(np.int64), seed=seed)
    return FactorEffect(factor=factor, levels=tuple(map(float, known)), means=means, p=p)


def stratified_p(
    accuracy: Values, level: Counts, stratum: Counts, *, seed: int = 0, draws: int = PERMUTATIONS
) -> float:
    """Return the p of the effect of a level on accuracies, by permutation of people within strata.

    Args:
        accuracy: ``(N,)`` shares, one a person.
        level: ``(N,)`` whole numbers from 0: each person's level of the factor.
        stratum: ``(N,)`` whole numbers from 0: each person's level of the other factor.
        seed: The same seed gives the same p.
        draws: How many permutations.
    """
    members = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
    centred = accuracy.astype(np.float64)
    for mine in members:
        centred[mine] -= centred[mine].mean()
    at = np.eye(int(level.max()) + 1)[level]
    at = at / np.sqrt(at.sum(axis=0))  # so that the squares of sums are the squares of means, times the people

    def statistic(values: Values) -> Values:
        sums: Values = ((values @ at) ** 2).sum(axis=-1)
        return sums

    seen, random, as_large = statistic(centred) - 1e-12, np.random.default_rng(seed), 1
    for first in range(0, draws, _BATCH):
        moved = np.tile(centred, (min(_BATCH, draws - first), 1))
        for mine in members:
            moved[:, mine] = random.permuted(moved[:, mine], axis=1)
        as_large += int((statistic(moved) >= seen).sum())
    return as_large / (draws + 1)
