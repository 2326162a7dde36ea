"""The phantom: artificial creatures whose diagnostic features, and the pixels of these, are known.

As a physicist's phantom is for a scanner: whether difficulty, enhancement and attribution point at the right pixels can
be told without anybody's data. Creatures come in four families that differ in two features only, the mark on the wings
and the tail. Everything else (pose, colours, background, grain) varies alike in all families, but features are as large
and as contrasted on every creature: only the dial says how clear they are.

The dial says how far a creature is from its family's prototype: at 0 it has its family's features alone, on the way it
gains those of the opposite family, and at 1 it has both in equal strength, so that nothing tells which family it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lwise_core._utils.arrays import Pixels, Values

"""One value a pixel, ``(size, size)``."""

DIAGNOSTIC_FROM = 8.0
"""Grey levels by which a pixel must change with the family, in some channel, to count as diagnostic."""

_CONTRAST = 0.3  # a channel, of marks with wings and of tails with the ground: the dial alone says how clear they are
_SAMPLES = 3  # points a pixel and axis: edges are smooth
_MARKS = ("spotted", "barred")
_TAILS = ("forktail", "roundtail")
FAMILIES = tuple(f"{mark} {tail}" for mark in _MARKS for tail in _TAILS)
"""Names of the families, sorted by their features: mark first, then tail."""


@dataclass(frozen=True)
class Creature:
    """One creature: its ``family`` (an index into FAMILIES), its ``dial`` in [0, 1], and the ``seed`` of all the rest.

    Raises:
        ValueError: There is no such family, or the dial is outside [0, 1].
    """

    family: int
    dial: float
    seed: int

    def __post_init__(self) -> None:
        if self.family not in range(len(FAMILIES)):
            raise ValueError(f"There are {len(FAMILIES)} families, so {self.family} is none of them.")
        if not 0 <= self.dial <= 1:
            raise ValueError(f"The dial goes from 0 (prototype) to 1 (boundary), not to {self.dial:g}.")

    @property
    def features(self) -> Mapping[str, float]:
        """Strength of each feature in [0, 1]: the family's own and the opposite one's add up to 1."""
        mark, tail = divmod(self.family, len(_TAILS))
        own = 1 - self.dial / 2
        return {
            **{name: own if i == mark else 1 - own for i, name in enumerate(_MARKS)},
            **{name: own if i == tail else 1 - own for i, name in enumerate(_TAILS)},
        }


@dataclass(frozen=True)
class _Looks:
    """What varies and means nothing: lengths in units of the picture's side, angles in radians, colours in [0, 1]."""

    centre: tuple[float, float]
    angle: float
    scale: float
    body: npt.NDArray[np.float64]
    wings: npt.NDArray[np.float64]
    mark: npt.NDArray[np.float64]
    ground: npt.NDArray[np.float64]
    waves: npt.NDArray[np.float64]
    grain: int

    @classmethod
    def of(cls, seed: int) -> _Looks:
        random = np.random.default_rng(seed)
        light = random.uniform(0.55, 0.85)
        wings = _tint(random, lightness=light)
        return cls(
            centre=(random.uniform(0.42, 0.58), random.uniform(0.42, 0.58)),
            angle=random.uniform(-0.5, 0.5),
            scale=random.uniform(0.9, 1.05),
            body=_tint(random, lightness=light - 0.4),
            wings=wings,
            mark=wings - _CONTRAST,
            ground=_apart(wings, random),
            waves=random.uniform(-1, 1, (3, 6)),
            grain=int(random.integers(2**32)),
        )


def _tint(random: np.random.Generator, *, lightness: float) -> npt.NDArray[np.float64]:
    """Return a colour ``(3,)`` around a grey of ``lightness``."""
    return np.clip(lightness + random.uniform(-0.15, 0.15, 3), 0, 1)


