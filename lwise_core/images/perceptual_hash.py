"""Near-duplicates: pictures that are nearly the same, told by hashes that survive resizing and recompressing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn

from lwise_core._utils.arrays import FloatImage

Hashes = npt.NDArray[np.uint64]

HASHED_SIZE = 32
"""Side of the squares that are hashed, in pixels."""

ALIKE = 6
"""Two pictures are near-duplicates when their perceptual hashes, of 64 bits, differ in at most so many."""

_LOW = 8
_FARTHEST = 64


def perceptual_hash(image: FloatImage) -> int:
    """Return 64 bits of ``image`` ``(3, 32, 32)`` in [0, 1] that stay the same when it is resized or recompressed.

    The signs of its lowest 64 frequencies against their median (pHash; Zauner 2010, section 3.2).
    """
    grey = np.tensordot(np.array([0.299, 0.587, 0.114]), image, axes=1)
    low = dctn(grey, norm="ortho")[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])  # the first is the mean brightness
    return int.from_bytes(np.packbits(bits).tobytes())


def no_hashes() -> Hashes:
    """Return the hashes of no picture."""
    return np.array([], dtype=np.uint64)


def near_duplicates(hashes: Hashes) -> tuple[tuple[int, ...], ...]:
    """Return for each of ``hashes`` ``(N,)`` the places of its near-duplicates, its own among them."""
    return tuple(tuple(np.flatnonzero(np.bitwise_count(hashes ^ h) <= ALIKE).tolist()) for h in hashes)


def nearest_bits(hashes: Hashes, others: Hashes) -> npt.NDArray[np.int64]:
    """Return by how many bits, ``(N,)``, each of ``hashes`` ``(N,)`` differs from the nearest of ``others``.

    All 64 where there are no others.
    """
    return np.array([np.bitwise_count(others ^ one).min(initial=_FARTHEST) for one in hashes], dtype=np.int64)
