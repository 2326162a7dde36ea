"""Sample photographs: what a dependency's licence allows, each with its true class, a good crop and its story."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import torch

from lwise_core.images.codec import Photograph, open_photograph
from lwise_core.images.geometry import Crop, see


@dataclass(frozen=True)
class Sample:
    """One picture of scikit-image's collection.

    ``true_class`` is None where the picture shows nothing that ``guide`` knows. ``story`` is what a person should see
    in it with that guide.
    """

    key: str
    title: str
    file: str
    crop: Crop
    true_class: str | None
    story: str
    credit: str
    guide: str = "animals16-64"


SAMPLES = (
    Sample(
        key="cat",
        title="A cat, close up",
        file="chelsea.png",
        crop=Crop(left=110, top=10, side=260),
        true_class="house cat",
        story="You see a cat at once. At 64 pixels animals16-64 takes this close-up for a dog. Slide ε and watch what "
        "it would need to see a cat.",
        credit="“Chelsea” by Stefan van der Walt, public domain (CC0), from scikit-image.",
    ),
    Sample(
        key="coffee",
        title="A cup, no animal",
        file="coffee.png",
        crop=Crop(left=100, top=0, side=400),
        true_class=None,
        story="There is no animal here, but animals16-64 knows only animals and must choose one. It can be pushed "
        "towards any of them: what appears then was not in the original.",
        credit="Photograph by Rachel Michetti for Pikolo Espresso Bar, public domain (CC0), from scikit-image.",
    ),
)


def sample(key: str) -> Sample | None:
    """Return the sample called ``key``, or None."""
    return next((s for s in SAMPLES if s.key == key), None)


def photograph_of(chosen: Sample) -> Photograph:
    """Return the sample's photograph, through the same door as every upload."""
    data = files("skimage.data").joinpath(chosen.file).read_bytes()
    return open_photograph(data, name=f"{chosen.key}.{chosen.file.rpartition('.')[2]}")


def seen_samples(*, size: int) -> torch.Tensor:
    """Return the samples as a guide of ``size`` px sees them: ``(N, 3, size, size)`` float32 in [0, 1]."""
    return torch.stack([torch.from_numpy(see(s.crop.of(photograph_of(s).pixels), size=size)) for s in SAMPLES])
