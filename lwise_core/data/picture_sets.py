"""Sets of labelled pictures: a folder, files that match a pattern, a dirmap CSV; and what an address means.

Nothing in a source is trusted: no name leads outside, and what is passed over is said. It imports no PyTorch, as the
processes that only decode pictures import it.
"""

from __future__ import annotations

import glob
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_errors import file_errors
from lwise_core._utils.file_names import composed, is_text, shown
from lwise_core.data.archives import TarSet, ZipSet, is_tar
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import LISTS, DirmapSet
from lwise_core.data.entries import Labels, PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import FileStore, LocalStore
from lwise_core.data.folder_labels import folder_of
from lwise_core.data.list_columns import CLASS, PATH
from lwise_core.data.listing import USUAL_SPLITS, FoundFile, entries_of, passed_over
from lwise_core.data.system_files import is_somebodys
from lwise_core.images.codec import MAX_BYTES

LAYOUTS = (
    "A folder laid out as [split/]class/file, a dirmap CSV, a zip or tar of such a folder, or a pattern in quotes, "
    "such as “photos/*/*.jpg”."
)
"""What everything that reads labelled pictures takes, in words."""

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_OTHER_KINDS = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive, which is not read; unpack it, and give the folder instead",
    b"Rar!\x1a\x07": "a RAR archive, which is not read; unpack it, and give the folder instead",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard, which is not read; unpack it, and give the folder instead",
    b"\x1f\x8b": "packed with gzip and holds no tar; unpack it, and give what comes out",
    b"BZh": "packed with bzip2 and holds no tar; unpack it, and give what comes out",
    b"\xfd7zXZ": "packed with xz and holds no tar; unpack it, and give what comes out",
    b"PAR1": "a Parquet table; save it as CSV in UTF-8, and give that",
    b"\x89HDF": "an HDF5 file; write its pictures into a folder for each class, and give the folder above",
    b"\xff\xd8\xff": "one picture; give the folder that it lies in, or use the command for single photographs",
    b"\x89PNG": "one picture; give the folder that it lies in, or use the command for single photographs",
}
_NAMES_PICTURES = re.compile(rb"[\w)-]\.(?:jpe?g|png|webp|tiff?|bmp|gif|avif|heic|dcm)\b", re.IGNORECASE)
_DEEPEST = 16  # folders below each other: more is a loop of links
_LOOKED_INTO = 3  # folders, to see whether they hold others: classes of a hundred thousand pictures take time to list


@dataclass(frozen=True)
class FolderSet:
    """Files of a folder, laid out as [split/]class/file, or in any way where the guide is to say the classes."""

    store: FileStore
    labels: Labels = Labels.FOLDER

    @property
    def name(self) -> str:
        return self.store.name

    @property
    def place(self) -> Path | None:
        return self.store.place

    def entries(self) -> Iterator[PictureEntry | str]:
        deepest = _DEEPEST if self._guess else 3 + len(self._around)
        yield from entries_of(_files_below(self.store, PurePosixPath(), deepest=deepest), guess=self._guess)

    def read(self, entry: PictureEntry) -> bytes:
        return _read(self.store, entry)

    def part(self, split: str) -> FolderSet | None:
        """Return the pictures of one split as a set, None where it has no folder; that may be spelt otherwise."""
        below = self.store.below("/".join(self._around)) if self._around else self.store
        folders = _folders(below, "")
        name = _spelt(split, folders)
        if name not in folders:
            return None
        doubled = _folders(below, name) == [name]  # as some archives have it
        return FolderSet(below.below(f"{name}/{name}" if doubled else name), self.labels)

    def folders(self) -> tuple[str, ...]:
        """Return the names of its folders in NFC, sorted, also those that hold nothing."""
        return tuple(map(composed, _folders(self.store, "")))

    @cached_property
    def _around(self) -> tuple[str, ...]:
        """The folders that lie around everything, one in the other, where the pictures would lie too deep otherwise."""
        around: tuple[str, ...] = ()
        while len(around) + 3 < _DEEPEST:
            found = _folders(self.store, "/".join(around))
            if len(found) != 1 or canonical(found[0]) in USUAL_SPLITS:
                break
            below = "/".join((*around, found[0]))
            if not any(_folders(self.store, f"{below}/{name}") for name in _folders(self.store, below)[:_LOOKED_INTO]):
                break
            around = (*around, found[0])
        return around

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
        return shown(self.place.resolve().name)

    @property
    def place(self) -> Path:
        """The folder above the first part with a wildcard."""
        parts = Path(self.pattern).parts
        fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
        return Path(*parts[:fixed])

    def entries(self) -> Iterator[PictureEntry | str]:
        root = self.place
        for entry in entries_of(self._found(root), guess=True):
            if isinstance(entry, str) or self.labels is Labels.GUIDE:
                yield entry
            else:
                yield replace(entry, class_name=folder_of(entry.name) or composed(root.resolve().name))

    def _found(self, root: Path) -> Iterator[FoundFile]:
        state = LocalStore(root).states()
        found = (f.relative_to(root) for f in root.glob(str(Path(self.pattern).relative_to(root))) if f.is_file())
        for path in sorted(found, key=lambda p: p.parts):
            yield FoundFile(path.as_posix(), state(path.as_posix()))

    def read(self, entry: PictureEntry) -> bytes:
        return _read(LocalStore(self.place), entry)


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
    if path.is_file() and path.suffix.lower() in LISTS:
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
    if file.suffix.lower() in _WORKBOOKS:
        raise DatasetError(f"“{shown(file.name)}” is a workbook; save its sheet as CSV in UTF-8, and give that.")
    with file_errors(file):
        if _is_zip(file):
            return ZipSet(file, labels)
        if is_tar(file):
            return TarSet(file, labels)
    raise DatasetError(_what_else(file))


