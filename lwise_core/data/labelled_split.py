"""One split of a set of labelled pictures, as a trainer and a course read it: every picture by its class and path."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lwise_core.data.archives import TarSet, close_archives
from lwise_core.data.decoding import Unusable, read_bytes
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import DirmapSet, FolderSet

_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR)


def class_of(name: str) -> str:
    """Return the class of a picture by its name ``<class>/<path>``."""
    return name.split("/", 1)[0]


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
        for entry in self._listed():
            name = self._name(entry)
            found.pop(name, None)  # of two members of one name the last counts, in its own place
            found[name] = entry
        if not found:
            raise DatasetError(self._nothing())
        in_archive = any(entry.offset >= 0 for entry in found.values())
        return found if in_archive else dict(sorted(found.items()))

    @property
    def empty_classes(self) -> tuple[str, ...]:
        """Folders of classes that hold no picture."""
        filled = set(map(class_of, self.entries))
        named = self._source.folders() if isinstance(self._source, FolderSet) else ()
        return tuple(name for name in named if name not in filled)

    @property
    def fingerprint(self) -> str:
        """Hash that tells this content from any other: of a tar's bytes, else of what is known without reading."""
        if isinstance(self.pictures, TarSet):
            with self.pictures.file.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        listed = (f"{name}\0{entry.name}\0{entry.state}\n" for name, entry in sorted(self.entries.items()))
        return hashlib.sha256(f"{self.pictures.place}\n{''.join(listed)}".encode()).hexdigest()

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

    def _listed(self) -> Iterator[PictureEntry]:
        if isinstance(self.pictures, DirmapSet) and self.split:
            self.pictures.dirmap.place("split")
        try:
            yield from (e for e in self._source.entries() if isinstance(e, PictureEntry) and self._holds(e))
        except OSError as error:
            if not isinstance(error, FileNotFoundError) and error.errno not in _NO_FOLDER:
                raise
            raise DatasetError(self._nothing()) from error

    @cached_property
    def _source(self) -> PictureSet:
        """The set, or of a folder only the split's: others may hold a million files that are not needed."""
        if isinstance(self.pictures, FolderSet) and self.split:
            return self.pictures.below(self.split)
        return self.pictures

    def _holds(self, entry: PictureEntry) -> bool:
        if isinstance(self.pictures, FolderSet):
            return not entry.split
        every_row = entry.row >= 0 and not self.split
        return every_row or entry.split == self.split

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

    def _nothing(self) -> str:
        if isinstance(self.pictures, DirmapSet):
            return f"“{self._called}” holds no row whose split is “{self.split}”."
        where = f"{self.split}/<class>/<file>" if self.split else "<class>/<file>"
        return f"“{self._called}” holds no files laid out as {where}."

    @property
    def _called(self) -> str:
        """What a person calls the set: its file with the endings, or its folder."""
        place = self.pictures.place
        return self.pictures.name if place is None else place.name
