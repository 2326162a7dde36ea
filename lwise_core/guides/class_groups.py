"""Groups of a guide's classes: which fine classes count as which of one's own, from a CSV or as the paper has them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lwise_core._utils.class_names import UnknownClass, canonical, nearest
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import read_file
from lwise_core.guides.class_lists import IMAGENET_CLASSES, imagenet_classes, imagenet_synonyms, imagenet_synsets

IMAGENET_ANIMALS = "imagenet-animals"
"""The name of the paper's sixteen groups, which need no file."""

MAX_CLASS_GROUPS_BYTES = 5_000_000
"""Largest file that is read."""

_LONGEST_NAME = 200
_MOST_PLACES = 4_000_000  # groups × classes of the largest: a guide of groups has a number for each (GroupedNetwork)
_GROUP = ("group", "superclass")
_INDEX = ("index", "class num", "class index", "number")
_SYNSET = ("wnid", "wordnet id", "synset")
_CLASS = ("class", "class name", "fine class", "name")

# ImageNet Animals by indices of ImageNet's 1,000 classes, ends included, in the order of the paper's class numbers
# (L-WISE, robustness/tools/constants.py, IMAGENET_16_RANGES). Every class of a range belongs to its group, as in the
# official data set; the official model wrapper seems to take only the two ends of some (method notes 1.5).
_ANIMALS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "dog": ((151, 268),),
    "house cat": ((281, 285),),
    "frog": ((30, 32),),
    "turtle": ((33, 37),),
    "bird": ((80, 100), (127, 146)),
    "monkey": ((369, 382),),
    "fish": ((0, 1), (389, 389), (391, 397)),
    "crab": ((118, 121),),
    "insect": ((300, 320),),
    "lizard": ((38, 48),),
    "snake": ((52, 68),),
    "spider": ((72, 77),),
    "big cat": ((286, 293),),
    "bear": ((294, 297),),
    "rodent": ((330, 333), (335, 336), (338, 338)),
    "antelope": ((351, 353),),
}


class ClassGroupsError(LWiseError):
    """A mapping of classes to groups that cannot be used. The message is one sentence."""


@dataclass(frozen=True)
class ClassGroups:
    """Groups of classes in their order: ``members`` has the class indices of each, by its name.

    ``name`` is what the mapping is called. A class is in one group at most; those in none are dropped.
    """

    name: str
    members: Mapping[str, tuple[int, ...]]

    @property
    def sha256(self) -> str:
        """Hash of the mapping: of a line “index,group” for each class, by group; the same from whichever file it is."""
        lines = (f"{index},{group}\n" for group, indices in self.members.items() for index in indices)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def class_groups_at(source: str | Path, *, classes: Sequence[str]) -> ClassGroups:
    """Return the groups that ``source`` means for a guide of these ``classes``: the paper's by their name, or a CSV's.

    Raises:
        ClassGroupsError: They do not fit the guide, or it is no such file.
        UnknownClass: The guide has no class that the file names.
        FileError: The file cannot be read.
    """
    if canonical(str(source)) == canonical(IMAGENET_ANIMALS):
        return imagenet_animals(classes)
    path = Path(source)
    return read_class_groups(read_file(path, at_most=MAX_CLASS_GROUPS_BYTES + 1), name=path.stem, classes=classes)


def imagenet_animals(classes: Sequence[str]) -> ClassGroups:
    """Return the paper's ImageNet Animals, sixteen groups of 277 of ImageNet's classes.

    Raises:
        ClassGroupsError: ``classes`` are not ImageNet's 1,000 in their usual order.
    """
    if not _are_imagenets(classes):
        raise ClassGroupsError(
            f"The groups “{IMAGENET_ANIMALS}” are of ImageNet's {IMAGENET_CLASSES:,} classes, and this guide has "
            "others; give a CSV of groups."
        )
    members = {
        group: tuple(index for first, last in ranges for index in range(first, last + 1))
        for group, ranges in _ANIMALS.items()
    }
    return ClassGroups(IMAGENET_ANIMALS, members)


