"""Whether the share of the easiest pictures and ε do more together than each does alone, in the cells of a factorial.

Over all cells it is tested by permuting the residuals of the model in which both only add up, of all people, with the F
of what the cells explain beyond it (Freedman and Lane 1983; Anderson and ter Braak, Permutation tests for
multi-factorial analysis of variance, Journal of Statistical Computation and Simulation 73, 2003). What is permuted are
residuals, not answers, so it is not exact: ``python -m benchmarks.interaction`` measures how often it calls cells that
only add up different.

Beside it stands one number that has a unit: how much more the largest ε does than the smallest with the smallest share
than with the largest one. Its interval is Welch's, a t interval whose degrees of freedom are Satterthwaite's, because a
bootstrap of few people is too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import orth
from scipy.stats import norm, t

from lwise_core._utils.arrays import Values
from lwise_core.study.comparisons import PERMUTATIONS
from lwise_core.study.estimates import FEWEST_PEOPLE, CannotJudge, Estimate
from lwise_core.study.factorial import people_of_cells
from lwise_core.study.power import ALPHA, POWER
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course_design import FactorCell

FEW = 5
"""With fewer people in a cell the p is to be read with care, and the sentence says so."""

_BATCH = 1000
_NOTHING = 1e-9  # of the variance: what rounding leaves where cells explain all or nothing


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """What the two factors do together: over all cells, ``p``; between the cells at the four ends, ``more``.

    ``more`` is (largest less smallest ε with the smallest share) less the same with the largest share, of test
    accuracies, from −2 to 2, with its 95% interval. ``found`` is how large that would have to be for these people to
    find it with a power of 80%. ``fewest`` is how many people the smallest cell has.
    """

    shares: tuple[float, float]
    epsilons: tuple[float, float]
    more: Estimate
    found: float
    p: float
    fewest: int

    @property
    def sentence(self) -> str:
        """What it says, and what it cannot say: that nothing was found is not that there is nothing."""
        low, high = self.shares
        told = (
            f"ε₂₂₄ {self.epsilons[1]:g} rather than {self.epsilons[0]:g} is worth {_points(self.more.value)} points "
            f"more with the easiest {low:.0%} than with {high:.0%} (95% {_points(self.more.low)} to "
            f"{_points(self.more.high)}); over all cells {'p < 0.001' if self.p < 0.001 else f'p = {self.p:.3f}'}. "
            f"These people find {100 * self.found:.0f} points with a power of {POWER:.0%}: "
            "a smaller one may well be missed."
        )
        return told + (_FEW.format(fewest=self.fewest) if self.fewest < FEW else "")


def interaction(responses: Responses, cells: Sequence[FactorCell], *, seed: int = 0) -> Interaction | CannotJudge:
    """Return what both factors do together, or why it cannot be judged.

    Args:
        responses: Of a course with the factorial.
        cells: Its cells.
        seed: The same seed gives the same p.
    """
    shares, epsilons = sorted({c.fraction for c in cells}), sorted({c.epsilon_224 for c in cells})
    if min(len(shares), len(epsilons)) < 2 or len(cells) < len(shares) * len(epsilons):
        return CannotJudge(
            "Whether both act together cannot be judged: that takes two shares and two ε at least, and each with each."
        )
    values = dict(zip(cells, people_of_cells(responses, cells), strict=True))
    fewest = min(map(len, values.values()))
    if fewest < FEWEST_PEOPLE:
        return CannotJudge(
            f"Whether both act together cannot be judged yet: a cell has fewer than {FEWEST_PEOPLE} people who were "
            "tested."
        )
    ends = [values[FactorCell(s, e)] for s in (shares[0], shares[-1]) for e in (epsilons[-1], epsilons[0])]
    contrast = contrast_of_ends(ends)
    if contrast is None:
        return CannotJudge("Whether both act together cannot be judged: within each cell everybody did equally well.")
    more, found = contrast
    return Interaction(
        shares=(shares[0], shares[-1]),
        epsilons=(epsilons[0], epsilons[-1]),
        more=more,
        found=found,
        p=interaction_p(
            list(values.values()),
            [(shares.index(c.fraction), epsilons.index(c.epsilon_224)) for c in cells],
            seed=seed,
        ),
        fewest=fewest,
    )


def interaction_p(
    values: Sequence[Values], levels: Sequence[tuple[int, int]], *, seed: int = 0, draws: int = PERMUTATIONS
) -> float:
    """Return the p of what cells explain beyond the sum of their two factors, by permutation of residuals.

    Args:
        values: ``(N,)`` accuracies of the people of every cell.
        levels: The levels of both factors of every cell, whole numbers from 0.
        seed: The same seed gives the same p.
        draws: How many permutations; what was seen counts among them.
    """
    cell = np.repeat(np.arange(len(values)), [len(v) for v in values])
    first, second = (np.array([pair[k] for pair in levels])[cell] for k in (0, 1))
    adding = orth(np.hstack([np.eye(first.max() + 1)[first], np.eye(second.max() + 1)[second]]))
    whole = orth(np.eye(len(values))[cell])
    people = np.concatenate(values).astype(np.float64)
    residuals = people - adding @ (adding.T @ people)
    spread = float(residuals @ residuals)
    if spread < _NOTHING:
        return 1.0  # nothing is left that cells could explain

    def explained(moved: Values) -> Values:
        """Return the share of the residuals' variance that cells explain beyond the sum; F rises with it."""
        by_sum = ((moved @ adding) ** 2).sum(axis=-1)
        together, left = ((moved @ whole) ** 2).sum(axis=-1) - by_sum, spread - by_sum
        nothing = np.zeros_like(left)  # where the sum explains all, as some order of few people's residuals may have it
        shares: Values = np.divide(together, left, out=nothing, where=left > _NOTHING * spread)
        return shares

    seen, random, as_large = explained(residuals) - _NOTHING, np.random.default_rng(seed), 1
    for start in range(0, draws, _BATCH):
        moved = random.permuted(np.tile(residuals, (min(_BATCH, draws - start), 1)), axis=1)
        as_large += int((explained(moved) >= seen).sum())
    return as_large / (draws + 1)


def contrast_of_ends(groups: Sequence[Values]) -> tuple[Estimate, float] | None:
    """Return what both factors do together between the ends with Welch's interval, and which one would be found.

    Args:
        groups: ``(N,)`` accuracies of the people of four cells: the smallest share with the largest and the smallest
            ε, then the largest share with both.

    Returns:
        The difference of differences and the one that is found with a power of 80%; None where nobody differs.
    """
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    sizes = np.array([len(g) for g in groups], dtype=np.float64)
    parts = np.array([g.var(ddof=1) for g in groups]) / sizes
    error = float(np.sqrt(parts.sum()))
    if error < _NOTHING:
        return None
    freedom = float(parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum())
    value = float(signs @ [g.mean() for g in groups])
    reach = float(t.ppf(1 - ALPHA / 2, freedom))
    interval = Estimate(value=value, low=value - reach * error, high=value + reach * error)
    return interval, (reach + float(norm.ppf(POWER))) * error


def _points(share: float) -> str:
    return f"{100 * share:+z.0f}".replace("-", "−")


_FEW = " With {fewest} people in the smallest cell the p is rough: go by the interval."
