"""How much of the logit gain reaches the photograph at its own resolution.

The path is computed at the guide's size. Its perturbation is carried back into the crop by the pseudo-inverse of the
guide's resize, clamped, rounded to 8 bits, and seen by the guide again. Photographs: scikit-image's, by their files.

    python -m benchmarks.kept_gain
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import median

import torch

from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend, steps_for
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.guides import catalog
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import Photograph, open_photograph
from lwise_core.images.geometry import Crop

PHOTOGRAPHS = (
    "chelsea.png",
    "astronaut.png",
    "coffee.png",
    "rocket.jpg",
    "motorcycle_left.png",
    "motorcycle_right.png",
    "ihc.png",
    "retina.jpg",
    "hubble_deep_field.jpg",
    "coins.png",
)
PLACES = ((0.3, 0.3), (0.7, 0.6))
"""Where the crop lies in the room that it has, from left and from top."""
SIDES = (80, 160, 280)
"""Sides of the crop in pixels of the photograph: a little, two and a half and four times the bundled guide's 64 px."""
BUDGETS_224 = (2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Kept:
    """One crop at one budget: gain of the ground-truth logit of the float result, and the share that 8 bits keep."""

    file: str
    crop: Crop
    epsilon_224: float
    gain: float
    share: float


def subjects(photographs: Sequence[str], *, side: int) -> Iterator[tuple[str, CroppedPhotograph]]:
    """Yield each place of each photograph, as a crop of ``side`` px."""
    for file in photographs:
        photograph = _photograph(file)
        for across, down in PLACES:
            left, top = (photograph.width - side) * across, (photograph.height - side) * down
            yield (
                file,
                CroppedPhotograph(photograph, Crop(left=round(left), top=round(top), side=side).within(photograph)),
            )


@cache
def _photograph(file: str) -> Photograph:
    return open_photograph(files("skimage.data").joinpath(file).read_bytes(), name=file)


def measure(guide: GuideModel, file: str, subject: CroppedPhotograph) -> Iterator[Kept]:
    """Yield what each budget keeps, when the picture is made easier for the class that the guide sees first."""
    picture = subject.seen(size=guide.input_size)
    target = int(score(guide, picture).argmax())
    request = PathRequest(picture[None], torch.tensor([target]))
    scale = guide.epsilon_scale
    steps = steps_for(scale.from_224(max(BUDGETS_224)), step=scale.step)
    path = EnhancementPath(guide, request, scale.step, tuple(ascend(guide, request, step=scale.step, steps=steps)))
    for epsilon_224 in BUDGETS_224:
        enhancement = path.at(scale.from_224(epsilon_224))
        rendering = render(guide, subject, enhancement, target=target, extent=Extent.PHOTOGRAPH)
        if rendering.kept is not None:
            yield Kept(file, subject.crop, epsilon_224, rendering.gain_float, rendering.kept)


def measure_all(guide: GuideModel, photographs: Sequence[str] = PHOTOGRAPHS) -> tuple[Kept, ...]:
    """Return every crop of every size at every budget."""
    return tuple(kept for side in SIDES for kept in measure_side(guide, photographs, side=side))


def measure_side(guide: GuideModel, photographs: Sequence[str], *, side: int) -> tuple[Kept, ...]:
    """Return every crop of ``side`` px at every budget."""
    return tuple(kept for file, subject in subjects(photographs, side=side) for kept in measure(guide, file, subject))


def summary(results: Sequence[Kept]) -> str:
    """Return the table: median and worst share kept, by size and budget and over all."""
    lines = ["crop side   ε₂₂₄     n   median   worst"]
    for side in SIDES:
        for budget in BUDGETS_224:
            shares = [k.share for k in results if (k.crop.side, k.epsilon_224) == (side, budget)]
            lines.append(f"{side:6d} px {budget:6g} {len(shares):5d} {median(shares):8.1%} {min(shares):7.1%}")
    worst = min(results, key=lambda kept: kept.share)
    lines.append(f"all              {len(results):6d} {median(k.share for k in results):8.1%} {worst.share:7.1%}")
    lines.append(f"worst: {worst}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(summary(measure_all(catalog.load("animals16-64"))))
