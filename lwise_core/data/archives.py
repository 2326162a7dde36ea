"""Zip and tar archives of labelled pictures, read without unpacking anything to the disk.

No name of a member leads outside, and what is passed over is said. It imports no PyTorch, as the processes that only
decode pictures import it.
"""

from __future__ import annotations

import re
import tarfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_names import composed, shown
from lwise_core.data.entries import Labels, PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.folder_labels import folder_of
from lwise_core.data.listing import FoundFile, PassedOver, entries_of, is_called_as_a_split, passed_over
from lwise_core.data.lists_beside import MAX_LIST_BYTES, HandedList, listed_classes, may_be_a_list
from lwise_core.data.system_files import is_somebodys, may_be_a_picture
from lwise_core.data.tar_headers import TAR_DAMAGED, open_tar
from lwise_core.data.zip_directory import ZipDirectory, open_zip
from lwise_core.images.codec import MAX_BYTES, OpenFile, open_photograph

_DRIVE = re.compile("[A-Za-z]:")
_OUTSIDE = "outside the archive; unpack it, and give the folder instead"


@dataclass(frozen=True)
class _ArchiveSet:
    """What a zip and a tar have in common: one file that is named for itself."""

    file: Path
    labels: Labels = Labels.FOLDER

    @property
    def name(self) -> str:
        return _stem(self.file)

    @property
    def place(self) -> Path:
        return self.file


@dataclass(frozen=True)
class ZipSet(_ArchiveSet):
    """A zip archive that holds [split/]class/file, in the order of its directory."""

    def entries(self) -> Iterator[PictureEntry | str]:
        yield from entries_of(_contained(_zip(self.file)), guess=self.labels is Labels.GUIDE)

    def read(self, entry: PictureEntry) -> bytes:
        return _zip(self.file).read(entry.offset, entry.name, at_most=MAX_BYTES + 1)


@dataclass(frozen=True)
class ZipInMemory:
    """The bytes of a zip that a person calls so, laid out in any way: the class is the folder that a file lies in.

    Where that is a split within a class, the class is; where it is a split without classes, there is none; and where
    a list beside the pictures says more classes than there are folders, theirs count. It comes from somebody else:
    ``open_file`` opens its pictures, as :func:`open_photograph` does.
    """

    data: bytes
    called: str
    open_file: OpenFile = open_photograph

    @property
    def name(self) -> str:
        return _stem(Path(self.called))

    @property
    def place(self) -> None:
        return None

    def entries(self) -> Iterator[PictureEntry | str]:
        laid_out = entries_of(_contained(self._opened), guess=False)
        classes = {entry.name: entry.class_name for entry in laid_out if isinstance(entry, PictureEntry)}
        listed = listed_classes(tuple(self._lists()), tuple(classes))
        if listed is not None:
            yield listed.sentence(len(classes))
        of_lists = frozenset(() if listed is None else listed.lists)
        found = (f for f in _contained(self._opened) if isinstance(f, str) or f.path not in of_lists)
        for entry in entries_of(found, guess=True):
            if isinstance(entry, str):
                yield entry
            else:
                said = _class_of(entry.name, classes) if listed is None else listed.class_of(entry.name)
                yield replace(entry, class_name=said)

    def _lists(self) -> Iterator[HandedList]:
        """Yield the lists that lie in it, as far as they can be read."""
        for file in _contained(self._opened):
            if isinstance(file, str) or not may_be_a_list(file.path, size=unpacked_size(file.state)):
                continue
            with suppress(LWiseError):
                data = self._opened.read(file.offset, file.path, at_most=MAX_LIST_BYTES + 1)
                yield HandedList(file.path, data[:MAX_LIST_BYTES])

    def read(self, entry: PictureEntry) -> bytes:
        return self._opened.read(entry.offset, entry.name, at_most=MAX_BYTES + 1)

    @cached_property
    def _opened(self) -> ZipDirectory:
        return open_zip(self.data, called=self.called)


