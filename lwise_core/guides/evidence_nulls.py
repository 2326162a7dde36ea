"""Nulls of local contrast: what places and whole pictures say for a class that they do not show.

Kept as thresholds: the contrast beyond which p is at most a level, whichever class the picture shows instead. For each
such rival p is (k + 1)/(n + 1), where k of n places say at least as much (Phipson & Smyth 2010), and the largest p over
the rivals counts, for look-alikes slip through a pooled null.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lwise_core._utils.arrays import Counts, Values
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE

ENOUGH_OF_A_RIVAL = 20
"""Below this many pictures a rival has no null of its own: with fewer, no picture could get p ≤ 5%."""
LEVELS = (
    *(0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.125),
    *(0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
)
"""Every p that is said, but for 1; between two of them it is the larger."""

Thresholds = npt.NDArray[np.float16]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class GainLimit:
    """The share of a gain that may arise without evidence before it is flagged, and on what that stands."""

    value: float
    basis: str


@dataclass(frozen=True, eq=False)
class EvidenceNulls:
    """Thresholds of local contrast, for every class of one network at one input size.

    ``places`` ``(K, 2, L)`` are those of places on the border and in the interior, ``pictures`` ``(K, L)`` those of a
    picture's largest contrast: p is at most ``levels[i]`` where the contrast is above threshold i. ``counts`` ``(K,)``
    are the pictures that do not show each class, ``basis`` says which pictures they are, and ``limit`` is that of the
    share of a gain that arises without evidence, None where it was not looked for.
    """

    weights_sha256: str
    input_size: int
    places: Thresholds
    pictures: Thresholds
    counts: Counts
    basis: str
    levels: tuple[float, ...] = LEVELS
    limit: GainLimit | None = None

    def of_places(self, contrast: npt.NDArray[np.floating], *, target: int) -> Values:
        """Return p at each place of ``contrast`` ``(h, h)`` for the class ``target``, in (0, 1]."""
        border, interior = (self._p(contrast, thresholds) for thresholds in self.places[target])
        return np.where(border_of(contrast.shape[-1]), border, interior)

    def of_picture(self, contrast: npt.NDArray[np.floating], *, target: int) -> float:
        """Return p of a picture with ``contrast`` ``(h, h)``, by its largest: places are many, and neighbours alike."""
        return float(self._p(np.asarray(contrast.max()), self.pictures[target]))

    def enough(self, *, target: int) -> bool:
        """Tell whether there are pictures enough to say anything about the class ``target``."""
        return int(self.counts[target]) >= ENOUGH_FOR_EVIDENCE

    def _p(self, contrast: npt.NDArray[np.floating], thresholds: Thresholds) -> Values:
        above = contrast[..., None] > thresholds.astype(np.float64)
        p: Values = np.where(above, np.array(self.levels), 1.0).min(axis=-1)
        return p


def thresholds_of(
    contrasts: npt.NDArray[np.floating], shown: Sequence[int] | Counts
) -> tuple[Thresholds, Thresholds, Counts]:
    """Return the thresholds of places and of pictures, and the counts, as :class:`EvidenceNulls` holds them.

    Of ``contrasts`` ``(N, K, h, h)`` for every class, of pictures that show the classes ``shown`` ``(N,)``.
    """
    targets, border = np.asarray(shown), border_of(contrasts.shape[-1])
    largest = contrasts.max(axis=(2, 3))
    places, pictures = [], []
    for target in range(contrasts.shape[1]):
        groups = tuple(_rivals(targets, target))
        places.append([_strictest(contrasts[:, target, kind], groups) for kind in (border, ~border)])
        pictures.append(_strictest(largest[:, target, None], groups))
    counts = np.array([int((targets != target).sum()) for target in range(contrasts.shape[1])], dtype=np.int64)
    return _rounded_up(np.array(places)), _rounded_up(np.array(pictures)), counts


def border_of(side: int) -> Flags:
    """Return which places of a grid ``(side, side)`` touch its edge: convolutions see padding there."""
    border = np.ones((side, side), dtype=np.bool_)
    border[1:-1, 1:-1] = False
    return border


def _rivals(targets: Counts, target: int) -> Iterator[Flags]:
    """Yield which pictures ``(N,)`` do not show ``target``: all, and those of each other class that has enough."""
    yield targets != target
    for rival in np.unique(targets):
        if rival != target and int((targets == rival).sum()) >= ENOUGH_OF_A_RIVAL:
            yield targets == rival


def _strictest(values: npt.NDArray[np.floating], groups: Sequence[Flags]) -> Values:
    """Return for each level the highest threshold that one of ``groups`` of ``values`` ``(N, P)`` asks for."""
    asked: Values = np.array([_thresholds(values[group].ravel()) for group in groups]).max(axis=0)
    return asked


def _thresholds(values: npt.NDArray[np.floating]) -> Values:
    """Return for each level the value above which (k + 1)/(n + 1) is at most that level; infinite where none is."""
    falling, n = np.sort(values)[::-1].astype(np.float64), len(values)
    most = [int(np.floor(level * (n + 1) + 1e-9)) - 1 for level in LEVELS]  # of the n, so many may reach it
    return np.array([np.inf if k < 0 else -np.inf if k >= n else falling[k] for k in most])


def _rounded_up(thresholds: Values) -> Thresholds:
    """Return ``thresholds`` as float16 that are never below them."""
    with np.errstate(over="ignore"):
        near = thresholds.astype(np.float16)
    return np.where(near < thresholds, np.nextafter(near, np.float16(np.inf)), near)
