"""The real neighbours: which pictures of a labelled set are nearest to the original, and which to what was made of it.

The plainest check of a hallucination: where the change carried the picture among pictures of the class, its neighbours
after it show the class; where it painted something else, they do not. Near is what the guide's own features call near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from lwise_core._utils.arrays import FloatImage, Values
from lwise_core._utils.class_names import canonical
from lwise_core._utils.counting import counted
from lwise_core.data.decoding import Batch, Decoded, Decoder
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.penultimate_features import Features

NEAREST = 5
"""So many neighbours of a picture are shown."""

MOST_NEIGHBOURS = 2_000
"""So many pictures of a set are looked at, evenly spread over it."""

AT_ONCE = 32
"""Pictures that go through the guide together."""

_THE_PICTURE_ITSELF = 1 - 1e-5
"""Cosine with the original from which a picture of the set is the original itself, which is no neighbour."""


@dataclass(frozen=True, eq=False)
class Neighbour:
    """One picture of a set: ``image`` ``(3, H, H)`` in [0, 1] as the guide sees it, and its cosine with what was asked.

    ``class_name`` is what its folder says that it shows, empty where nothing says it.
    """

    name: str
    class_name: str
    cosine: float
    image: FloatImage


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest pictures to the original and to what was made of it, the nearest first. Printed, it is a sentence."""

    towards: str
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]
    among: int

    @property
    def stayed(self) -> int:
        """How many neighbours of the original are still there after the change."""
        return len({n.name for n in self.before} & {n.name for n in self.after})

    def __str__(self) -> str:
        """How many of the neighbours show the class, before and after, and how many are the same."""
        before, after = (
            sum(canonical(one.class_name) == canonical(self.towards) for one in found)
            for found in (self.before, self.after)
        )
        shows, does = ("shows" if before == 1 else "show"), ("does" if after == 1 else "do")
        stayed = f"{self.stayed} of them {'is' if self.stayed == 1 else 'are'} near to both"
        return (
            f"Of the {counted(len(self.before), 'real picture')} nearest to the original {before} {shows} "
            f"{self.towards}; of those nearest to what was made of it {after} {does}. {stayed}. "
            f"Compared were {counted(self.among, 'picture')}."
        )


@dataclass(frozen=True, eq=False)
class FeatureIndex:
    """What ``guide`` makes of pictures of a set: ``features`` ``(N, D)`` of length 1, in the order of ``entries``."""

    guide: GuideModel
    pictures: PictureSet
    entries: tuple[PictureEntry, ...]
    features: Values

    def neighbours(self, original: torch.Tensor, changed: torch.Tensor, *, towards: str) -> Neighbours:
        """Return the nearest pictures to ``original`` and to ``changed``, both ``(3, H, H)`` at the guide's size.

        The original itself, where the set holds it, is left out. ``towards`` is the class that is asked about.
        """
        cosines = self.features @ _unit(Features.of(self.guide).read(torch.stack([original, changed]))).T
        others = np.flatnonzero(cosines[:, 0] < _THE_PICTURE_ITSELF)
        before, after = (self._nearest(cosines[:, i], others) for i in range(2))
        return Neighbours(towards, before, after, len(others))

    def _nearest(self, cosines: Values, others: npt.NDArray[np.int64]) -> tuple[Neighbour, ...]:
        chosen = others[np.argsort(-cosines[others], kind="stable")[:NEAREST]]
        seen = Decoder(self.pictures, self.guide.input_size)(Batch(0, tuple(self.entries[i] for i in chosen))).seen
        return tuple(
            Neighbour(self.entries[i].name, self.entries[i].class_name, float(cosines[i]), one.image)
            for i, one in zip(chosen, seen, strict=True)
            if isinstance(one, Decoded)
        )


def entries_among(pictures: PictureSet) -> tuple[PictureEntry, ...]:
    """Return the pictures of a set that are looked at: all, or :data:`MOST_NEIGHBOURS` spread evenly over it.

    Raises:
        DatasetError: There is none.
    """
    found = [entry for entry in pictures.entries() if isinstance(entry, PictureEntry)]
    if not found:
        raise DatasetError(f"“{pictures.name}” holds no picture; choose a folder of class/file.")
    count = min(len(found), MOST_NEIGHBOURS)
    return tuple(found[i * len(found) // count] for i in range(count))


def indexed(guide: GuideModel, pictures: PictureSet, entries: Sequence[PictureEntry]) -> Iterator[FeatureIndex]:
    """Yield what is known of ``entries``, :data:`AT_ONCE` pictures more each time, those left out that cannot be read.

    Raises:
        NoFeatures: The guide's logits are not what a linear layer makes of one list of features.
        StoreUnavailable: What holds the pictures cannot be reached.
        DatasetError: None of them can be read.
    """
    reader, decoder = Features.of(guide), Decoder(pictures, guide.input_size)
    index = FeatureIndex(guide, pictures, (), np.zeros((0, reader.head.in_features)))
    for number, first in enumerate(range(0, len(entries), AT_ONCE)):
        batch = decoder(Batch(number, tuple(entries[first : first + AT_ONCE])))
        read = [(e, s.image) for e, s in zip(batch.batch.entries, batch.seen, strict=True) if isinstance(s, Decoded)]
        if read:
            found = _unit(reader.read(torch.from_numpy(np.stack([image for _, image in read]))))
            more = (*index.entries, *(entry for entry, _ in read))
            index = replace(index, entries=more, features=np.concatenate([index.features, found]))
        yield index
    if not index.entries:
        raise DatasetError(f"No picture of “{pictures.name}” can be read; choose another folder.")


def _unit(features: Values) -> Values:
    """Return ``features`` ``(N, D)`` at length 1, all zero where they were."""
    unit: Values = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    return unit
