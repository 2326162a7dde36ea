"""The gallery: pairs of pictures, original and altered, that were computed beforehand and stored small.

Each pair is a strip of a few pictures of one ε-path below one another (assets/gallery/films/KEY.webp); pairs.json says
at which ε each was taken and what the guide said. ``python -m benchmarks.gallery`` makes both anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from lwise_core._utils.assets import asset
from lwise_core._utils.levels import level_in_words
from lwise_core.data.samples import MORE_SAMPLES, SAMPLES, Sample, SampleSource
from lwise_core.images.geometry import Crop

GALLERY = ("frog", "cat-dog", "gecko", "cat", "coffee", "dragonfly", "bison", "shark", "phantom")
"""Keys of the pairs, in the order in which they are shown: that of the sample, or what is painted onto it as well."""

PAINTED: Mapping[str, str] = MappingProxyType({"cat-dog": "dog", "coffee": "spider"})
"""Keys of the pairs that are enhanced towards what is not there → what that is."""

_SECOND = {"cat-dog": "cat"}  # pairs of samples that have one under their own key


@dataclass(frozen=True)
class StoredChange:
    """One picture of a strip.

    ``step`` is its ε in steps of the path, ``epsilon`` the same in the guide's units, ``grey_levels`` the RMS change
    that was spent, ``choice`` the guide's first choice.
    """

    step: int
    epsilon: float
    grey_levels: float
    choice: str


@dataclass(frozen=True)
class StoredPair:
    """One strip: what it shows, towards which class and by which guide it was altered, and its pictures.

    ``weights`` is the hash of the guide's weights. ``harder_than`` is the share of the guide's references of the class
    that are easier than the original, in [0, 1]; None where there is none to compare with. The first of ``changes`` is
    the original.
    """

    key: str
    guide: str
    weights: str
    towards: str
    harder_than: float | None
    changes: tuple[StoredChange, ...]

    @property
    def difficulty(self) -> str:
        """How hard the original is predicted to be for people, in words; empty where nothing can be said."""
        if self.harder_than is None:
            return ""
        return level_in_words(self.harder_than)

    @classmethod
    def read(cls, entry: dict[str, Any]) -> StoredPair:
        """Return the pair that ``entry`` of pairs.json tells of."""
        changes = tuple(StoredChange(**change) for change in entry["changes"])
        return cls(**{**entry, "changes": changes})


@dataclass(frozen=True)
class GuessQuestion:
    """A detail of a photograph for people to name: one of ``options``, the sample's class among them."""

    sample: Sample
    options: tuple[str, ...]


def _detail(key: str, file: str, crop: Crop, *, true_class: str, credit: str) -> Sample:
    return Sample(
        key=key,
        title="What is it?",
        file=file,
        crop=crop,
        true_class=true_class,
        story="",
        credit=credit,
        source=SampleSource.OURS,
    )


QUESTIONS = (
    GuessQuestion(
        _detail(
            "guess-bison",
            "bison.jpg",
            Crop(left=420, top=30, side=220),
            true_class="hoofed animal",
            credit="Detail of “American bison k5680-1” by Jack Dykinga, public domain, from Wikimedia Commons.",
        ),
        ("bear", "hoofed animal", "dog", "monkey"),
    ),
    GuessQuestion(
        _detail(
            "guess-duck",
            "duck.jpg",
            Crop(left=60, top=150, side=180),
            true_class="bird",
            credit="Detail of “Female Mallard Duck Rest 3” by Acarpentier, CC BY 3.0, from Wikimedia Commons; altered.",
        ),
        ("fish", "reptile", "bird", "snail or slug"),
    ),
    GuessQuestion(
        _detail(
            "guess-snake",
            "snake.jpg",
            Crop(left=30, top=240, side=160),
            true_class="reptile",
            credit="Detail of “The Grass Snake” by Darius Bauzys, CC BY 3.0, from Wikimedia Commons; altered.",
        ),
        ("beetle or bug", "butterfly", "fish", "reptile"),
    ),
)
"""Three hard details, in the order in which they are asked: the guide names each rightly, at every ε that is stored."""


def gallery_samples() -> dict[str, Sample]:
    """Return the samples by the keys of their pairs, in the order in which they are shown."""
    known = {s.key: s for s in (*SAMPLES, *MORE_SAMPLES)}
    return {key: known[_SECOND.get(key, key)] for key in GALLERY}


@cache
def stored_pairs() -> dict[str, StoredPair]:
    """Return the stored pairs by their keys, the questions' among them under those of their samples."""
    entries = json.loads(asset("gallery/pairs.json").read_text(encoding="utf-8"))
    return {entry["key"]: StoredPair.read(entry) for entry in entries}
