"""Zip and tar archives of labelled pictures, read without unpacking anything to the disk.

No name of a member leads outside, and what is passed over is said. It imports no PyTorch, as the processes that only
decode pictures import it.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lwise_core.data.entries import Labels, PictureEntry, placed
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.zip_members import member_of
from lwise_core.images.codec import MAX_BYTES


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
        for member in _zip(self.file).infolist():
            if not member.is_dir():
                yield _member(member.filename, f"{member.CRC}:{member.file_size}", labels=self.labels)

    def read(self, entry: PictureEntry) -> bytes:
        return member_of(_zip(self.file), entry.name, at_most=MAX_BYTES + 1)


@dataclass(frozen=True)
class TarSet(_ArchiveSet):
    """A tar archive, compressed or not, that holds [split/]class/file, in its order."""

    def entries(self) -> Iterator[PictureEntry | str]:
        try:
            with tarfile.open(self.file) as archive:
                while (member := archive.next()) is not None:
                    vars(archive)["members"] = []  # tarfile remembers every member, a kilobyte each
                    if member.isreg() and not member.issparse():
                        yield _member(member.name, str(member.size), labels=self.labels, offset=member.offset_data)
                    elif not member.isdir():
                        yield f"“{member.name}” was passed over: it is no ordinary file."
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise DatasetError(f"“{self.file.name}” is not an archive that can be read to its end.") from error

    def read(self, entry: PictureEntry) -> bytes:
        stream = _tar(self.file).fileobj
        assert stream is not None  # noqa: S101  an open archive has one
        stream.seek(entry.offset)  # forward in a compressed archive, as batches are read in the order of the archive
        return stream.read(min(int(entry.state), MAX_BYTES + 1))


def close_archives() -> None:
    """Close the archives that this process has kept open between readings."""
    _archives.close()


def _member(written: str, state: str, *, labels: Labels, offset: int = -1) -> PictureEntry | str:
    """Return the entry of an archive's member; its name must not lead outside."""
    path = PurePosixPath(written)
    parts = path.parts
    if path.is_absolute() or ".." in parts or "\\" in written or ":" in written:
        return f"“{written}” was passed over: its name leads outside the archive."
    if not parts or any(part.startswith(".") for part in parts):
        return f"“{written}” was passed over: it is hidden."
    where = placed(parts, guess=labels is Labels.GUIDE)
    if where is None:
        return f"“{written}” was passed over: it is not laid out as class/file or split/class/file."
    return PictureEntry(written, *where, state, offset=offset)


def _stem(file: Path) -> str:
    """Return the name of an archive without its endings."""
    return file.name.partition(".")[0] or file.name


def _zip(file: Path) -> zipfile.ZipFile:
    return _archives.zip(file)


def _tar(file: Path) -> tarfile.TarFile:
    return _archives.tar(file)


class _Archives:
    """The archives that this process has open: to open one anew for every picture would read it from its start."""

    def __init__(self) -> None:
        self._zips: dict[tuple[Path, str], zipfile.ZipFile] = {}
        self._tars: dict[tuple[Path, str], tarfile.TarFile] = {}

    def zip(self, file: Path) -> zipfile.ZipFile:
        key = file, LocalStore(file.parent).states()(file.name)
        if key not in self._zips:
            try:
                self._zips[key] = zipfile.ZipFile(file)
            except zipfile.BadZipFile as error:
                raise DatasetError(f"“{file.name}” is not a zip archive that can be read.") from error
        return self._zips[key]

    def tar(self, file: Path) -> tarfile.TarFile:
        key = file, LocalStore(file.parent).states()(file.name)
        if key not in self._tars:
            self._tars[key] = tarfile.open(file)  # noqa: SIM115 - closed by close()
        return self._tars[key]

    def close(self) -> None:
        for packed in self._zips.values():
            packed.close()
        for archive in self._tars.values():
            archive.close()
        self._zips.clear()
        self._tars.clear()


_archives = _Archives()
