"""From a path back to a picture: the 8-bit result, and what of the gain survives in it.

What reaches people is a file of 8-bit pixels, not the float result: rounding eats small budgets and clamping eats
large ones. So every rendering is fed back through the guide and carries its own logits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from weakref import WeakKeyDictionary

import torch

from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.path import Enhancement
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import Looks, look
from lwise_core.guides.novelty import Novelty
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop, paint, see, to_8_bit

NO_GAIN = 1e-4
"""A change of the logit smaller than this counts as none, and no share of it is given."""


class Extent(StrEnum):
    """Which picture is made: the crop at the guide's size, or the whole photograph at its own resolution."""

    GUIDE = "guide"
    PHOTOGRAPH = "photograph"


@dataclass(frozen=True, eq=False)
class CroppedPhotograph:
    """One photograph and the square of it that the guide looks at: resized once a size, scored once a guide."""

    photograph: Photograph
    crop: Crop
    _seen: dict[int, torch.Tensor] = field(default_factory=dict, init=False, repr=False)
    _looks: WeakKeyDictionary[GuideModel, Looks] = field(default_factory=WeakKeyDictionary, init=False, repr=False)

    @property
    def square(self) -> Pixels:
        """The square itself, ``(S, S, 3)`` uint8: a view of the photograph."""
        return self.crop.of(self.photograph.pixels)

    def seen(self, *, size: int) -> torch.Tensor:
        """Return what a guide of ``size`` px sees: ``(3, size, size)`` float32 in [0, 1]; not to be written to."""
        if size not in self._seen:
            self._seen[size] = torch.from_numpy(see(self.square, size=size))
        return self._seen[size]

    def logits(self, guide: GuideModel) -> torch.Tensor:
        """Return what ``guide`` says of the original: logits ``(C,)``; not to be written to."""
        return self._look(guide).logits[0]

    def was_looked_at_by(self, guide: GuideModel) -> bool:
        """Return whether it is known already what ``guide`` says of the original."""
        return guide in self._looks

    def novelty(self, guide: GuideModel) -> Novelty:
        """Return whether the original is unlike everything that ``guide`` learnt."""
        return self._look(guide).novelty[0]

    def _look(self, guide: GuideModel) -> Looks:
        if guide not in self._looks:
            self._looks[guide] = look(guide, self.seen(size=guide.input_size)[None])
        return self._looks[guide]

    def at(self, crop: Crop) -> CroppedPhotograph:
        """Return the same photograph with another square, or itself where the square is the same."""
        return self if crop == self.crop else CroppedPhotograph(self.photograph, crop)


@dataclass(frozen=True, eq=False)
class Rendering:
    """An 8-bit picture ``(H, W, 3)`` and what the guide says of it.

    ``logits`` ``(C,)`` are those of the 8-bit picture fed back through the guide's own resize. ``gain`` and
    ``gain_float`` are changes of the target's logit against the original, of the 8-bit and of the float result.
    """

    extent: Extent
    pixels: Pixels
    logits: torch.Tensor
    gain: float
    gain_float: float

    def probability(self, target: int) -> float:
        """Return the softmax probability of class index ``target`` for the 8-bit picture, in [0, 1]."""
        return float(self.logits.softmax(dim=0)[target])

    @property
    def kept(self) -> float | None:
        """Share of the float result's gain that the 8-bit picture keeps; None where there was no gain to keep."""
        return None if abs(self.gain_float) < NO_GAIN else self.gain / self.gain_float


def render(
    guide: GuideModel, subject: CroppedPhotograph, enhancement: Enhancement, *, target: int, extent: Extent
) -> Rendering:
    """Return the 8-bit picture of ``enhancement`` (one image) for class index ``target``."""
    if extent is Extent.GUIDE:
        pixels = to_8_bit(enhancement.images[0].cpu().numpy()).transpose(1, 2, 0)
        fed_back = pixels
    else:
        pixels = paint(subject.photograph.pixels, subject.crop, enhancement.change.difference)
        fed_back = subject.crop.of(pixels)
    before = subject.logits(guide)
    logits = score(guide, torch.from_numpy(see(fed_back, size=guide.input_size)))
    return Rendering(
        extent=extent,
        pixels=pixels,
        logits=logits,
        gain=float(logits[target] - before[target]),
        gain_float=float(enhancement.logits[0, target].cpu() - before[target]),
    )