def _is_zip(file: Path) -> bool:
    """Return whether a file is a whole zip; of a part of one, zipfile says so only as an error."""
    try:
        return zipfile.is_zipfile(file)
    except zipfile.BadZipFile:
        return False


def _what_else(file: Path) -> str:
    """Return what a file is that is no set, and what to do."""
    name = shown(file.name)
    with file_errors(file), file.open("rb") as opened:
        begin = opened.read(512)
    kind = next((kind for sign, kind in _OTHER_KINDS.items() if begin.startswith(sign)), None)
    if kind is not None:
        return f"“{name}” is {kind}."
    if not begin:
        return f"“{name}” is empty (0 bytes); download or make it again."
    if begin.startswith((b"PK\x03\x04", b"PK\x01\x02", b"PK\x07\x08")):
        return f"“{name}” is a zip that was cut off, or a part of one; download or make it again."
    if begin.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return f"“{name}” is a web page and no archive; what was downloaded may be a warning: open it to read that."
    if any(map(_NAMES_PICTURES.search, begin.splitlines())):
        return (
            f"“{name}” is a text that names pictures; write it as a CSV whose first line is “{PATH},{CLASS}” and whose "
            "name ends with .csv, and give that."
        )
    return f"“{name}” is no dirmap CSV, zip or tar; give a folder, an archive, or a pattern."


def _files_below(store: FileStore, below: PurePosixPath, *, deepest: int) -> Iterator[FoundFile | str]:
    """Yield the files below a folder, folder by folder, each sorted by name."""
    for found in store.listed(below.as_posix() if below.parts else ""):
        path = (below / found.name).as_posix()
        if not is_somebodys(path):
            continue
        if found.is_link and not store.holds(path):
            yield passed_over(path, "it is a link that leads out of the folder; copy it there instead")
        elif not found.is_folder:
            yield FoundFile(path, found.state)
        elif deepest == 1 or not is_text(found.name):
            yield FoundFile(f"{path}/…", "")  # what is passed over whole gets one sentence
        else:
            yield from _files_below(store, below / found.name, deepest=deepest - 1)


def _folders(store: FileStore, path: str) -> list[str]:
    """Return the names of the folders that a folder holds, sorted, without links and what no person has put there."""
    found = (f for f in store.listed(path) if f.is_folder and not f.is_link)
    return [f.name for f in found if is_somebodys(f.name) and is_text(f.name)]


def _spelt(name: str, folders: Sequence[str]) -> str:
    """Return how one of ``folders`` spells a name, the name itself where none does, or several do."""
    alike = [folder for folder in folders if canonical(folder) == canonical(name)]
    return alike[0] if name not in folders and len(alike) == 1 else name


def _read(store: FileStore, entry: PictureEntry) -> bytes:
    return store.read(entry.name, at_most=MAX_BYTES + 1)
