"""What a guide paints, on one sheet: pictures that may be shown, enhanced towards some of its classes.

    python -m benchmarks.contact_sheet animals16-64 --out docs/models/animals16-64.png

Creatures of the phantom for a guide that knows them, towards their own family and another; else scikit-image's cat and
cup, towards what they show where the guide knows that and towards classes spread over its list. Every row holds the
original and three ε, at the guide's resolution, each pixel drawn larger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.class_names import has_class
from lwise_core.data.phantom import FAMILIES, draw, population
from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.images.caption_strip import with_strip
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import see, to_8_bit

SHARES = (0.25, 0.5, 1.0)  # of the largest ε that the guide offers
SIDE = 192
TOWARDS = 4


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture ``(3, H, W)`` as the guide sees it, what it shows, and a class to enhance it towards."""

    what: str
    image: torch.Tensor
    towards: str


def shown_by(guide: GuideModel) -> Iterator[Shown]:
    """Yield the rows of a guide's sheet."""
    if has_class(guide.classes, FAMILIES[0]):
        for creature in population(per_family=1, seed=7):
            own = FAMILIES[creature.family]
            pixels = draw(creature, size=guide.input_size)
            image = torch.from_numpy(see(pixels, size=guide.input_size))
            yield from (Shown(own, image, towards) for towards in (own, FAMILIES[creature.family - 1]))
        return
    spread = guide.classes[:: max(1, len(guide.classes) // TOWARDS)][:TOWARDS]
    for sample in SAMPLES:
        known = [sample.true_class] if sample.true_class and has_class(guide.classes, sample.true_class) else []
        photograph = photograph_of(sample)
        image = torch.from_numpy(see(sample.crop.of(photograph.pixels), size=guide.input_size))
        yield from (Shown(sample.title, image, towards) for towards in [*known, *spread][:TOWARDS])


def row_of(guide: GuideModel, shown: Shown) -> Pixels:
    """Return one row of a sheet: the original and every ε side by side, the strip with the sentence below."""
    target = guide.class_index(shown.towards)
    request = PathRequest.single(shown.image, target=target, objective=GroundTruthLogit())
    budgets = [share * guide.epsilon_scale.largest for share in SHARES]
    path = Walker(guide).to(request, epsilon=budgets[-1])
    pictures = [path.frames[0].images[0], *(path.at(e).images[0] for e in budgets)]
    times = max(1, SIDE // guide.input_size)
    large = [np.kron(to_8_bit(p.numpy()).transpose(1, 2, 0), np.ones((times, times, 1), np.uint8)) for p in pictures]
    budget = ", ".join(f"{guide.epsilon_scale.at_224(e):.3g}" for e in (0, *budgets))
    sentence = (
        f"{shown.what}, AI-altered towards {guide.classes[target]}, ε₂₂₄ = {budget}, by guide {guide.name}. "
        "Not for diagnosis."
    )
    return with_strip(np.concatenate(large, axis=1), sentence=sentence)


def _main(
    name: Annotated[str, typer.Argument(help="A guide of the catalogue, such as animals16-64.")],
    out: Annotated[Path, typer.Option(help="The PNG to write.")],
) -> None:
    guide = catalog.load(name)
    rows = [row_of(guide, shown) for shown in shown_by(guide)]
    out.write_bytes(encode_png(np.concatenate(rows, axis=0), text={"Description": "AI-altered. Not for diagnosis."}))


if __name__ == "__main__":
    typer.run(_main)
