"""Sets of labelled pictures: a folder, files that match a pattern, a dirmap CSV; and what an address means.

Nothing in a source is trusted: no name leads outside, and what is passed over is said. It imports no PyTorch, as the
processes that only decode pictures import it.
"""

from __future__ import annotations

import glob
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lwise_core.data.archives import TarSet, ZipSet, is_tar
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.entries import Labels, PictureEntry, PictureSet, placed
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import FileStore, LocalStore
from lwise_core.images.codec import MAX_BYTES

LAYOUTS = (
    "A folder laid out as [split/]class/file, a dirmap CSV, a zip or tar of such a folder, or a pattern in quotes, "
    "such as “photos/*/*.jpg”."
)
"""What everything that reads labelled pictures takes, in words."""

_OUTSIDE = "outside"  # the state of a link that leads out of its folder
_DEEPEST = 16  # folders below each other: more is a loop of links


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
        for path, state in _files_below(self.store, PurePosixPath(), deepest=_DEEPEST if self._guess else 3):
            where = placed(path.parts, guess=self._guess)
            if state == _OUTSIDE:
                yield f"“{path}” was passed over: it is a link that leads out of the folder; copy it there instead."
            elif where is None:
                yield f"“{path}” was passed over: it is not laid out as class/file or split/class/file."
            else:
                yield PictureEntry(path.as_posix(), *where, state)

    def read(self, entry: PictureEntry) -> bytes:
        return _read(self.store, entry)

    def below(self, folder: str) -> FolderSet:
        """Return the pictures of one of its folders as a set, whether it is there or not."""
        return FolderSet(self.store.below(folder), self.labels)

    def folders(self) -> tuple[str, ...]:
        """Return the names of its folders, sorted, also those that hold nothing."""
        return tuple(f.name for f in self.store.listed("") if f.is_folder)

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
        return self.dirmap.store.name

    @property
    def place(self) -> Path | None:
        folder = self.dirmap.store.place
        return None if folder is None else folder / self.dirmap.name

    def entries(self) -> Iterator[PictureEntry | str]:
        dirmap, state = self.dirmap, self.dirmap.store.states()
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
        return _read(self.dirmap.store, entry)


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
    if is_tar(file):
        return TarSet(file, labels)
    raise DatasetError(f"“{file.name}” is no dirmap CSV, zip or tar; give a folder, an archive, or a pattern.")


def _files_below(store: FileStore, below: PurePosixPath, *, deepest: int) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield path and state of the files below a folder, folder by folder, each sorted by name."""
    for found in store.listed(below.as_posix() if below.parts else ""):
        if found.is_link and not store.holds((below / found.name).as_posix()):
            yield below / found.name, _OUTSIDE
        elif not found.is_folder:
            yield below / found.name, found.state
        elif deepest == 1:
            yield below / found.name / "…", ""  # what lies too deep is passed over, with one sentence for all of it
        else:
            yield from _files_below(store, below / found.name, deepest=deepest - 1)


def _read(store: FileStore, entry: PictureEntry) -> bytes:
    return store.read(entry.name, at_most=MAX_BYTES + 1)
