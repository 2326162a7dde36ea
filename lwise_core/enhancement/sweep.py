"""A path as a moving picture: ε from 0 to what was asked for, with the strip burnt into every frame.

It is for showing, on slides and in messages, where no page says what is altered. So there is no choice of leaving out
the strip, and the numbers are in the other files: frames are lossy.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.export import Intent, statement
from lwise_core.enhancement.path import EnhancementPath, steps_for
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent
from lwise_core.images.animation import AnimationFormat, encode_animation
from lwise_core.images.caption_strip import with_strips
from lwise_core.images.geometry import carry_back, see, to_8_bit
from lwise_core.images.heatmaps import enlarged

MOST_FRAMES = 24
"""Frames of a moving picture, the original among them."""

_LARGEST, _SMALLEST = 640, 320  # px of the square: for a slide; what is smaller is enlarged, every pixel a square
_MOVING, _RESTING = 120, 1200  # milliseconds of a frame, and of the first and the last


def sweep(subject: CroppedPhotograph, path: EnhancementPath, intent: Intent, *, kind: AnimationFormat) -> bytes:
    """Return the square that the guide sees, from ε = 0 to ``intent.epsilon``, as a moving picture.

    Every frame says below it at which ε it is, what it goes towards and that it is not for diagnosis.

    Raises:
        EpsilonOutOfRange: ε is beyond the reach of the path.
    """
    epsilons = _epsilons(path, intent.epsilon)
    frames = _frames(subject, path, epsilons, extent=intent.extent)
    said = [statement(path.guide, replace(intent, epsilon=e), path.request.objective) for e in epsilons]
    inner = max(len(epsilons) - 2, 0)
    times = [_RESTING, *[_MOVING] * inner, _RESTING][: len(epsilons)]
    return encode_animation(with_strips(frames, sentences=said), milliseconds=times, kind=kind)


def _epsilons(path: EnhancementPath, largest: float) -> list[float]:
    """Return at most ``MOST_FRAMES`` budgets on the path's grid, evenly spaced from 0, and ``largest`` as the last."""
    last = steps_for(largest, step=path.step)
    steps = np.unique(np.rint(np.linspace(0, last, min(last + 1, MOST_FRAMES))).astype(int))
    return [min(int(step) * path.step, largest) for step in steps]


def _frames(
    subject: CroppedPhotograph, path: EnhancementPath, epsilons: list[float], *, extent: Extent
) -> list[Pixels]:
    """Return the square at each of ``epsilons``: at the guide's size, or at its own up to ``_LARGEST`` px."""
    size = path.guide.input_size
    side = size if extent is Extent.GUIDE else min(subject.crop.side, _LARGEST)
    original = see(subject.square, size=side)
    made = []
    for epsilon in epsilons:
        change = path.at(epsilon).change.difference
        there = change if side == size else carry_back(change, side=side)
        made.append(enlarged(to_8_bit(original + there).transpose(1, 2, 0), side=_SMALLEST))
    return [np.ascontiguousarray(frame) for frame in made]
