"""One split of a set of labelled pictures, as a trainer and a course read it: every picture by its class and path."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_names import shown
from lwise_core.data.archives import TarSet, close_archives
from lwise_core.data.decoding import Unusable, read_bytes
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.listing import USUAL_SPLITS, passed_over
from lwise_core.data.picture_sets import FolderSet

_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR)
_NAMED = 5


def class_of(name: str) -> str:
    """Return the class of a picture by its name ``<class>/<path>``."""
    return name.split("/", 1)[0]


def told(passed_over: Sequence[str]) -> tuple[str, ...]:
    """Return the first sentences about what was passed over, and how many more there are."""
    more = len(passed_over) - _NAMED
    return (*passed_over[:_NAMED], f"{more:,} more were passed over.") if more > 0 else tuple(passed_over)


def _with_a_class(found: PictureEntry | str) -> PictureEntry | str:
    """Return what was found, a sentence for a row that names no class."""
    if isinstance(found, PictureEntry) and found.row >= 0 and not found.class_name:
        return passed_over(found.name, "nothing says its class")
    return found


@dataclass(frozen=True)
class LabelledSplit:
    """The pictures of ``split``: those below the folder of that name, or whose row says so.

    An empty ``split`` means the pictures that lie in none, or every row of a CSV.
    """

    pictures: PictureSet
    split: str

    @property
    def names(self) -> tuple[str, ...]:
        """The ``<class>/<path>`` of every picture, sorted; the path is a file's name, or what the CSV says."""
        return tuple(sorted(self.entries))

    @cached_property
    def entries(self) -> Mapping[str, PictureEntry]:
        """Name → entry, in the order in which they are read: an archive from front to back, all else by name.

        Raises:
            DatasetError: There is no such picture, or a row names no class.
        """
        found: dict[str, PictureEntry] = {}
        for entry in self._held():
            name = self._name(entry)
            if name in found and found[name].name != entry.name:
                name = f"{entry.class_name}/{entry.name}"  # two folders of one class
            found.pop(name, None)  # of two members of one name the last counts, in its own place
            found[name] = entry
        if not found:
            raise DatasetError(self._nothing(self._listed))
        in_archive = any(entry.offset >= 0 for entry in found.values())
        return found if in_archive else dict(sorted(found.items()))

    @property
    def empty_classes(self) -> tuple[str, ...]:
        """Folders of classes that hold no picture."""
        filled = set(map(class_of, self.entries))
        looked_through = any(entry.split for entry in self.entries.values())
        named = self._source.folders() if isinstance(self._source, FolderSet) and not looked_through else ()
        return tuple(name for name in named if name not in filled)

    @property
    def fingerprint(self) -> str:
        """Hash that tells this content from any other: of a tar's bytes, else of what is known without reading."""
        if isinstance(self.pictures, TarSet):
            with self.pictures.file.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256")
            digest.update("\n".join(self.names).encode())
            return digest.hexdigest()
        listed = (f"{name}\0{entry.name}\0{entry.state}\n" for name, entry in sorted(self.entries.items()))
        return hashlib.sha256(os.fsencode(f"{self.pictures.place}\n{''.join(listed)}")).hexdigest()

    def contents(self, wanted: Callable[[str], bool] = bool) -> Iterator[tuple[str, bytes | Unusable]]:
        """Yield name and bytes of every picture, or why it cannot be read, in the order of ``entries``.

        Args:
            wanted: Whether a picture is to be read, by its name.

        Raises:
            StoreUnavailable: What holds the pictures cannot be reached.
        """
        try:
            for name, entry in self.entries.items():
                if wanted(name):
                    yield name, read_bytes(self._source, entry)
        finally:
            close_archives()

    @property
    def passed_over(self) -> tuple[str, ...]:
        """A sentence for what was passed over in the set."""
        return tuple(found for found in self._listed if isinstance(found, str))

    @cached_property
    def _listed(self) -> tuple[PictureEntry | str, ...]:
        if isinstance(self.pictures, DirmapSet) and self.split:
            self.pictures.dirmap.place("split")
        try:
            return tuple(map(_with_a_class, self._source.entries()))
        except OSError as error:
            if not isinstance(error, FileNotFoundError) and error.errno not in _NO_FOLDER:
                raise
            raise DatasetError(self._nothing(())) from error

    def _held(self) -> Iterator[PictureEntry]:
        """Yield the pictures of the split; where it is empty, also those in one folder that is called like no split."""
        entries = [found for found in self._listed if isinstance(found, PictureEntry)]
        splits = {entry.split for entry in entries}
        around = not self.split and len(splits) == 1 and canonical(next(iter(splits))) not in USUAL_SPLITS
        return (entry for entry in entries if around or self._holds(entry))

    @cached_property
    def _source(self) -> PictureSet:
        """The set, or of a folder only the split's: others may hold a million files that are not needed."""
        part = self.pictures.part(self.split) if isinstance(self.pictures, FolderSet) and self.split else None
        return self.pictures if part is None else part

    def _holds(self, entry: PictureEntry) -> bool:
        if self._source is not self.pictures:
            return not entry.split
        every_row = entry.row >= 0 and not self.split
        return every_row or canonical(entry.split) == canonical(self.split)

    def _name(self, entry: PictureEntry) -> str:
        if entry.row >= 0:
            if not entry.class_name or "/" in entry.class_name:
                raise DatasetError(
                    f"“{self._called}” calls a class “{entry.class_name}”; a class needs a name without slashes."
                )
            return f"{entry.class_name}/{entry.name}"
        if isinstance(self.pictures, FolderSet) or entry.offset >= 0:
            return f"{entry.class_name}/{entry.name.rsplit('/', 1)[-1]}"
        return entry.name if class_of(entry.name) == entry.class_name else f"{entry.class_name}/{entry.name}"

    def _nothing(self, listed: Sequence[PictureEntry | str]) -> str:
        """Return the sentence that says that there is no such picture, what there is instead, or why."""
        if isinstance(self.pictures, DirmapSet):
            said = f"“{self._called}” holds no row whose split is “{self.split}”"
        else:
            where = f"{self.split}/<class>/<file>" if self.split else "<class>/<file>"
            said = f"“{self._called}” holds no files laid out as {where}"
        others = sorted({e.split for e in listed if isinstance(e, PictureEntry) and e.split})
        if others:
            return f"{said}; its splits are {', '.join(f'“{s}”' for s in others[:_NAMED])}."
        why = next((sentence for sentence in listed if isinstance(sentence, str)), "")
        return f"{said}: {why}" if why else f"{said}."

    @property
    def _called(self) -> str:
        """What a person calls the set: its file with the endings, or its folder."""
        place = self.pictures.place
        return self.pictures.name if place is None else shown(place.name)
