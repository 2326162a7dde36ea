"""From the photograph to the guide and back: crops, the guide's own resize as a matrix, and its pseudo-inverse.

The guide sees a square crop of the photograph, resized by Pillow's antialiased bilinear filter as in the official
pipeline (Resize + CenterCrop). That resize is linear, so it is written as a matrix R on each axis, in float: a
perturbation found at the guide's size is carried back by R⁺, the change of least norm that the guide sees as exactly
that perturbation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from PIL import Image

from lwise_core._utils.arrays import FloatImage, Pixels

_RCOND = 0.05
"""Singular values of R below this share of the largest are not inverted: they would turn rounding into noise."""

_WHITE = np.float32(255)

_IN_ONE_PRODUCT = 512
"""Up to this side a square is resized by whole matrices: what was measured with pictures of such sizes stays to a bit.

Larger ones are resized band by band, which takes a tenth of the time and rounds in another order (1e-7 of white).
"""

_BAND = 192  # pixels that are averaged in one product


class Sized(Protocol):
    """Anything with a width and a height in pixels."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


@dataclass(frozen=True)
class Crop:
    """A square region of a photograph, in its own pixels: ``left`` and ``top`` corner and ``side``."""

    left: int
    top: int
    side: int

    @classmethod
    def central(cls, photograph: Sized) -> Crop:
        """Return the largest centred square: what the official Resize + CenterCrop keeps."""
        side = min(photograph.width, photograph.height)
        return cls(left=(photograph.width - side) // 2, top=(photograph.height - side) // 2, side=side)

    def within(self, photograph: Sized, *, smallest: int = 8) -> Crop:
        """Return the nearest crop that lies inside ``photograph`` and is at least ``smallest`` px wide."""
        longest = min(photograph.width, photograph.height)
        side = max(min(self.side, longest), min(smallest, longest))
        left = max(0, min(self.left, photograph.width - side))
        top = max(0, min(self.top, photograph.height - side))
        return Crop(left=left, top=top, side=side)

    def of(self, pixels: Pixels) -> Pixels:
        """Return a view of this region of ``pixels`` ``(H, W, 3)``."""
        return pixels[self.top : self.top + self.side, self.left : self.left + self.side]


@lru_cache(maxsize=8)
def resize_matrix(side: int, size: int) -> FloatImage:
    """Return R ``(size, side)``: Pillow's antialiased bilinear resize of one axis, rows summing to 1."""
    identity = Image.fromarray(np.eye(side, dtype=np.float32))
    return np.asarray(identity.resize((side, size), Image.Resampling.BILINEAR), dtype=np.float32)


@lru_cache(maxsize=8)
def inverse_matrix(side: int, size: int) -> FloatImage:
    """Return R⁺ ``(side, size)``, the truncated pseudo-inverse of :func:`resize_matrix`."""
    matrix = resize_matrix(side, size).astype(np.float64)
    return np.linalg.pinv(matrix, rcond=_RCOND).astype(np.float32)


@lru_cache(maxsize=8)
def _bands(side: int, size: int) -> tuple[tuple[slice, slice], ...]:
    """Return bands of the rows of R, each with the pixels that they average: all the others count for nothing there."""
    taps = resize_matrix(side, size) > 0
    first, end = taps.argmax(axis=1), side - taps[:, ::-1].argmax(axis=1)
    bands, begin = list[tuple[slice, slice]](), 0
    for row in range(1, size + 1):
        if row == size or end[row] - first[begin] > _BAND:
            bands.append((slice(begin, row), slice(int(first[begin]), int(end[row - 1]))))
            begin = row
    return tuple(bands)


def see(pixels: Pixels, *, size: int) -> FloatImage:
    """Return what the guide sees of a square crop.

    Args:
        pixels: ``(S, S, 3)`` uint8.
        size: The guide's input size in pixels.

    Returns:
        ``(3, size, size)`` float32 in [0, 1], not rounded to 8 bits.
    """
    side = len(pixels)
    matrix = resize_matrix(side, size)
    if side <= _IN_ONE_PRODUCT:
        return _along_both_axes(matrix, pixels.transpose(2, 0, 1).astype(np.float32) / _WHITE).clip(0, 1)
    seen = np.empty((3, size, size), np.float32)
    upright = np.empty((3, size, side), np.float32)
    for rows, taps in _bands(side, size):
        light = pixels[taps].reshape(-1, 3 * side).astype(np.float32)
        upright[:, rows] = (matrix[rows, taps] / _WHITE @ light).reshape(-1, side, 3).transpose(2, 0, 1)
    for columns, taps in _bands(side, size):
        np.matmul(upright[..., taps], matrix[columns, taps].T, out=seen[..., columns])
    return seen.clip(0, 1)


def carry_back(perturbation: FloatImage, *, side: int) -> FloatImage:
    """Return the least perturbation ``(3, side, side)`` of the crop that the guide sees as ``perturbation``.

    ``perturbation`` is ``(3, size, size)``, x′ − x in [−1, 1]. Exact for crops not smaller than the guide's input;
    smaller crops cannot hold all its detail.
    """
    return _along_both_axes(inverse_matrix(side, perturbation.shape[1]), perturbation)


def paint(pixels: Pixels, crop: Crop, perturbation: FloatImage) -> Pixels:
    """Return the whole photograph with ``perturbation`` carried back into ``crop``.

    Args:
        pixels: The photograph, ``(H, W, 3)`` uint8.
        crop: The square that the guide saw.
        perturbation: ``(3, size, size)`` float32, x′ − x in [−1, 1], at the guide's input size.

    Returns:
        ``(H, W, 3)`` uint8, clamped and rounded; not a bit changes outside the crop.
    """
    painted = pixels.copy()
    region = painted[crop.top : crop.top + crop.side, crop.left : crop.left + crop.side]
    change = carry_back(perturbation, side=crop.side).transpose(1, 2, 0)
    region[...] = to_8_bit(region.astype(np.float32) / _WHITE + change)
    return painted


def to_8_bit(image: FloatImage) -> Pixels:
    """Return ``image`` (any shape, nominally in [0, 1]) clamped and rounded to 0–255."""
    pixels: Pixels = np.rint(image.clip(0, 1) * _WHITE).astype(np.uint8)
    return pixels


def _along_both_axes(matrix: FloatImage, image: FloatImage) -> FloatImage:
    result: FloatImage = np.matmul(np.matmul(matrix, image), matrix.T)
    return result
