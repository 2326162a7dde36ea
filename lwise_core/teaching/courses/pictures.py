"""The labelled pictures that a course is made from: a folder, an archive, a dirmap CSV, or the phantom."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lwise_core._utils.file_errors import file_errors
from lwise_core.data.phantom import FAMILIES, draw, population
from lwise_core.data.sources import class_of, source_at
from lwise_core.images.codec import encode_png
from lwise_core.teaching.design.trial_sampling import Candidate

TRAIN, TEST = "train", "val"
_UNSEEN = (
    1000  # populations of different seeds share no creature, and the phantom's guide was trained on that of seed 0
)


@dataclass(frozen=True)
class LabelledFile:
    """The bytes of one picture, untrusted, and what it shows; ``origin`` as in a candidate."""

    name: str
    class_name: str
    split: str
    data: bytes
    origin: str = ""


class Pictures(Protocol):
    """Labelled pictures that can be read more than once."""

    def __len__(self) -> int: ...

    def listed(self) -> Iterator[Candidate]:
        """Yield the pictures without reading them, none harder than another."""

    def __iter__(self) -> Iterator[LabelledFile]: ...


@dataclass(frozen=True)
class FromData:
    """The pictures of ``splits`` in a data set at ``path``; only ``classes`` where they are named.

    A dirmap's column ``lesion_id`` or ``origin`` says which pictures show the same thing.
    """

    path: Path
    splits: Sequence[str]
    classes: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return sum(1 for s in self.splits for n in source_at(self.path, split=s).names if self._wanted(n))

    def __iter__(self) -> Iterator[LabelledFile]:
        origins = _origins(self.path) if self.path.suffix.lower() == ".csv" else {}
        for split in self.splits:
            for name, data in source_at(self.path, split=split).contents():
                if self._wanted(name):
                    file = name.split("/", 1)[1]
                    yield LabelledFile(f"{split}/{name}", class_of(name), split, data, origins.get(file, ""))

    def listed(self) -> Iterator[Candidate]:
        for split in self.splits:
            for name in source_at(self.path, split=split).names:
                if self._wanted(name):
                    yield Candidate(f"{split}/{name}", class_of(name), split, difficulty=0.0)

    def _wanted(self, name: str) -> bool:
        return not self.classes or class_of(name) in self.classes


@dataclass(frozen=True)
class FromPhantom:
    """Creatures of the phantom: so many of each family to learn from and to be tested on."""

    per_class: int = 50
    per_class_in_tests: int = 12
    seed: int = 0
    size: int = 128

    def __len__(self) -> int:
        return len(FAMILIES) * (self.per_class + self.per_class_in_tests)

    def listed(self) -> Iterator[Candidate]:
        for split, count in ((TRAIN, self.per_class), (TEST, self.per_class_in_tests)):
            for family in FAMILIES:
                for i in range(count):
                    yield Candidate(f"{split}/{family}/{i:05d}.png", family, split, difficulty=0.0)

    def __iter__(self) -> Iterator[LabelledFile]:
        first = _UNSEEN + 2 * self.seed
        for split, count, seed in ((TRAIN, self.per_class, first), (TEST, self.per_class_in_tests, first + 1)):
            for i, creature in enumerate(population(per_family=count, seed=seed)):
                family = FAMILIES[creature.family]
                name = f"{split}/{family}/{i % count:05d}.png"
                yield LabelledFile(name, family, split, encode_png(draw(creature, size=self.size)))


def _origins(dirmap: Path) -> Mapping[str, str]:
    """Return the path of each picture → what it shows the same of as others."""
    with file_errors(dirmap), dirmap.open(encoding="utf-8-sig", newline="") as text:
        table = csv.DictReader(text)
        column = next((c for c in ("origin", "lesion_id") if c in (table.fieldnames or ())), None)
        return {row["im_path"]: row[column] or "" for row in table} if column else {}