def _apart(colour: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return a darker colour of another hue, as far from ``colour`` as ``_CONTRAST`` in every channel would be."""
    direction = 1 + random.uniform(-0.7, 0.7, 3)
    other: npt.NDArray[np.float64] = colour - _CONTRAST * np.sqrt(3) * direction / np.linalg.norm(direction)
    return other.clip(0, 1)


@dataclass(frozen=True)
class _Frame:
    """Where each sample of the picture lies on the creature: ``u`` to its right, ``v`` to its tail, 1 its wingspan."""

    u: Values
    v: Values
    soft: float

    @classmethod
    def of(cls, looks: _Looks, *, size: int) -> _Frame:
        steps = (np.arange(size * _SAMPLES) + 0.5) / (size * _SAMPLES)
        y, x = np.meshgrid(steps - looks.centre[1], steps - looks.centre[0], indexing="ij")
        cosine, sine = np.cos(looks.angle), np.sin(looks.angle)
        across, along = x * cosine + y * sine, y * cosine - x * sine
        return cls(u=across / looks.scale, v=along / looks.scale, soft=1 / (size * looks.scale))

    def ellipse(self, *, at: tuple[float, float], radii: tuple[float, float]) -> Values:
        """Return 1 inside an ellipse on each side of the middle, 0 outside, with an edge of a pixel."""
        apart = np.abs(self.u) - at[0]
        distance = np.hypot(apart / radii[0], (self.v - at[1]) / radii[1]) - 1
        return self._filled(distance * min(radii))

    def bar(self, *, start: tuple[float, float], end: tuple[float, float], width: float) -> Values:
        """Return 1 inside a thick line on each side of the middle, from ``start`` to ``end``."""
        u, v = np.abs(self.u) - start[0], self.v - start[1]
        du, dv = end[0] - start[0], end[1] - start[1]
        along = np.clip((u * du + v * dv) / (du**2 + dv**2), 0, 1)
        return self._filled(np.hypot(u - along * du, v - along * dv) - width / 2)

    def _filled(self, distance: Values) -> Values:
        return np.clip(0.5 - distance / self.soft, 0, 1)


Shape = Callable[[_Frame], Values]


def _wings(frame: _Frame) -> Values:
    fore = frame.ellipse(at=(0.17, -0.06), radii=(0.17, 0.12))
    return np.maximum(fore, frame.ellipse(at=(0.13, 0.1), radii=(0.12, 0.09)))


def _body(frame: _Frame) -> Values:
    antennae = frame.bar(start=(0.01, -0.16), end=(0.08, -0.27), width=0.014)
    return np.maximum(antennae, frame.ellipse(at=(0, 0), radii=(0.035, 0.17)))


_FEATURES: Mapping[str, Shape] = {
    "spotted": lambda f: f.ellipse(at=(0.18, -0.05), radii=(0.07, 0.07)),
    "barred": lambda f: f.bar(start=(0.08, -0.13), end=(0.28, -0.02), width=0.06),
    "forktail": lambda f: f.bar(start=(0.02, 0.15), end=(0.13, 0.31), width=0.055),
    "roundtail": lambda f: f.ellipse(at=(0, 0.22), radii=(0.065, 0.085)),
}
_ON_THE_WINGS = frozenset(_MARKS)


def draw(creature: Creature, *, size: int) -> Pixels:
    """Return the picture of ``creature``, ``(size, size, 3)`` in 8 bits sRGB."""
    return _finished(_painted(creature, size=size), grain=_Looks.of(creature.seed).grain)


def without_creature(creature: Creature, *, size: int) -> Pixels:
    """Return the same picture with the background alone, ``(size, size, 3)`` in 8 bits sRGB."""
    looks = _Looks.of(creature.seed)
    return _finished(_pooled(_background(looks, size=size)), grain=looks.grain)


def creature_mask(creature: Creature, *, size: int) -> npt.NDArray[np.bool_]:
    """Return where the creature is, ``(size, size)``: pixels of which it covers at least half."""
    frame = _Frame.of(_Looks.of(creature.seed), size=size)
    shapes = [_wings(frame), _body(frame), *(shape(frame) for shape in _FEATURES.values())]
    covered: npt.NDArray[np.bool_] = _pooled(np.maximum.reduce(shapes)[..., None])[..., 0] >= 0.5
    return covered


def diagnostic_mask(creature: Creature, *, size: int) -> npt.NDArray[np.bool_]:
    """Return the pixels that tell the families apart, ``(size, size)``.

    Those that would change by at least ``DIAGNOSTIC_FROM`` grey levels if the same creature, at dial 0, were of another
    family.
    """
    prototypes = [_painted(Creature(i, 0.0, creature.seed), size=size) for i in range(len(FAMILIES))]
    span = np.ptp(np.stack(prototypes), axis=0).max(axis=-1)
    told: npt.NDArray[np.bool_] = span * 255 >= DIAGNOSTIC_FROM
    return told


def population(*, per_family: int, seed: int, hardest: float = 0.9) -> tuple[Creature, ...]:
    """Return ``per_family`` creatures of each family, dials spread evenly over [0, ``hardest``], no two looking alike.

    Populations of different seeds share no creature.
    """
    dials = np.linspace(0, hardest, per_family)
    seeds = np.random.SeedSequence(seed).generate_state(per_family * len(FAMILIES), dtype=np.uint64)
    return tuple(
        Creature(family, float(dial), int(seeds[family * per_family + i]))
        for family in range(len(FAMILIES))
        for i, dial in enumerate(dials)
    )


def _painted(creature: Creature, *, size: int) -> npt.NDArray[np.float64]:
    """Return the picture before grain and rounding, ``(size, size, 3)`` in [0, 1]."""
    looks = _Looks.of(creature.seed)
    frame = _Frame.of(looks, size=size)
    canvas = _background(looks, size=size)
    for name, strength in creature.features.items():
        if name not in _ON_THE_WINGS:
            canvas = _over(canvas, looks.wings, _FEATURES[name](frame) * strength)
    canvas = _over(canvas, looks.wings, _wings(frame))
    for name, strength in creature.features.items():
        if name in _ON_THE_WINGS:
            canvas = _over(canvas, looks.mark, _FEATURES[name](frame) * strength)
    return _pooled(_over(canvas, looks.body, _body(frame)))


def _background(looks: _Looks, *, size: int) -> npt.NDArray[np.float64]:
    """Return slow waves of colour, at every sample."""
    steps = (np.arange(size * _SAMPLES) + 0.5) / (size * _SAMPLES) * 2 * np.pi
    y, x = np.meshgrid(steps, steps, indexing="ij")
    channels: list[Values] = [
        ground + 0.06 * (np.sin(a * 3 * x + b * 3 * y + c * np.pi) + np.sin(d * 5 * x + e * 5 * y + f * np.pi))
        for ground, (a, b, c, d, e, f) in zip(looks.ground, looks.waves, strict=True)
    ]
    return np.clip(np.stack(channels, axis=-1), 0, 1)


def _over(canvas: npt.NDArray[np.float64], colour: npt.NDArray[np.float64], opacity: Values) -> npt.NDArray[np.float64]:
    covered: npt.NDArray[np.float64] = canvas + opacity[..., None] * (colour - canvas)
    return covered


def _pooled(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean of each pixel's samples."""
    side = len(samples) // _SAMPLES
    pooled: npt.NDArray[np.float64] = samples.reshape(side, _SAMPLES, side, _SAMPLES, -1).mean(axis=(1, 3))
    return pooled


def _finished(picture: npt.NDArray[np.float64], *, grain: int) -> Pixels:
    """Return ``picture`` with the grain of a camera, in 8 bits."""
    noise = np.random.default_rng(grain).normal(0, 0.02, picture.shape)
    pixels: Pixels = np.clip(np.rint((picture + noise) * 255), 0, 255).astype(np.uint8)
    return pixels
