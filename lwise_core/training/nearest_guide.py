"""The guide to begin with: how well the features of each guide of the catalogue tell a person's own classes apart.

A sample of the pictures is decoded once. Each of them is named by the nearest mean of a class's features, in which it
does not count itself.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch

from lwise_core._utils.arrays import Pixels, Values
from lwise_core._utils.errors import LWiseError
from lwise_core.data.archives import close_archives
from lwise_core.data.decoding import Batch, Decoded, Decoder
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.training_images import LabelledImages
from lwise_core.guides import catalog
from lwise_core.guides.catalog import GuideEntry, GuideStatus
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import Domain
from lwise_core.guides.penultimate_features import Features
from lwise_core.images.geometry import see, to_8_bit
from lwise_core.training.own_pictures import OwnPictures
from lwise_core.training.twin_folds import Positions

SAMPLED_SIZE = 256
"""Side in pixels at which the sample is kept; guides see it smaller."""

_A_CLASS, _IN_ALL = 12, 96  # pictures of the sample
_CHEAP_PIXELS, _CHEAP_BYTES = 160, 40_000_000  # larger guides are not tried: a page waits
_STANDARD_ERRORS = 2  # a guide that is this near the best one may be as good: so few pictures do not tell


@dataclass(frozen=True, eq=False)
class PictureSample:
    """Some pictures: ``pixels`` ``(N, 256, 256, 3)`` uint8, and ``targets`` ``(N,)``, their places in ``classes``."""

    pixels: Pixels
    targets: Positions
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.targets)

    def at(self, size: int) -> torch.Tensor:
        """Return them as a guide of ``size`` px sees them, ``(N, 3, size, size)`` float32 in [0, 1]."""
        return torch.from_numpy(np.stack([see(pixels, size=size) for pixels in self.pixels]))

    def repeated(self, count: int, *, size: int) -> LabelledImages:
        """Return ``count`` images of ``size`` px, the sample's again and again: enough to time training by."""
        pixels = to_8_bit(self.at(size).numpy()).transpose(0, 2, 3, 1)
        rows = np.arange(count, dtype=np.int64) % len(self)
        names = tuple(f"{self.classes[t]}/{i}" for i, t in enumerate(self.targets[rows].tolist()))
        return LabelledImages(np.ascontiguousarray(pixels), rows, self.targets[rows], names, self.classes, "a sample")


@dataclass(frozen=True)
class NearbyGuide:
    """A guide that could be begun with.

    ``separation`` is the balanced accuracy of nearest class means over ``pictures`` of ``classes`` classes, in [0, 1];
    None where it was not tried.
    """

    name: str
    domain: Domain
    input_size: int
    separation: float | None = None
    pictures: int = 0
    classes: int = 0

    def sentence(self) -> str:
        """Return what a person reads of it."""
        if self.separation is None:
            return f"{self.input_size} px; too large to be tried here before it is tuned."
        return (
            f"{self.input_size} px; by its features alone it tells {self.separation:.0%} of {self.pictures} of your "
            f"pictures rightly, where guessing would give {1 / self.classes:.0%}."
        )


@dataclass(frozen=True, eq=False)
class GuideSearch:
    """How far the search is: ``done`` of ``total`` steps. The last one has the ``sample`` and the ``guides``."""

    done: int
    total: int
    sample: PictureSample | None = None
    guides: tuple[NearbyGuide, ...] = ()


def search_guides(pictures: OwnPictures, entries: Sequence[GuideEntry]) -> Generator[GuideSearch]:
    """Decode a sample of ``pictures``, and say how well each usable guide of ``entries`` tells its classes apart.

    Raises:
        DatasetError: Of some class no picture of the sample can be read.
        StoreUnavailable: What holds the pictures cannot be reached.
    """
    usable = [e for e in entries if _is_usable(e)]
    chosen = _sampled(pictures)
    total = len(chosen) + len(usable)
    decoder, seen = Decoder(pictures, SAMPLED_SIZE), list[tuple[Pixels, str]]()
    try:
        for number, entry in enumerate(chosen):
            yield GuideSearch(number, total)
            (found,) = decoder(Batch(number, (entry,))).seen
            if isinstance(found, Decoded):
                seen.append((to_8_bit(found.image).transpose(1, 2, 0), entry.class_name))
    finally:
        close_archives()
    sample = _sample_of(seen, pictures)
    guides = []
    for number, usable_entry in enumerate(usable):
        yield GuideSearch(len(chosen) + number, total)
        guides.append(_nearby(usable_entry, sample))
    yield GuideSearch(total, total, sample, tuple(guides))


