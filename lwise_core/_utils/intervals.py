"""Intervals of confidence for shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, mean


def wilson_interval(share: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval for a ``share`` in [0, 1] seen in ``n`` trials (mid-ranks allowed)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def mean_share_interval(
    shares: Sequence[float], counts: Sequence[int], *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return an interval for the mean of independent ``shares`` in [0, 1], each seen in so many trials of its own.

    Such a mean is a balanced accuracy. The distances to the limits of Wilson's intervals add up as squares (the method
    of variance estimates recovery, Zou and Donner 2008), so it needs no normality, and of one share it is Wilson's own.

    Raises:
        ValueError: There is no share, or not one count for each.
    """
    if not shares or len(shares) != len(counts):
        raise ValueError("A mean needs shares, and a count for each.")
    limits = [wilson_interval(s, n, confidence=confidence) for s, n in zip(shares, counts, strict=True)]
    below = math.hypot(*(s - low for s, (low, _) in zip(shares, limits, strict=True))) / len(shares)
    above = math.hypot(*(high - s for s, (_, high) in zip(shares, limits, strict=True))) / len(shares)
    centre = mean(shares)
    return max(0.0, centre - below), min(1.0, centre + above)
