"""An original and a picture that somebody made of it: laid upon each other, or refused.

What altered a picture may have changed its size, its tone and all of an object, and may have moved it by a little.
What stays is fine detail somewhere in it, by which two versions of one picture are told from two pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.registration import phase_cross_correlation

from lwise_core._utils.arrays import Pixels, Plane
from lwise_core._utils.errors import LWiseError
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop, Sized, see
from lwise_core.images.heatmaps import LUMA_709

LEAST_LIKENESS = 0.25
"""Below this correlation of their fine detail, two squares are taken for different pictures."""

_SIDE = 128  # px at which squares are compared
_COARSE = 4.0  # px: what is smoother than this is left out, for tone may be altered and resembles other pictures'
_FARTHEST = 1 / 8  # of the side
_BETTER = 0.02  # of the correlation: a shift that gains less is chance
_SAME_SHAPE = 0.01  # of the ratio of width to height


class NotAPair(LWiseError):
    """Two pictures that are no original and its alteration. The message is one sentence."""


@dataclass(frozen=True, eq=False)
class AlignedSquares:
    """The same square of both pictures, each in its own pixels, ``(S, S, 3)`` uint8.

    ``crop`` is the square in the original's pixels; ``moved`` by how much (right, down) what it shows lay elsewhere in
    the altered picture, as shares of the side; ``likeness`` the correlation of their fine detail, in [−1, 1].
    """

    original: Pixels
    altered: Pixels
    crop: Crop
    moved: tuple[float, float]
    likeness: float


def aligned(original: Photograph, altered: Photograph, *, crop: Crop | None = None) -> AlignedSquares:
    """Return the square ``crop`` of ``original``, the largest central one where it is None, and that of ``altered``.

    An altered picture of the original's shape may have any size; one that is square, where the original is not, is
    taken for the square itself. A shift of up to an eighth of the side is undone, and what only one of them shows is
    left out.

    Raises:
        NotAPair: They have different shapes, or show different pictures.
    """
    there = Crop.central(original) if crop is None else crop.within(original)
    squares = AlignedSquares(
        there.of(original.pixels), _counterpart(original, altered, there).of(altered.pixels), there, (0.0, 0.0), 0.0
    )
    details = [_detail(square) for square in (squares.original, squares.altered)]
    as_it_is = _correlation(*details)
    moved = _without_shift(squares, _shift(*details))
    best = moved if moved is not None and moved.likeness > as_it_is + _BETTER else _with_likeness(squares, as_it_is)
    if best.likeness < LEAST_LIKENESS:
        raise NotAPair(
            f"“{altered.name}” does not look like a version of “{original.name}” (their fine detail correlates at "
            f"{best.likeness:.2f}, and it takes {LEAST_LIKENESS}); choose the picture that it was made of."
        )
    return best


def _counterpart(original: Photograph, altered: Photograph, crop: Crop) -> Crop:
    """Return where ``crop`` lies in the altered picture.

    Raises:
        NotAPair: The shapes differ.
    """
    ratios = [one.width / one.height for one in (original, altered)]
    if abs(ratios[1] / ratios[0] - 1) <= _SAME_SHAPE:
        scale = altered.width / original.width
        return Crop(round(crop.left * scale), round(crop.top * scale), round(crop.side * scale)).within(altered)
    if abs(ratios[1] - 1) <= _SAME_SHAPE:
        return Crop.central(altered)
    raise NotAPair(
        f"“{altered.name}” has another shape ({_size(altered)}) than “{original.name}” ({_size(original)}); bring both "
        "to one shape, or the altered one to the square that is looked at."
    )


def _size(photograph: Sized) -> str:
    return f"{photograph.width} × {photograph.height} px"


def _with_likeness(squares: AlignedSquares, likeness: float) -> AlignedSquares:
    return AlignedSquares(squares.original, squares.altered, squares.crop, squares.moved, likeness)


def _detail(square: Pixels) -> Plane:
    """Return the luma of ``square`` at ``_SIDE`` px without what is coarse, ``(_SIDE, _SIDE)``."""
    luma = np.tensordot(LUMA_709, see(square, size=_SIDE), axes=1).astype(np.float64)
    detail: Plane = gaussian_filter(luma, 1.0) - gaussian_filter(luma, _COARSE)
    return detail


def _correlation(one: Plane, other: Plane) -> float:
    """Return Pearson's correlation of all pixels; 0 where one of the two is even."""
    lengths = [float(np.linalg.norm(plane - plane.mean())) for plane in (one, other)]
    if min(lengths) < 1e-9:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).sum() / (lengths[0] * lengths[1]))


def _shift(one: Plane, other: Plane) -> tuple[float, float]:
    """Return by how much (right, down) ``other`` shows elsewhere what ``one`` shows, as shares of the side."""
    found, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
        one, other, upsample_factor=10, normalization=None
    )
    down, right = (-float(x) / _SIDE for x in found)
    return right, down


def _without_shift(squares: AlignedSquares, shift: tuple[float, float]) -> AlignedSquares | None:
    """Return the largest square that both show; None without a shift, or where it is too large to be one."""
    largest = max(map(abs, shift))
    if not 0 < largest <= _FARTHEST:
        return None
    original, altered = (
        _part(square, start=[max(0.0, sign * x) for x in shift], share=1 - largest)
        for square, sign in ((squares.original, -1), (squares.altered, 1))
    )
    crop = squares.crop
    left, top = (round(max(0.0, -x) * crop.side) for x in shift)
    there = Crop(crop.left + left, crop.top + top, len(original))
    return AlignedSquares(original, altered, there, shift, _correlation(_detail(original), _detail(altered)))


def _part(square: Pixels, *, start: list[float], share: float) -> Pixels:
    """Return the part of ``square`` that begins at the ``start`` (right, down) and has this ``share`` of its side."""
    side = len(square)
    length = max(1, int(side * share))
    left, top = (min(round(x * side), side - length) for x in start)
    return square[top : top + length, left : left + length]
