"""The official difficulty of a whole file of pictures, in both of its definitions, and a percentile within each class.

Official code normalises ground-truth logits in two ways: over the whole file for its experiments
(``calc_difficulty_from_logit.py``), and class by class for its web site (``filter_csvs.py``; method notes, 2.2). Both
are 1 − (L − min L) / (max L − min L), and a curriculum, which only ranks within a class, is the same under both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from lwise_core._utils.arrays import Values
from lwise_core.enhancement.path import NonFinite

UNDECIDED = 0.5
"""Difficulty where all logits are equal: the official formula divides by zero there."""


class Definition(StrEnum):
    """What minimum and maximum are taken over."""

    GLOBAL = "global"
    PER_CLASS = "per-class"


@dataclass(frozen=True, eq=False)
class OfficialRanking:
    """Difficulties ``(N,)`` in [0, 1], 1 the hardest and NaN where there is no logit; sentences on what was undecided.

    ``lowest`` and ``highest`` are the logits that got 1 and 0, by class, or under "" for the whole file.
    """

    values: Values
    lowest: dict[str, float]
    highest: dict[str, float]
    notes: tuple[str, ...] = ()


def difficulties(logits: Values, classes: Sequence[str], *, definition: Definition) -> OfficialRanking:
    """Return the official difficulty of every picture.

    Args:
        logits: Ground-truth logits ``(N,)``, no unit, NaN for pictures without one: they do not count.
        classes: The class of each picture (N).
        definition: Over the whole file, or class by class.

    Raises:
        NonFinite: A logit is infinite.
        ValueError: There are not as many classes as logits.
    """
    groups = _groups(logits, classes, by_class=definition is Definition.PER_CLASS)
    ranked = OfficialRanking(np.full(len(logits), np.nan), {}, {})
    undecided = []
    for name, rows in groups.items():
        low, high = float(logits[rows].min()), float(logits[rows].max())
        ranked.lowest[name], ranked.highest[name] = low, high
        if high == low:
            ranked.values[rows] = UNDECIDED
            undecided.append(name)
        else:
            ranked.values[rows] = 1 - (logits[rows] - low) / (high - low)
    return OfficialRanking(ranked.values, ranked.lowest, ranked.highest, _notes(undecided))


def percentiles(logits: Values, classes: Sequence[str]) -> Values:
    """Return the share of the file's pictures of the same class that are easier, mid-rank for ties, ``(N,)`` in (0, 1).

    A picture counts as its own tie, so the hardest of n has 1 − 1/(2n). NaN where there is no logit.

    Raises:
        NonFinite: A logit is infinite.
        ValueError: There are not as many classes as logits.
    """
    shares = np.full(len(logits), np.nan)
    for rows in _groups(logits, classes, by_class=True).values():
        ordered = np.sort(logits[rows])
        below = np.searchsorted(ordered, logits[rows], side="left")
        up_to = np.searchsorted(ordered, logits[rows], side="right")
        shares[rows] = 1 - (below + up_to) / (2 * len(ordered))
    return shares


def _groups(logits: Values, classes: Sequence[str], *, by_class: bool) -> dict[str, npt.NDArray[np.intp]]:
    """Return the rows that have a logit, by class, or under "" all of them."""
    if len(classes) != len(logits):
        raise ValueError(f"There are {len(logits)} logits and {len(classes)} classes; match them.")
    if np.isinf(logits).any():
        raise NonFinite("A logit is infinite, so no difficulty can be given; look for what is wrong with the guide.")
    known = np.flatnonzero(~np.isnan(logits))
    if not by_class:
        return {"": known} if len(known) else {}
    places = {name: i for i, name in enumerate(sorted({classes[i] for i in known.tolist()}))}
    codes = np.fromiter((places[classes[i]] for i in known.tolist()), dtype=np.int32, count=len(known))
    return {name: known[codes == i] for name, i in places.items()}


def _notes(undecided: Sequence[str]) -> tuple[str, ...]:
    if not undecided:
        return ()
    if undecided == [""]:
        return (
            f"All pictures have the same logit, so none is harder than another: each has the difficulty {UNDECIDED:g}.",
        )
    names = ", ".join(f"“{n}”" for n in undecided[:5]) + (" and others" if len(undecided) > 5 else "")
    return (
        f"All pictures of {names} have the same logit, so within the class none is harder than another: each has the "
        f"difficulty {UNDECIDED:g}.",
    )
