"""Maps over a picture: one number a pixel, in a unit that can be shown on a fixed scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]

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
