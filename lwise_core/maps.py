"""Maps over a picture: one number a pixel, in a unit that can be shown on a fixed scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]

Pixels = npt.NDArray[np.uint8]

_BLUE, _ORANGE = np.array((0, 114, 178)), np.array((213, 94, 0))

LUMA_709 = np.array((0.2126, 0.7152, 0.0722), dtype=np.float32)
"""Weights of red, green and blue in the luma of Rec. ITU-R BT.709-6, section 3; they sum to 1."""


def luma_change(original: FloatImage, changed: FloatImage) -> FloatImage:
    """Return how much lighter (+) or darker (−) each pixel became, as one signed number.

    The Rec. 709 luma of the difference. A change of hue at equal luma is 0 here: this is the map for lightness.

    Args:
        original: ``(3, H, W)`` float32 in [0, 1], red, green, blue.
        changed: The same shape and range.

    Returns:
        ``(H, W)`` float32 in grey levels, −255…255.

    Raises:
        ValueError: The shapes differ or are not ``(3, H, W)``.
    """
    if original.shape != changed.shape or original.ndim != 3 or original.shape[0] != 3:
        raise ValueError(f"Two pictures of one shape (3, H, W) are needed, not {original.shape} and {changed.shape}.")
    change: FloatImage = np.tensordot(255 * LUMA_709, changed - original, axes=1).astype(np.float32, copy=False)
    return change


def painted(values: FloatImage, *, limit: float) -> Pixels:
    """Return a signed map as a picture, from −``limit`` (blue) over 0 (white) to ``limit`` (orange).

    The ends are colours of Okabe and Ito (2008), which people with colour-blindness tell apart; what lies beyond has
    the end's colour.

    Args:
        values: ``(H, W)``.
        limit: Positive, in the unit of ``values``.

    Returns:
        ``(H, W, 3)`` uint8.
    """
    strength = np.abs(values / limit).clip(0, 1)[..., None]
    ends = np.where((values < 0)[..., None], _BLUE, _ORANGE)
    pixels: Pixels = np.rint(255 + strength * (ends - 255)).astype(np.uint8)
    return pixels


def enlarged(pixels: Pixels, *, side: int) -> Pixels:
    """Return ``pixels`` ``(H, W, 3)``, each repeated so that the picture is about ``side`` px high."""
    times = max(1, round(side / len(pixels)))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)
