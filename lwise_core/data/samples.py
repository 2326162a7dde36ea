"""Sample photographs that licences allow to be shipped, each with its true class, a good crop and its story."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import torch

from lwise_core._utils.assets import asset
from lwise_core.images.codec import Photograph, open_photograph
from lwise_core.images.geometry import Crop, see


class SampleSource(StrEnum):
    """Where a sample's file lies: in scikit-image's collection, or among our own assets."""

    SCIKIT_IMAGE = "scikit-image"
    OURS = "samples"


@dataclass(frozen=True)
class Sample:
    """One picture that may be shown to everybody.

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
    source: SampleSource = SampleSource.SCIKIT_IMAGE
    guide: str = "animals16-128"


SAMPLES = (
    Sample(
        key="cat",
        title="A cat, close up",
        file="chelsea.png",
        crop=Crop(left=110, top=10, side=260),
        true_class="house cat",
        story="You see a cat at once, and so does animals16-128. Slide ε and watch what it strengthens. Then let it "
        "paint a dog: a snout appears that was never there.",
        credit="“Chelsea” by Stefan van der Walt, public domain (CC0), from scikit-image.",
    ),
    Sample(
        key="coffee",
        title="A cup, no animal",
        file="coffee.png",
        crop=Crop(left=100, top=0, side=400),
        true_class=None,
        story="There is no animal here, but animals16-128 knows only animals and must choose one. It can be pushed "
        "towards any of them: what appears then was not in the original.",
        credit="Photograph by Rachel Michetti for Pikolo Espresso Bar, public domain (CC0), from scikit-image.",
    ),
    Sample(
        key="gecko",
        title="A gecko on a finger",
        file="gecko.jpg",
        crop=Crop(left=80, top=0, side=480),
        true_class="reptile",
        story="Small, pale and out of place: animals16-128 hesitates. Slide ε and see what makes it surer.",
        credit="“Tarentola mauritanica” by Babo, public domain, from Wikimedia Commons.",
        source=SampleSource.OURS,
    ),
)


MORE_SAMPLES = (
    Sample(
        key="frog",
        title="A tree frog",
        file="frog.jpg",
        crop=Crop(left=20, top=0, side=420),
        true_class="frog",
        story="Bright, whole and close: a frog as in a book. See what animals16-128 adds to what is already plain.",
        credit="“Australia green tree frog” by LiquidGhoul, public domain, from Wikimedia Commons.",
        source=SampleSource.OURS,
    ),
    Sample(
        key="bison",
        title="A bison",
        file="bison.jpg",
        crop=Crop(left=210, top=0, side=417),
        true_class="hoofed animal",
        story="A dark head in tall grass. animals16-128 brings out what tells a hoofed animal from a bear.",
        credit="“American bison k5680-1” by Jack Dykinga, public domain, from Wikimedia Commons.",
        source=SampleSource.OURS,
    ),
    Sample(
        key="dragonfly",
        title="A dragonfly in the grass",
        file="dragonfly.jpg",
        crop=Crop(left=100, top=30, side=440),
        true_class="beetle or bug",
        story="Wings of glass on green: hard to see. Slide ε and see which lines animals16-128 draws more clearly.",
        credit="“Orthetrum cancellatum” by Tim Bekaert, public domain, from Wikimedia Commons.",
        source=SampleSource.OURS,
    ),
    Sample(
        key="shark",
        title="A shark",
        file="shark.jpg",
        crop=Crop(left=90, top=10, side=400),
        true_class="fish",
        story="A big fish among small ones. See on which of them animals16-128 spends the change.",
        credit="“White shark” by Terry Goss, CC BY 2.5, from Wikimedia Commons; shown cropped and altered.",
        source=SampleSource.OURS,
    ),
    Sample(
        key="phantom",
        title="A drawn creature, for skin and tissue",
        file="phantom.png",
        crop=Crop(left=0, top=0, side=192),
        true_class="barred forktail",
        story="No photograph of a patient is shown here. A creature that phantom4-64 knows stands for one: families "
        "differ in two small features, as diagnoses do, and here one knows which.",
        credit="Drawn by this program.",
        source=SampleSource.OURS,
        guide="phantom4-64",
    ),
)
"""Samples of the gallery beyond the first three."""


def sample(key: str) -> Sample | None:
    """Return the sample called ``key``, or None."""
    return next((s for s in (*SAMPLES, *MORE_SAMPLES) if s.key == key), None)


def photograph_of(chosen: Sample) -> Photograph:
    """Return the sample's photograph, through the same door as every upload."""
    return open_photograph(_bytes_of(chosen), name=f"{chosen.key}.{chosen.file.rpartition('.')[2]}")


def _bytes_of(chosen: Sample) -> bytes:
    match chosen.source:
        case SampleSource.SCIKIT_IMAGE:
            return files("skimage.data").joinpath(chosen.file).read_bytes()
        case SampleSource.OURS:
            return (asset("samples") / chosen.file).read_bytes()


def seen_samples(*, size: int) -> torch.Tensor:
    """Return the samples as a guide of ``size`` px sees them: ``(N, 3, size, size)`` float32 in [0, 1]."""
    return torch.stack([torch.from_numpy(see(s.crop.of(photograph_of(s).pixels), size=size)) for s in SAMPLES])
