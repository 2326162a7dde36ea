"""The labelled pictures that a course is made from: a set of them, a zip that was handed over, or the phantom."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from lwise_core._utils.class_names import canonical
from lwise_core.batch.named_files import NamedFiles
from lwise_core.data.decoding import Unusable
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import PictureSet
from lwise_core.data.folder_labels import folder_of
from lwise_core.data.labelled_split import LabelledSplit, class_of
from lwise_core.data.phantom import FAMILIES, draw, population
from lwise_core.images.codec import encode_png
from lwise_core.teaching.design.trial_sampling import Candidate

TRAIN, TEST = "train", "val"

TESTED = 5
"""Where nobody has split the pictures, every fifth one of a class is kept for the test."""

_UNSEEN = (
    1000  # populations of different seeds share no creature, and the phantom's guide was trained on that of seed 0
)

_UNKNOWN = frozenset({"na", "n/a", "#n/a", "nan", "none", "null", "nil", "unknown", "missing", "-", "–", "—", "?", "."})
"""What is written for an origin that is not known: pictures that share it share nothing."""


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

    def __iter__(self) -> Iterator[LabelledFile | Unusable]:
        """Yield every picture, or why it cannot be read."""


@dataclass(frozen=True)
class FromData:
    """The pictures of ``splits`` of a set; only ``classes`` where they are named.

    A dirmap's column ``lesion_id`` or ``origin`` says which pictures show the same thing.
    """

    pictures: PictureSet
    splits: Sequence[str]
    classes: frozenset[str] = field(default=frozenset(), repr=False)  # which has another order in every process

    def __len__(self) -> int:
        return sum(1 for part in self._parts for name in part.entries if self._wanted(name))

    def __iter__(self) -> Iterator[LabelledFile | Unusable]:
        for part in self._parts:
            for name, data in part.contents(self._wanted):
                origin = self._origin_of.get(part.entries[name].row, "")
                file = f"{part.split}/{name}", class_of(name), part.split
                yield data if isinstance(data, Unusable) else LabelledFile(*file, data, origin)

    def listed(self) -> Iterator[Candidate]:
        for part in self._parts:
            for name in filter(self._wanted, part.names):
                origin = self._origin_of.get(part.entries[name].row, "")
                yield Candidate(f"{part.split}/{name}", class_of(name), part.split, difficulty=0.0, origin=origin)

    @cached_property
    def _origin_of(self) -> Mapping[int, str]:
        return _origins(self.pictures.dirmap) if isinstance(self.pictures, DirmapSet) else {}

    @cached_property
    def _parts(self) -> tuple[LabelledSplit, ...]:
        return tuple(LabelledSplit(self.pictures, split) for split in self.splits)

    @property
    def passed_over(self) -> tuple[str, ...]:
        """A sentence for what is passed over in the set."""
        return tuple(dict.fromkeys(sentence for part in self._parts for sentence in part.passed_over))

    def _wanted(self, name: str) -> bool:
        return not self.classes or canonical(class_of(name)) in set(map(canonical, self.classes))


@dataclass(frozen=True)
class FromZip:
    """The photographs of a zip that a person handed over, a folder for each of ``classes``; every fifth is for tests.

    ``key`` tells the zip from every other.
    """

    files: NamedFiles = field(repr=False, compare=False)
    key: str
    classes: tuple[str, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Folder → how many photographs it holds, by name, of all folders."""
        return dict(sorted(Counter(map(folder_of, self.files.names)).items()))

    def __len__(self) -> int:
        return len(self._splits)

    def listed(self) -> Iterator[Candidate]:
        for name, split in self._splits.items():
            yield Candidate(f"{split}/{name}", folder_of(name), split, difficulty=0.0)

    def __iter__(self) -> Iterator[LabelledFile | Unusable]:
        for file in self.files:
            split = self._splits.get(file.name)
            if split is None:
                continue
            if file.unusable:
                yield Unusable(file.unusable)
            else:
                yield LabelledFile(f"{split}/{file.name}", file.folder, split, file.data)

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        """Name → split: by the hash of the name, so that the tests are no harder than the rest."""
        met: Counter[str] = Counter()
        found = {}
        for name in sorted(self.files.names, key=lambda n: hashlib.sha256(n.encode(errors="replace")).hexdigest()):
            if (folder := folder_of(name)) in self.classes:
                found[name] = TEST if met[folder] % TESTED == TESTED - 1 else TRAIN
                met[folder] += 1
        return found


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


def _origins(dirmap: DirmapFile) -> Mapping[int, str]:
    """Return the number of each row → what its picture shows the same of as others, empty where that is not known."""
    column = next((c for c in ("origin", "lesion_id") if c in dirmap.columns), None)
    if column is None:
        return {}
    place = dirmap.place(column)
    origins = {row.number: row.values[place].strip() for row in dirmap.rows()}
    return {number: "" if origin.casefold() in _UNKNOWN else origin for number, origin in origins.items()}