def read_class_groups(content: bytes, *, name: str, classes: Sequence[str]) -> ClassGroups:
    """Return the groups in a CSV, UTF-8, with a column ``group`` and one or more of ``class``, ``index`` and ``wnid``.

    A row puts one class into a group, an empty group drops it; classes without a row are dropped too. Groups keep the
    order of their first rows, and their names are compared as class names are. ImageNet's classes may also be named by
    their synonyms, as far as these mean one class.

    Args:
        content: The file.
        name: What the mapping is called.
        classes: Those of the guide, in the order of its outputs.

    Raises:
        ClassGroupsError: It is no such file, names a class twice or in two ways, has fewer than two groups, or so many
            beside so large a one that the guide of groups would take too much room.
        UnknownClass: The guide has no such class.
    """
    rows = _rows(content)
    columns = _Columns.of(rows[0], classes)
    members: dict[str, list[int]] = {}
    spelled: dict[str, str] = {}
    taken: set[int] = set()
    for row in rows:
        index, group = columns.index(row), row[columns.group].strip()
        if index in taken:
            raise ClassGroupsError(f"The class “{classes[index]}” has two rows; give it one.")
        taken.add(index)
        if group:
            members.setdefault(spelled.setdefault(canonical(group), _checked(group)), []).append(index)
    longest = max(map(len, members.values()), default=0)
    if len(members) * longest > _MOST_PLACES:
        raise ClassGroupsError(
            f"{len(members):,} groups of up to {longest:,} classes take too much room; make fewer groups, or smaller "
            "ones."
        )
    if len(members) < 2:
        raise ClassGroupsError(f"There are {len(members)} groups in the file, and a guide needs at least two classes.")
    return ClassGroups(name, {group: tuple(sorted(indices)) for group, indices in members.items()})


_Way = Callable[[str], int | None]
"""Which class a cell means, None where it means none."""


@dataclass(frozen=True)
class _Columns:
    """Which columns of a file say the group and the class, and how each way of naming a class is read."""

    group: str
    ways: Mapping[str, _Way]
    classes: Sequence[str]

    @classmethod
    def of(cls, heading: Iterable[str], classes: Sequence[str]) -> _Columns:
        names = {canonical(name): name for name in heading}
        group = _first(names, _GROUP)
        kinds = ((_INDEX, _by_index), (_SYNSET, _by_synset), (_CLASS, _by_name))
        ways = {column: way(classes) for aliases, way in kinds if (column := _first(names, aliases))}
        if group is None or not ways:
            raise ClassGroupsError(
                "A CSV of groups needs the column “group” and one of “class”, “index” and “wnid”; name its columns so."
            )
        return cls(group, ways, classes)

    def index(self, row: Mapping[str, str]) -> int:
        """Return the class index that a row means.

        Raises:
            UnknownClass: There is none.
            ClassGroupsError: Its columns mean two.
        """
        found = {column: self._read(row[column].strip(), way) for column, way in self.ways.items()}
        if len(set(found.values())) > 1:
            (one, first), (other, second) = list(found.items())[:2]
            raise ClassGroupsError(
                f"“{row[one][:40]}” in the column “{one}” is the class “{self.classes[first]}”, and beside it "
                f"“{row[other][:40]}” is “{self.classes[second]}”; correct one of them."
            )
        return next(iter(found.values()))

    def _read(self, written: str, way: _Way) -> int:
        index = way(written)
        if index is None:
            hint = nearest(written[:_LONGEST_NAME], self.classes)
            meant = f" Did you mean {', '.join(f'“{c}”' for c in hint)}?" if hint else ""
            raise UnknownClass(f"This guide has no class “{written[:_LONGEST_NAME]}”, which the groups name.{meant}")
        return index


def _first(names: Mapping[str, str], aliases: Iterable[str]) -> str | None:
    return next((names[canonical(alias)] for alias in aliases if canonical(alias) in names), None)


def _by_index(classes: Sequence[str]) -> _Way:
    return {str(i): i for i in range(len(classes))}.get


def _by_name(classes: Sequence[str]) -> _Way:
    """Return how names are read; the guide's own go before synonyms."""
    synonyms = imagenet_synonyms() if _are_imagenets(classes) else {}
    known = {canonical(s): i for s, i in synonyms.items()} | {canonical(c): i for i, c in enumerate(classes)}
    return lambda written: known.get(canonical(written))


def _by_synset(classes: Sequence[str]) -> _Way:
    if not _are_imagenets(classes):
        raise ClassGroupsError(
            f"WordNet ids stand for ImageNet's {IMAGENET_CLASSES:,} classes, and this guide has others; name them by "
            "“class” or “index”."
        )
    return {synset: i for i, synset in enumerate(imagenet_synsets())}.get


def _are_imagenets(classes: Sequence[str]) -> bool:
    return len(classes) == IMAGENET_CLASSES and tuple(classes) == imagenet_classes()


def _rows(content: bytes) -> list[dict[str, str]]:
    if len(content) > MAX_CLASS_GROUPS_BYTES:
        raise ClassGroupsError(
            f"The CSV of groups is larger than {MAX_CLASS_GROUPS_BYTES // 1_000_000} MB; it needs a line a class."
        )
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ClassGroupsError("The file of groups is not a CSV in UTF-8; save it as one.") from error
    if not rows or any(None in row or None in row.values() for row in rows):
        raise ClassGroupsError("The CSV of groups has no rows, or rows with more or fewer cells than its heading.")
    return rows


def _checked(group: str) -> str:
    if len(group) > _LONGEST_NAME or not group.isprintable():
        raise ClassGroupsError(f"The name of a group must hold 1 to {_LONGEST_NAME} readable characters.")
    return group
