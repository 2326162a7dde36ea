"""A figure with its interval, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap

from lwise_core._utils.arrays import Values

BOOTSTRAPS = 2000

FEWEST_PEOPLE = 2


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CannotJudge:
    """There is no figure; ``sentence`` says why."""

    sentence: str


def estimated(
    statistic: Callable[..., Values], *samples: Values, seed: int, resamples: int = BOOTSTRAPS
) -> Estimate | CannotJudge:
    """Return a statistic of independent ``samples``, one number a person, with its percentile bootstrap interval.

    Args:
        statistic: Takes as many arrays as there are samples, and ``axis``.
        samples: ``(N,)`` each.
        seed: The same seed gives the same interval.
        resamples: How many.
    """
    fewest = min(len(s) for s in samples)
    if fewest < FEWEST_PEOPLE:
        return CannotJudge(f"An interval needs at least {FEWEST_PEOPLE} people in a group, and there are {fewest}.")
    found = bootstrap(
        samples,
        statistic,
        n_resamples=resamples,
        batch=200,
        vectorized=True,
        paired=False,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return Estimate(value=float(statistic(*samples, axis=-1)), low=float(low), high=float(high))
