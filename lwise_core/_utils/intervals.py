"""Intervals of confidence for shares."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson_interval(share: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval for a ``share`` in [0, 1] seen in ``n`` trials (mid-ranks allowed)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)
