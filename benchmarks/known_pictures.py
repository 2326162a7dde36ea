"""Pictures and changes of which the truth is known by construction, and where in them a change lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import roc_auc_score

from benchmarks.controls import of_equal_size, phase_scrambled
from benchmarks.discrimination import Flags
from lwise_core._utils.arrays import Pixels, Values
from lwise_core.data.phantom import FAMILIES, Creature, creature_mask, draw, population, without_creature
from lwise_core.enhancement.path import EnhancementPath, Frame
from lwise_core.images.geometry import see

CLEAREST = 0.5
"""Dials of the creatures in mosaics go from 0 to this: each is clearly of its family."""
_GRAIN = 0.02  # of the phantom's camera, of the range
_GRAIN_SEED = 41

Direction = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""The original, the enhanced picture and another picture's change → the direction of a foreign change."""

FOREIGN: Mapping[str, Direction] = {
    "another picture's": lambda _original, _enhanced, another: another,
    "phase-scrambled": lambda original, enhanced, _another: phase_scrambled(original, enhanced),
    "sign-flipped": lambda original, enhanced, _another: original - enhanced,
}


@dataclass(frozen=True, kw_only=True)
class Mosaic:
    """Four creatures in reading order, the one in ``cell`` of the class that the mosaic is enhanced towards."""

    creatures: tuple[Creature, ...]
    cell: int

    @property
    def family(self) -> int:
        """The class."""
        return self.creatures[self.cell].family

    def without_class(self) -> Mosaic:
        """Return the same mosaic with the class in no cell: its creature has both features of the opposite family."""
        opposite = replace(self.creatures[self.cell], family=len(FAMILIES) - 1 - self.family)
        return replace(self, creatures=tuple(opposite if i == self.cell else c for i, c in enumerate(self.creatures)))

    def draw(self, *, size: int) -> Pixels:
        """Return the picture, each creature at ``size`` px, ``(2·size, 2·size, 3)``."""
        cells = [draw(c, size=size) for c in self.creatures]
        picture: Pixels = np.concatenate([np.concatenate(cells[:2], axis=1), np.concatenate(cells[2:], axis=1)])
        return picture

    def mask(self, *, size: int) -> Flags:
        """Return which pixels are the cell of the class, ``(2·size, 2·size)``."""
        row, column = divmod(self.cell, 2)
        mask = np.zeros((2 * size, 2 * size), dtype=bool)
        mask[row * size : (row + 1) * size, column * size : (column + 1) * size] = True
        return mask


def mosaics(count: int, *, seed: int) -> Iterator[Mosaic]:
    """Yield mosaics with each family in one cell, in an order drawn for each, towards every family in turn."""
    creatures = population(per_family=count, seed=seed, hardest=CLEAREST)
    for i in range(count):
        order = np.random.default_rng((seed, i)).permutation(len(FAMILIES))
        cells = tuple(creatures[int(family) * count + i] for family in order)
        yield Mosaic(creatures=cells, cell=int(np.flatnonzero(order == i % len(FAMILIES))[0]))


def without_background(creature: Creature, *, size: int) -> Pixels:
    """Return the picture of ``creature`` with as much background erased as the creature covers.

    The pixels farthest from the creature are filled with the mean colour of the background and the camera's grain.
    """
    picture = draw(creature, size=size)
    mask = far_mask(creature_mask(creature, size=size))
    colour = without_creature(creature, size=size).reshape(-1, 3).mean(axis=0)
    noise = np.random.default_rng((_GRAIN_SEED, creature.seed)).normal(0, _GRAIN * 255, (int(mask.sum()), 3))
    picture[mask] = np.clip(np.rint(colour + noise), 0, 255).astype(np.uint8)
    return picture


def far_mask(mask: Flags) -> Flags:
    """Return the pixels farthest from ``mask`` ``(H, W)``, as many as it has.

    Raises:
        ValueError: More than half of the pixels are in it.
    """
    if 2 * int(mask.sum()) > mask.size:
        raise ValueError("More than half of the picture cannot be put beside an equal area of the rest.")
    away = np.asarray(distance_transform_edt(~mask)).ravel()
    chosen = np.zeros(mask.size, dtype=bool)
    chosen[np.argsort(-away, kind="stable")[: int(mask.sum())]] = True
    return chosen.reshape(mask.shape)


def centredness(size: int) -> Values:
    """Return how central each pixel is, ``(size, size)``: ranks it as a centred Gaussian of any width does."""
    steps = np.arange(size) - (size - 1) / 2
    central: Values = -np.hypot(steps[:, None], steps[None, :])
    return central


def pixel_area(mask: Flags, values: Values) -> float:
    """Return the area under the ROC curve with which ``values`` ``(H, W)`` find the pixels of ``mask``."""
    return float(roc_auc_score(mask.ravel(), values.ravel()))


def mass_on(mask: Flags, lengths: Values) -> float:
    """Return the share of ``lengths`` ``(H, W)`` on ``mask``; its share of the pixels where there are none at all."""
    total = float(lengths.sum())
    return float(lengths[mask].sum()) / total if total else float(mask.mean())


def foreign_path(own: EnhancementPath, other: EnhancementPath, direction: Direction) -> EnhancementPath:
    """Return ``own`` with each step's change replaced by another of the same norm, scored by the guide."""
    start = own.frames[0].images
    theirs = other.frames[0].images
    frames = []
    for frame, foreign in zip(own.frames, other.frames, strict=True):
        moved = direction(start, frame.images, foreign.images - theirs)
        images = of_equal_size(start, frame.images, moved) if frame.step else start
        with torch.no_grad():
            logits = own.guide.logits(images)
        frames.append(Frame(frame.step, images, logits, own.request.objective.losses(logits, own.request.targets)))
    return replace(own, frames=tuple(frames))


def lengths_of(path: EnhancementPath, step: int) -> Values:
    """Return the length over the channels of the change after ``step`` steps, ``(H, W)``."""
    change = path.frames[step].images[0] - path.frames[0].images[0]
    lengths: Values = torch.linalg.vector_norm(change.double(), dim=0).numpy()
    return lengths


def creatures(count: int, *, seed: int) -> tuple[Creature, ...]:
    """Return ``count`` creatures, each family in turn, dials as spread as in the training."""
    per_family = -(-count // len(FAMILIES))
    everyone = population(per_family=per_family, seed=seed)
    return tuple(everyone[(i % len(FAMILIES)) * per_family + i // len(FAMILIES)] for i in range(count))


def seen(pixels: Pixels) -> torch.Tensor:
    return torch.from_numpy(see(pixels, size=len(pixels)))
