"""Many pictures, listed one by one and read in any order: a folder, a glob, a dirmap CSV, a zip or a tar archive.

Unlike :mod:`lwise_core.data.sources`, which reads everything once from front to end, this lets many workers read what
is left of a job. Nothing in a source is trusted: no archive is unpacked to the disk, no name leads outside, and what is
passed over is said. It imports no PyTorch, because the processes that only decode pictures import it.
"""

from __future__ import annotations

import glob
import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Protocol

from lwise_core._utils.errors import LWiseError
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.file_stores import FileStore, LocalStore, StoreUnavailable
from lwise_core.data.sources import DatasetError
from lwise_core.data.zip_members import member_of
from lwise_core.images.codec import MAX_BYTES, ImageRejected, open_photograph
from lwise_core.images.geometry import Crop, FloatImage, see

_DEEPEST = 16  # folders below each other: more is a loop of links


class Labels(StrEnum):
    """Who says what a picture shows: the folder it lies in, a column of the CSV, or the guide, which guesses."""

    FOLDER = "folder"
    COLUMN = "column"
    GUIDE = "guide"


@dataclass(frozen=True)
class PictureEntry:
    """One picture of a set.

    ``name`` is its path inside the set, with slashes; ``class_name`` and ``split`` are empty where nothing says them.
    ``row`` is its row of the CSV, ``offset`` its place in a tar, each −1 where there is none; ``state`` changes when
    the picture does. ``stem`` is what a job calls its results.
    """

    name: str
    class_name: str
    split: str
    state: str
    row: int = -1
    offset: int = -1
    stem: str = ""


class PictureSet(Protocol):
    """Pictures that can be listed without reading them, and read one by one in any order."""

    @property
    def name(self) -> str:
        """What the set is called: the folder that holds the pictures, or the archive."""

    @property
    def place(self) -> Path | None:
        """The folder or file here that the pictures come from, None where they lie on no disk of this machine."""

    def entries(self) -> Iterator[PictureEntry | str]:
        """Yield every picture in an order of its own, and a sentence for everything that is passed over."""

    def read(self, entry: PictureEntry) -> bytes:
        """Return the bytes of a picture, no more than the door would look at.

        Raises:
            StoreUnavailable: What holds the pictures cannot be reached, so it says nothing about this one.
            LWiseError, OSError, EOFError, zlib.error: It cannot be read.
        """


@dataclass(frozen=True)
class FolderSet:
    """Files of a folder, laid out as [split/]class/file, or in any way where the guide is to say the classes."""

    shelf: FileStore
    labels: Labels = Labels.FOLDER

    @property
    def name(self) -> str:
        return self.shelf.name

    @property
    def place(self) -> Path | None:
        return self.shelf.place

    def entries(self) -> Iterator[PictureEntry | str]:
        for path, state in _files_below(self.shelf, PurePosixPath(), deepest=_DEEPEST if self._guess else 3):
            placed = _placed(path.parts, guess=self._guess)
            if placed is None:
                yield f"“{path}” was passed over: it is not laid out as class/file or split/class/file."
            else:
                yield PictureEntry(path.as_posix(), *placed, state)

    def read(self, entry: PictureEntry) -> bytes:
        return _read(self.shelf, entry)

    @property
    def _guess(self) -> bool:
        return self.labels is Labels.GUIDE


@dataclass(frozen=True)
class GlobSet:
    """Files that match ``pattern``, with ``**`` for any depth; the class is the folder that a file lies in."""

    pattern: str
    labels: Labels = Labels.FOLDER

    @property
    def name(self) -> str:
        return self.place.resolve().name

    @property
    def place(self) -> Path:
        """The folder above the first part with a wildcard."""
        parts = Path(self.pattern).parts
        fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
        return Path(*parts[:fixed])

    def entries(self) -> Iterator[PictureEntry | str]:
        root, state = self.place, LocalStore(self.place).states()
        found = (f.relative_to(root) for f in root.glob(str(Path(self.pattern).relative_to(root))) if f.is_file())
        for path in sorted(found, key=lambda p: p.parts):
            if any(part.startswith(".") for part in path.parts):
                continue
            label = path.parent.name or root.resolve().name
            name = path.as_posix()
            yield PictureEntry(name, "" if self.labels is Labels.GUIDE else label, "", state(name))

    def read(self, entry: PictureEntry) -> bytes:
        return _read(LocalStore(self.place), entry)


@dataclass(frozen=True)
class DirmapSet:
    """The rows of a dirmap CSV, in its order; ``column`` says the class, empty where the guide is to say it."""

    dirmap: DirmapFile
    column: str = "class"

    @property
    def name(self) -> str:
        return self.dirmap.shelf.name

    @property
    def place(self) -> Path | None:
        folder = self.dirmap.shelf.place
        return None if folder is None else folder / self.dirmap.name

    def entries(self) -> Iterator[PictureEntry | str]:
        dirmap, state = self.dirmap, self.dirmap.shelf.states()
        label = dirmap.place(self.column) if self.column else None
        split = dirmap.columns.index("split") if "split" in dirmap.columns else None
        for row in dirmap.rows():
            path = dirmap.path_of(row)
            yield PictureEntry(
                path,
                "" if label is None else row.values[label].strip(),
                "" if split is None else row.values[split].strip(),
                state(path),
                row=row.number,
            )

    def read(self, entry: PictureEntry) -> bytes:
        return _read(self.dirmap.shelf, entry)


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


