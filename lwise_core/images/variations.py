"""Small changes that leave a photograph what it shows: its square moved a little, mirrored, or saved again as JPEG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from lwise_core._utils.arrays import FloatImage, Pixels
from lwise_core.images.codec import saved_as_jpeg
from lwise_core.images.geometry import Crop, see

INNER = 0.94
"""Side of the inner squares that stand for the square moved a little, as a share of its own."""

QUALITIES = (75, 50)
"""Qualities at which the square is saved again as JPEG; cameras write about 90."""


_PLACES = ("top left", "top right", "bottom left", "bottom right", "middle")
VARIATIONS = (*(f"moved to the {place}" for place in _PLACES), "mirrored", *(f"JPEG of quality {q}" for q in QUALITIES))
"""What the changes are called, in their order."""


def variations(square: Pixels, *, size: int) -> Mapping[str, FloatImage]:
    """Return what the guide sees of ``square`` after each small change, name → picture.

    Five inner squares (four corners and the middle), the mirror image, and two JPEG files.

    Args:
        square: ``(S, S, 3)`` uint8.
        size: The guide's input size in pixels.

    Returns:
        Pictures ``(3, size, size)`` float32 in [0, 1], in a fixed order.
    """
    seen = (see(np.ascontiguousarray(pixels), size=size) for pixels in _changed(square))
    return dict(zip(VARIATIONS, seen, strict=True))


def _changed(square: Pixels) -> Iterator[Pixels]:
    """Yield the square after each of the changes, in the order of their names."""
    side = max(1, round(INNER * len(square)))
    most = len(square) - side
    corners = ((0, 0), (most, 0), (0, most), (most, most), (most // 2, most // 2))
    for left, top in corners:
        yield Crop(left=left, top=top, side=side).of(square)
    yield square[:, ::-1]
    for quality in QUALITIES:
        yield saved_as_jpeg(square, quality=quality)
