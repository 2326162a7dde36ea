"""Where in a picture something lies, in words: in one of nine quarters that overlap, in a half, or nowhere special.

What is named holds most of what is asked for, always; where no quarter and no half does, nothing is named.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lwise_core._utils.arrays import Values

MOSTLY = 0.6
"""A quarter of the picture is named where it holds at least this share; an even spread gives it 0.25."""
MOSTLY_OF_A_HALF = 0.7
"""A half is named, where no quarter is, from this share on; an even spread gives it 0.5."""

Span = tuple[float, float]

_FIRST, _MIDDLE, _LAST, _ALL = (0.0, 0.5), (0.25, 0.75), (0.5, 1.0), (0.0, 1.0)

QUARTERS: dict[str, tuple[Span, Span]] = {
    "in the centre": (_MIDDLE, _MIDDLE),
    "in the upper middle": (_FIRST, _MIDDLE),
    "in the lower middle": (_LAST, _MIDDLE),
    "on the left": (_MIDDLE, _FIRST),
    "on the right": (_MIDDLE, _LAST),
    "in the upper left": (_FIRST, _FIRST),
    "in the upper right": (_FIRST, _LAST),
    "in the lower left": (_LAST, _FIRST),
    "in the lower right": (_LAST, _LAST),
}
"""Rows and columns of each quarter, as shares of the side. Of two that hold as much, the earlier one is named."""

HALVES: dict[str, tuple[Span, Span]] = {
    "across the middle": (_MIDDLE, _ALL),
    "down the middle": (_ALL, _MIDDLE),
    "in the upper half": (_FIRST, _ALL),
    "in the lower half": (_LAST, _ALL),
    "in the left half": (_ALL, _FIRST),
    "in the right half": (_ALL, _LAST),
}
"""Rows and columns of each half, as for quarters."""

_DIGITS = 9  # of a share: what differs by less holds as much


def place_of(weights: Values) -> str:
    """Return where most of ``weights`` ``(h, h)``, none below 0, lies in a picture, such as “in the upper left”.

    Each weight is spread evenly over the pixels of its place. Empty where most of it lies in no quarter and no half,
    and where there is none.
    """
    total = float(weights.sum())
    if total <= 0:
        return ""
    shares = (_windows(len(weights)) @ weights.ravel() / total).round(_DIGITS)
    for words, least, part in (
        (QUARTERS, MOSTLY, shares[: len(QUARTERS)]),
        (HALVES, MOSTLY_OF_A_HALF, shares[len(QUARTERS) :]),
    ):
        if part.max() >= least:
            return list(words)[int(part.argmax())]
    return ""


@lru_cache(maxsize=16)
def _windows(side: int) -> Values:
    """Return how much of each of ``side`` × ``side`` places lies in each quarter and half, ``(15, side²)``."""
    spans = (*QUARTERS.values(), *HALVES.values())
    return np.stack([np.outer(_within(rows, side), _within(columns, side)).ravel() for rows, columns in spans])


def _within(span: Span, side: int) -> Values:
    """Return how much of each of ``side`` intervals of equal length lies in ``span``, ``(side,)``."""
    edges = np.linspace(0, 1, side + 1)
    shared = np.minimum(edges[1:], span[1]) - np.maximum(edges[:-1], span[0])
    within: Values = shared.clip(min=0) * side
    return within
