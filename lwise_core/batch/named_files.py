"""Files that are ranked in memory: uploads, those of a zip that was handed over, and those of any set of pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lwise_core.data.archives import ZipInMemory, close_archives, unpacked_size
from lwise_core.data.decoding import Unusable, read_bytes
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.folder_labels import folder_of
from lwise_core.data.listing import is_called_as_a_split
from lwise_core.images.codec import OpenFile, open_photograph

LARGEST_ZIP = 500_000_000
"""Bytes that a zip may unpack to; what is larger is for a folder on the server, or the shell."""

MOST_FILES = 20_000

_IN_DIRECTORY = b"PK\x01\x02"  # before each member in a zip's directory
_BESIDE = 3  # members for each photograph: folders, and what systems put beside it


@dataclass(frozen=True)
class NamedFile:
    """The bytes of one file, untrusted, or a sentence on why it is ``unusable``.

    ``name`` is its path as the person knows it, for display only.
    """

    name: str
    data: bytes
    unusable: str = ""

    @property
    def folder(self) -> str:
        """The folder that it lies in, which is its label; empty without one."""
        return folder_of(self.name)


@dataclass(frozen=True)
class NamedFiles:
    """The pictures of a set; each iteration reads them anew. ``passed_over`` are sentences about its other files."""

    pictures: PictureSet
    entries: tuple[PictureEntry, ...]
    passed_over: tuple[str, ...] = ()

    @classmethod
    def of(cls, pictures: PictureSet) -> NamedFiles:
        """Return the files of a set, in its order.

        Raises:
            DatasetError: It cannot be listed.
        """
        found = tuple(pictures.entries())
        entries = tuple(e for e in found if isinstance(e, PictureEntry))
        return cls(pictures, entries, tuple(e for e in found if isinstance(e, str)))

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the files, before any is read; each lies in the folder that names its class."""
        names = tuple(map(_path_of, self.entries))
        times = Counter(names)
        return tuple(n if times[n] == 1 else _with_folders(e) for n, e in zip(names, self.entries, strict=True))

    def __iter__(self) -> Iterator[NamedFile]:
        try:
            for name, entry in zip(self.names, self.entries, strict=True):
                data = read_bytes(self.pictures, entry)
                yield NamedFile(name, b"", data.sentence) if isinstance(data, Unusable) else NamedFile(name, data)
        finally:
            close_archives()


def files_in_zip(data: bytes, *, called: str, open_file: OpenFile = open_photograph) -> NamedFiles:
    """Return the files of a zip that a person calls so, sorted by name; nothing is unpacked to the disk.

    ``open_file`` opens its pictures for whoever works on them as a set.

    Raises:
        DatasetError: It is not a zip, holds too many files, or would unpack to too much.
    """
    if data.count(_IN_DIRECTORY) > _BESIDE * MOST_FILES:  # before an object is made of each
        raise _too_much(called)
    found = NamedFiles.of(ZipInMemory(data, called, open_file))
    if len(found.entries) > MOST_FILES or sum(unpacked_size(e.state) for e in found.entries) > LARGEST_ZIP:
        raise _too_much(called)
    return replace(found, entries=tuple(sorted(found.entries, key=lambda e: e.name)))


def _too_much(called: str) -> DatasetError:
    return DatasetError(
        f"“{called}” holds more than {MOST_FILES:,} files or {LARGEST_ZIP // 10**6} MB; use a folder on the server, or "
        "the shell: python -m lwise_core score-set --help."
    )


def _path_of(entry: PictureEntry) -> str:
    """Return the path of a picture, or where its folder is not its class, its name below the class.

    A split stays in the name: two of a class may have a picture of one name each.
    """
    folder = folder_of(entry.name)
    if folder == entry.class_name:
        return entry.name
    name = PurePosixPath(entry.name).name
    name = f"{folder}_{name}" if is_called_as_a_split(folder) else name
    return f"{entry.class_name}/{name}" if entry.class_name else name


def _with_folders(entry: PictureEntry) -> str:
    """Return the name of a picture below its class with the folders that it lies in, which tell it from another."""
    name = entry.name.replace("/", "_")
    return f"{entry.class_name}/{name}" if entry.class_name else name