def ranked_guides(guides: Sequence[NearbyGuide], *, domain: Domain) -> tuple[NearbyGuide, ...]:
    """Return ``guides``, the nearest first.

    First those whose features tell the pictures apart as well as the best one's, as far as so few pictures can say: of
    them one of the ``domain`` before others, and then the one that sees more pixels. The others follow by how well they
    do it, and last those that were not tried.
    """
    best = max((guide.separation or 0.0 for guide in guides), default=0.0)

    def key(guide: NearbyGuide) -> tuple[bool, bool, int, float]:
        share = -1.0 if guide.separation is None else guide.separation
        error = sqrt(best * (1 - best) / max(1, guide.pictures))
        first = share >= best - _STANDARD_ERRORS * error
        return first, first and guide.domain is domain, guide.input_size if first else 0, share

    return tuple(sorted(guides, key=key, reverse=True))


def separation(features: Values, targets: Positions) -> float:
    """Return the balanced accuracy, in [0, 1], with which the nearest mean of a class names pictures.

    ``features`` ``(N, D)`` are theirs, ``targets`` ``(N,)`` their class indices, two of each class at least. A picture
    does not count in the mean of its own class; every feature is divided by its standard deviation.
    """
    scaled = features / np.maximum(features.std(axis=0), 1e-9)
    count = int(targets.max()) + 1
    own = np.eye(count)[targets]
    sums, sizes = own.T @ scaled, own.sum(axis=0)
    distances = np.stack([np.linalg.norm(scaled - sums[c] / sizes[c], axis=1) for c in range(count)], axis=1)
    without = (sums[targets] - scaled) / (sizes[targets] - 1)[:, None]
    distances[np.arange(len(targets)), targets] = np.linalg.norm(scaled - without, axis=1)
    right = distances.argmin(axis=1) == targets
    return float(np.mean([right[targets == c].mean() for c in range(count)]))


def _is_usable(entry: GuideEntry) -> bool:
    return entry.state is GuideStatus.READY and catalog.fitness_of_entry(entry).state is not Fit.UNFIT


def _sampled(pictures: OwnPictures) -> list[PictureEntry]:
    """Return as many pictures of each class, evenly spread over it."""
    entries = [e for e in pictures.entries() if isinstance(e, PictureEntry)]
    each = max(3, min(_A_CLASS, _IN_ALL // len(pictures.counts)))
    chosen = []
    for name in pictures.counts:
        own = [e for e in entries if e.class_name == name]
        count = min(each, len(own))
        chosen += [own[i * len(own) // count] for i in range(count)]
    return chosen


def _sample_of(seen: Sequence[tuple[Pixels, str]], pictures: OwnPictures) -> PictureSample:
    """Return the sample of the pictures that could be read.

    Raises:
        DatasetError: There are fewer than two of a class.
    """
    classes = tuple(pictures.counts)
    targets = np.array([classes.index(name) for _, name in seen], dtype=np.int64)
    lacking = next((name for i, name in enumerate(classes) if int((targets == i).sum()) < 2), None)
    if lacking is not None:
        raise DatasetError(f"Hardly any picture of “{lacking}” can be read; look at the files in that folder.")
    return PictureSample(np.stack([pixels for pixels, _ in seen]), targets, classes)


def _nearby(entry: GuideEntry, sample: PictureSample) -> NearbyGuide:
    known = entry.card or entry.published
    assert known is not None  # noqa: S101  every entry has the one or the other
    plain = NearbyGuide(entry.name, known.domain, known.input_size)
    card = entry.card
    if card is None or card.input_size > _CHEAP_PIXELS or card.weights.bytes > _CHEAP_BYTES:
        return plain
    try:
        features = Features.of(catalog.load(entry.name))
    except LWiseError:  # what has no features to compare is not proposed first
        return plain
    found = separation(features.read(sample.at(card.input_size)), sample.targets)
    return NearbyGuide(entry.name, card.domain, card.input_size, found, len(sample), len(sample.classes))