@dataclass(frozen=True)
class TarSet(_ArchiveSet):
    """A tar archive, compressed or not, that holds [split/]class/file, in its order."""

    def entries(self) -> Iterator[PictureEntry | str]:
        try:
            yield from entries_of(_inside(self._members()), guess=self.labels is Labels.GUIDE)
        except (*TAR_DAMAGED, OSError) as error:
            raise DatasetError(f"“{shown(self.file.name)}” is not an archive that can be read to its end.") from error

    def _members(self) -> Iterator[FoundFile | str]:
        with open_tar(self.file) as archive:
            while (member := archive.next()) is not None:
                vars(archive)["members"] = []  # tarfile remembers every member, a kilobyte each
                if member.isreg() and not member.issparse():
                    yield FoundFile(member.name.partition("\0")[0], str(member.size), member.offset_data)
                elif not member.isdir() and is_somebodys(member.name):
                    yield passed_over(member.name, _why_not_read(member))

    def read(self, entry: PictureEntry) -> bytes:
        stream = _tar(self.file).fileobj
        assert stream is not None  # noqa: S101  an open archive has one
        stream.seek(entry.offset)  # forward in a compressed archive, as batches are read in the order of the archive
        return stream.read(min(int(entry.state), MAX_BYTES + 1))


def _why_not_read(member: tarfile.TarInfo) -> str:
    """Return why a member that is no folder is passed over."""
    if member.islnk() or member.issym():
        return "it is a link to another file; unpack the archive, and give the folder instead"
    return "it is no ordinary file"


def is_tar(file: Path) -> bool:
    """Return whether ``file`` begins as a tar archive does."""
    try:
        open_tar(file).close()
    except TAR_DAMAGED:
        return False
    return True


def close_archives() -> None:
    """Close the archives that this thread has kept open between readings."""
    _archives.close()


def _contained(directory: ZipDirectory) -> Iterator[FoundFile | str]:
    return _inside(directory.files())


def unpacked_size(state: str) -> int:
    """Return the bytes that a member of a zip claims to unpack to, by the state of its entry."""
    return int(state.partition(":")[2])


def _inside(members: Iterable[FoundFile | str]) -> Iterator[FoundFile | str]:
    """Yield what lies inside the archive, and a sentence for pictures whose names lead outside, as of ``tar -P``."""
    outside = PassedOver(f"its name leads {_OUTSIDE}", f"their names lead {_OUTSIDE}")
    for found in members:
        if isinstance(found, str) or not _leads_outside(found.path):
            yield found
        elif is_somebodys(found.path.replace("..", "up")) and may_be_a_picture(found.path):
            outside.add(found.path)
    yield from outside.sentence()


def _class_of(name: str, classes: Mapping[str, str]) -> str:
    """Return the folder that a file lies in; where that is called as a split, its class among ``classes``, or none."""
    folder = folder_of(name)
    return composed(classes.get(name, "")) if is_called_as_a_split(folder) else folder


def _leads_outside(written: str) -> bool:
    """Whether a member's name is absolute, begins with a drive or leads up, here or where backslashes part folders."""
    path = PurePosixPath(written.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or _DRIVE.match(written) is not None


def _stem(file: Path) -> str:
    """Return the name of an archive without its endings."""
    return shown(file.name.partition(".")[0] or file.name)


def _zip(file: Path) -> ZipDirectory:
    return _archives.zip(file)


def _tar(file: Path) -> tarfile.TarFile:
    return _archives.tar(file)


class _Archives(threading.local):
    """The archives that this thread has open: to open one anew for every picture would read it from its start.

    Another thread that reads the same tar would move its place under this one's hands.
    """

    def __init__(self) -> None:
        super().__init__()
        self._zips: dict[tuple[Path, str], ZipDirectory] = {}
        self._tars: dict[tuple[Path, str], tarfile.TarFile] = {}

    def zip(self, file: Path) -> ZipDirectory:
        key = file, LocalStore(file.parent).states()(file.name)
        if key not in self._zips:
            self._zips[key] = open_zip(file, called=shown(file.name))
        return self._zips[key]

    def tar(self, file: Path) -> tarfile.TarFile:
        key = file, LocalStore(file.parent).states()(file.name)
        if key not in self._tars:
            self._tars[key] = open_tar(file)
        return self._tars[key]

    def close(self) -> None:
        for packed in self._zips.values():
            packed.close()
        for archive in self._tars.values():
            archive.close()
        self._zips.clear()
        self._tars.clear()


_archives = _Archives()
