"""Parts of labelled images that judge guides which never saw them, nor a near-duplicate of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lwise_core.images.perceptual_hash import ALIKE, Hashes, nearest_bits

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TwinFold:
    """The positions of the images that are ``learnt`` ``(N,)``, and of those that ``judge`` ``(M,)``.

    ``twins`` images were left out of what is learnt, as nearly the same as one that judges. ``known`` ones do not
    judge, as nearly the same as one that the guide had learnt before.
    """

    learnt: Positions
    judge: Positions
    twins: int = 0
    known: int = 0


def twin_folds(hashes: Hashes, targets: Positions, *, of: int, learnt: Hashes) -> tuple[TwinFold, ...]:
    """Return ``of`` folds, each image being left out by one of them.

    Near-duplicates stay together, and classes keep their shares. What is in another fold and yet nearly the same as an
    image that judges is not learnt.

    Args:
        hashes: Perceptual hashes of the images ``(N,)``.
        targets: Their class indices ``(N,)``.
        of: How many folds, at least two.
        learnt: Perceptual hashes ``(K,)`` of what the guide had learnt before.
    """
    fold_of = _folds(hashes, targets, of=of)
    before = nearest_bits(hashes, learnt) <= ALIKE
    return tuple(_fold(hashes, fold_of == number, before) for number in range(of))


def _fold(hashes: Hashes, inside: npt.NDArray[np.bool_], before: npt.NDArray[np.bool_]) -> TwinFold:
    judge = inside & ~before
    twin = ~inside & (nearest_bits(hashes, hashes[judge]) <= ALIKE)
    return TwinFold(
        learnt=np.flatnonzero(~inside & ~twin),
        judge=np.flatnonzero(judge),
        twins=int(twin.sum()),
        known=int((inside & before).sum()),
    )


def _folds(hashes: Hashes, targets: Positions, *, of: int) -> Positions:
    """Return the fold of each image ``(N,)``: that of the first image of which it is a near-duplicate, else the next.

    Every class begins where the one before it ended, so that no fold gets the odd image of every class.
    """
    folds = np.zeros(len(hashes), dtype=np.int64)
    leaders: list[int] = []
    met = 0
    for place in np.argsort(targets, kind="stable").tolist():
        near = np.flatnonzero(np.bitwise_count(hashes[leaders] ^ hashes[place]) <= ALIKE)
        if len(near):
            folds[place] = folds[leaders[int(near[0])]]
            continue
        leaders.append(place)
        folds[place] = met % of
        met += 1
    return folds
