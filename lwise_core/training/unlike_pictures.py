"""Pictures that are unlike any photograph a guide learnt, made from nothing or from its own: textures, noise, shuffles.

They stand in for other people's photographs, or beside them, when a guide's familiarity is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from lwise_core._utils.arrays import Values

Random = np.random.Generator
Shape = tuple[int, int, int]


def textures(count: int, *, size: int, seed: int) -> torch.Tensor:
    """Return ``count`` textures, ``(count, 3, size, size)`` float32 in [0, 1].

    Waves, checks, cells, clouds, dots and stripes in turn, in random colours.
    """
    random = np.random.default_rng(seed)
    return _stacked([_coloured(_TEXTURES[i % len(_TEXTURES)](size, random), random) for i in range(count)])


def noise(count: int, *, size: int, seed: int) -> torch.Tensor:
    """Return ``count`` pictures of noise, ``(count, 3, size, size)`` float32 in [0, 1].

    Uniform, Gaussian, blurred and grey noise in turn.
    """
    random = np.random.default_rng(seed)
    return _stacked([_NOISES[i % len(_NOISES)]((3, size, size), random) for i in range(count)])


def shuffled(images: torch.Tensor, *, seed: int) -> torch.Tensor:
    """Return ``images`` ``(N, 3, S, S)`` with their tiles in random order: 2 × 2, 4 × 4 or 8 × 8 of them.

    What a picture is made of stays, and what it shows goes. Where ``S`` is no multiple of 8, the last few rows and
    columns may stay where they are.
    """
    random = np.random.default_rng(seed)
    if not len(images):
        return images
    return torch.stack([_tiles_shuffled(image, int(random.choice([2, 4, 8])), random) for image in images])


def _tiles_shuffled(image: torch.Tensor, count: int, random: Random) -> torch.Tensor:
    side = image.shape[1] // count
    whole = image.clone()
    inner = whole[:, : count * side, : count * side]
    tiles = inner.reshape(3, count, side, count, side).permute(1, 3, 0, 2, 4).reshape(count**2, 3, side, side)
    tiles = tiles[torch.from_numpy(random.permutation(count**2))]
    inner.copy_(tiles.reshape(count, count, 3, side, side).permute(2, 0, 3, 1, 4).reshape(inner.shape))
    return whole


def _grid(size: int) -> tuple[Values, Values]:
    rows, columns = np.mgrid[:size, :size] / size
    return columns, rows


def _waves(size: int, random: Random) -> Values:
    x, y = _grid(size)
    angle, cycles = random.uniform(0, np.pi), random.uniform(2, 16)
    turned = np.cos(angle) * x + np.sin(angle) * y
    return np.asarray(0.5 + 0.5 * np.sin(2 * np.pi * cycles * turned + random.uniform(0, 6)))


def _checks(size: int, random: Random) -> Values:
    x, y = _grid(size)
    cycles = random.integers(2, 10)
    return np.asarray((np.floor(x * cycles) + np.floor(y * cycles)) % 2)


def _distances(size: int, points: Values) -> Values:
    x, y = _grid(size)
    return np.asarray(np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1]))


def _cells(size: int, random: Random) -> Values:
    points = random.random((int(random.integers(6, 60)), 2))
    return np.asarray(random.random(len(points))[_distances(size, points).argmin(axis=-1)])


def _dots(size: int, random: Random) -> Values:
    points = random.random((int(random.integers(5, 40)), 2))
    return np.asarray(_distances(size, points).min(axis=-1) < random.uniform(0.02, 0.12), dtype=float)


def _stripes(size: int, random: Random) -> Values:
    x, y = _grid(size)
    angle = random.uniform(0, np.pi)
    return np.asarray(np.floor((np.cos(angle) * x + np.sin(angle) * y) * random.uniform(3, 14)) % 3 / 2)


def _clouds(size: int, random: Random) -> Values:
    cloud = gaussian_filter(random.normal(size=(size, size)), random.uniform(1, size / 8))
    return np.asarray((cloud - cloud.min()) / np.ptp(cloud))


def _uniform(shape: Shape, random: Random) -> Values:
    return random.random(shape)


def _gaussian(shape: Shape, random: Random) -> Values:
    return np.asarray(random.normal(0.5, random.uniform(0.08, 0.3), shape).clip(0, 1))


def _blurred(shape: Shape, random: Random) -> Values:
    width = random.uniform(0.4, 2)
    soft = gaussian_filter(random.normal(size=shape), (0, width, width))
    return np.asarray((0.5 + 0.2 * soft / soft.std()).clip(0, 1))


def _grey(shape: Shape, random: Random) -> Values:
    return np.repeat(random.random((1, *shape[1:])), 3, axis=0)


_TEXTURES: tuple[Callable[[int, Random], Values], ...] = (_waves, _checks, _cells, _clouds, _dots, _stripes)
_NOISES: tuple[Callable[[Shape, Random], Values], ...] = (_uniform, _gaussian, _blurred, _grey)


def _stacked(made: Sequence[Values]) -> torch.Tensor:
    return torch.from_numpy(np.stack(made).astype(np.float32))


def _coloured(plane: Values, random: Random) -> Values:
    """Return a plane ``(S, S)`` between two random colours, with a little grain: ``(3, S, S)`` in [0, 1]."""
    dark, light = random.random(3), random.random(3)
    share = plane[..., None]
    grain = random.normal(0, random.uniform(0, 0.05), share.shape)
    return np.asarray((dark * (1 - share) + light * share + grain).clip(0, 1).transpose(2, 0, 1))
