"""What else a training image may look like: shifted, mirrored, turned, or another cut of it in other colours."""

from __future__ import annotations

from math import exp, log, sqrt

import torch
from torch.nn import functional as F

from lwise_core.training.recipes import Augmentation

SMALLEST_CROP = 0.25
"""Least share of an image's area that a wide crop shows."""

_LARGEST_RATIO = 1.25  # of a crop's sides
_BRIGHTNESS, _CONTRAST, _SATURATION, _TINT = 0.3, 0.3, 0.4, 0.06
_GREY_SHARE = 0.1


def augmented(
    images: torch.Tensor, augmentation: Augmentation, generator: torch.Generator, *, size: int | None = None
) -> torch.Tensor:
    """Return every image ``(N, 3, H, W)`` in [0, 1] changed at random, at ``size`` px (by default as it is)."""
    if augmentation is Augmentation.WIDE:
        return _recoloured(_cut_out(images, size or images.shape[-1], generator), generator)
    moved = _shifted(images, generator)
    if augmentation in (Augmentation.ANY_WAY_UP, Augmentation.ANY_LIGHT):
        moved = _turned(moved, generator)
    if augmentation is Augmentation.ANY_LIGHT:
        moved = _recoloured(moved, generator)
    return moved if size in (None, images.shape[-1]) else _resized(moved, size)


def _shifted(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Shift every image by up to an eighth of its side, edges mirrored, and mirror half of them."""
    count, _, height, width = images.shape
    reach = height // 8
    padded = F.pad(images, (reach,) * 4, mode="reflect")
    down, right = torch.randint(0, 2 * reach + 1, (2, count, 1), generator=generator)
    rows, columns = down + torch.arange(height), right + torch.arange(width)
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    moved = padded.permute(0, 2, 3, 1)[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)


def _turned(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Turn every image by quarter turns."""
    turns = torch.randint(0, 4, (len(images),), generator=generator)
    return torch.stack([image.rot90(int(t), (1, 2)) for image, t in zip(images, turns, strict=True)])


def _cut_out(images: torch.Tensor, size: int, generator: torch.Generator) -> torch.Tensor:
    """Cut a part out of every image, resize it to ``size`` px, and mirror half of them (Szegedy et al. 2015)."""
    draws = torch.rand(len(images), 4, generator=generator).tolist()
    cuts = [_resized(_one_cut(i, *draw), size) for i, draw in zip(torch.split(images, 1), draws, strict=True)]
    mirrored = torch.rand(len(images), generator=generator) < 0.5
    return torch.cat([cut.flip(3) if m else cut for cut, m in zip(cuts, mirrored, strict=True)])


def _one_cut(image: torch.Tensor, area: float, ratio: float, down: float, right: float) -> torch.Tensor:
    """Return the part of ``image`` ``(1, 3, H, W)`` that four numbers in [0, 1) choose."""
    height, width = image.shape[-2:]
    side = sqrt(SMALLEST_CROP + (1 - SMALLEST_CROP) * area)
    stretch = exp((ratio - 0.5) * log(_LARGEST_RATIO))
    tall, wide = min(height, round(height * side * stretch)), min(width, round(width * side / stretch))
    top, left = round(down * (height - tall)), round(right * (width - wide))
    return image[..., top : top + tall, left : left + wide]


def _resized(images: torch.Tensor, size: int) -> torch.Tensor:
    return F.interpolate(images, size=(size, size), mode="bilinear", antialias=True).clamp(0, 1)


def _recoloured(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Change brightness, contrast, saturation and tint of every image; make some of them grey."""
    count = len(images)

    def factor(reach: float, channels: int = 1) -> torch.Tensor:
        return 1 + reach * (2 * torch.rand(count, channels, 1, 1, generator=generator) - 1)

    images = images * factor(_BRIGHTNESS)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images = (images - mean) * factor(_CONTRAST) + mean
    grey = images.mean(dim=1, keepdim=True)
    coloured = torch.rand(count, 1, 1, 1, generator=generator) >= _GREY_SHARE
    images = (images - grey) * (factor(_SATURATION) * coloured) + grey
    return (images * factor(_TINT, 3)).clamp(0, 1)