def picture_set(source: str, *, labels: Labels | None = None, column: str = "") -> PictureSet:
    """Return the pictures that ``source`` means: a folder, a dirmap CSV, a zip, a tar, or a pattern with wildcards.

    Args:
        source: A path or a pattern.
        labels: Who says the classes; None for what is usual: the column of a CSV, else the folder.
        column: The column of a CSV that says them, ``class`` where it is empty.

    Raises:
        DatasetError: There is nothing there, or it is none of these, or only a CSV has columns.
    """
    path = Path(source)
    if path.is_file() and path.suffix.lower() == ".csv":
        return DirmapSet(DirmapFile.at(path), label_column(labels, column))
    said_by = folder_labels(labels, column)
    if glob.has_magic(source) and not path.exists():
        return GlobSet(source, said_by)
    return FolderSet(LocalStore(path), said_by) if path.is_dir() else _archive(path, said_by)


def label_column(labels: Labels | None, column: str) -> str:
    """Return the column of a dirmap CSV that says the classes, empty where the guide is to say them.

    Raises:
        DatasetError: The folder was to say them.
    """
    if labels is Labels.FOLDER:
        raise DatasetError("A dirmap CSV says the classes in a column; use --labels column or --labels guide.")
    return "" if labels is Labels.GUIDE else column or "class"


def folder_labels(labels: Labels | None, column: str) -> Labels:
    """Return who says the classes where there are no columns.

    Raises:
        DatasetError: A column was to say them.
    """
    if labels is Labels.COLUMN or column:
        raise DatasetError("Only a dirmap CSV has columns; use --labels folder or --labels guide.")
    return labels or Labels.FOLDER


def _archive(file: Path, labels: Labels) -> PictureSet:
    if not file.is_file():
        raise DatasetError(f"There is no folder, archive or CSV “{file}”.")
    if zipfile.is_zipfile(file):
        return ZipSet(file, labels)
    if tarfile.is_tarfile(file):
        return TarSet(file, labels)
    raise DatasetError(f"“{file.name}” is no dirmap CSV, zip or tar; give a folder, an archive, or a pattern.")


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a guide sees of a picture: ``image`` ``(3, size, size)`` float32 in [0, 1]; ``sha256`` of its file."""

    image: FloatImage
    sha256: str


@dataclass(frozen=True)
class Unusable:
    """Why a picture cannot be used, in a sentence."""

    sentence: str


@dataclass(frozen=True)
class Batch:
    """Pictures that are worked on together: the batch's ``index``, and its entries in the order of the set."""

    index: int
    entries: tuple[PictureEntry, ...]


@dataclass(frozen=True, eq=False)
class DecodedBatch:
    """A batch, and for each of its entries what the guide sees of it, or why it cannot be used."""

    batch: Batch
    seen: tuple[Decoded | Unusable, ...]


@dataclass(frozen=True)
class Decoder:
    """What decodes the pictures of a set for a guide of ``size`` px; goes to other processes."""

    pictures: PictureSet
    size: int

    def __call__(self, batch: Batch) -> DecodedBatch:
        """Return what the guide sees of the central square of every picture, none of them a reason to stop."""
        return DecodedBatch(batch, tuple(_seen(self.pictures, entry, size=self.size) for entry in batch.entries))


def close_archives() -> None:
    """Close the archives that this process has kept open between readings."""
    _archives.close()


def _seen(pictures: PictureSet, entry: PictureEntry, *, size: int) -> Decoded | Unusable:
    try:
        data = pictures.read(entry)
    except StoreUnavailable:
        raise  # it says nothing about the picture, which is read when the job goes on
    except FileNotFoundError:
        return Unusable(f"“{entry.name}” has no file.")
    except (LWiseError, OSError, EOFError, zlib.error) as error:
        return Unusable(f"“{entry.name}” cannot be read ({error}).")
    try:
        photograph = open_photograph(data, name=entry.name)
    except ImageRejected as error:
        return Unusable(str(error))
    square = Crop.central(photograph).of(photograph.pixels)
    return Decoded(see(square, size=size), hashlib.sha256(data).hexdigest())


def _placed(parts: Sequence[str], *, guess: bool) -> tuple[str, str] | None:
    """Return class and split by the folders of a path, None where they do not say them."""
    if guess:
        return "", ""
    match tuple(parts):
        case (name, _):
            return name, ""
        case (split, name, _):
            return name, split
        case _:
            return None


def _member(written: str, state: str, *, labels: Labels, offset: int = -1) -> PictureEntry | str:
    """Return the entry of an archive's member; its name must not lead outside."""
    path = PurePosixPath(written)
    parts = path.parts
    if path.is_absolute() or ".." in parts or "\\" in written or ":" in written:
        return f"“{written}” was passed over: its name leads outside the archive."
    if not parts or any(part.startswith(".") for part in parts):
        return f"“{written}” was passed over: it is hidden."
    placed = _placed(parts, guess=labels is Labels.GUIDE)
    if placed is None:
        return f"“{written}” was passed over: it is not laid out as class/file or split/class/file."
    return PictureEntry(written, *placed, state, offset=offset)


def _files_below(shelf: FileStore, below: PurePosixPath, *, deepest: int) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield path and state of the files below a folder, folder by folder, each sorted by name."""
    for found in shelf.listed(below.as_posix() if below.parts else ""):
        if not found.is_folder:
            yield below / found.name, found.state
        elif deepest == 1:
            yield below / found.name / "…", ""  # what lies too deep is passed over, with one sentence for all of it
        else:
            yield from _files_below(shelf, below / found.name, deepest=deepest - 1)


def _stem(file: Path) -> str:
    """Return the name of an archive without its endings."""
    return file.name.partition(".")[0] or file.name


def _read(shelf: FileStore, entry: PictureEntry) -> bytes:
    return shelf.read(entry.name, at_most=MAX_BYTES + 1)


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
