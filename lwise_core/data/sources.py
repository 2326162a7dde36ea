"""Where labelled images come from: a folder, a tar archive, or a dirmap CSV.

All three give the same: names of the form ``<class>/<file>``, sorted, and the bytes of each. Nothing in them is
trusted: no archive is unpacked to the disk, and a CSV names no file outside its own folder.
"""

from __future__ import annotations

import csv
import hashlib
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from lwise_core.data.errors import DatasetError
from lwise_core.images.codec import MAX_BYTES

MAX_CSV_BYTES = 200_000_000
"""Largest dirmap CSV that is read; a million rows take about 150 MB."""

DIRMAP_COLUMNS = ("split", "class", "im_path")
"""What a dirmap needs; its other columns are not read here (L-WISE, README, “Dirmap”)."""


class Source(Protocol):
    """Labelled images that can be read."""

    @property
    def names(self) -> tuple[str, ...]:
        """The ``<class>/<file>`` of every image, sorted."""

    @property
    def empty_classes(self) -> tuple[str, ...]:
        """Classes that are named but hold nothing."""

    @property
    def fingerprint(self) -> str:
        """Hash that tells this content from any other."""

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of every image that is there, in the order in which they are read fastest."""


def source_at(path: Path, *, split: str) -> Source:
    """Return the images of ``path``: a folder, a CSV file, or else a tar archive.

    Args:
        path: Where they are.
        split: The folder above the classes, or what the CSV's column ``split`` says; empty for no such thing.

    Raises:
        DatasetError: There is nothing there.
    """
    if path.is_dir():
        return Folder(path, split)
    if not path.is_file():
        raise DatasetError(f"There is no folder or archive “{path}”.")
    return Dirmap(path, split) if path.suffix.lower() == ".csv" else Archive(path, split)


def class_of(name: str) -> str:
    """Return the class of an image by its name."""
    return name.split("/", 1)[0]


@dataclass(frozen=True)
class Folder:
    """One folder for each class below ``root/split``; hidden files do not count."""

    root: Path
    split: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        files = (f.relative_to(self._top) for f in self._top.glob("*/*") if f.is_file())
        return _sorted([f.as_posix() for f in files if not f.name.startswith(".")], self.root, self.split)

    @property
    def empty_classes(self) -> tuple[str, ...]:
        filled = set(map(class_of, self.names))
        folders = (f.name for f in self._top.iterdir() if f.is_dir() and f.name[0] != ".")
        return tuple(sorted(name for name in folders if name not in filled))

    @property
    def fingerprint(self) -> str:
        files = [self._top / name for name in self.names]
        return hashlib.sha256("".join(map(_file_state, files)).encode()).hexdigest()

    def contents(self) -> Iterator[tuple[str, bytes]]:
        for name in self.names:
            yield name, _read(self._top / name)

    @property
    def _top(self) -> Path:
        return self.root / self.split


@dataclass(frozen=True)
class Archive:
    """A tar archive, compressed or not, that holds ``split/<class>/<file>``."""

    file: Path
    split: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        with self._opened() as archive:
            return _sorted([name for name in map(self._inside, archive) if name], self.file, self.split)

    @property
    def empty_classes(self) -> tuple[str, ...]:
        return ()

    @property
    def fingerprint(self) -> str:
        with self.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def contents(self) -> Iterator[tuple[str, bytes]]:
        with self._opened() as archive:
            for member in archive:
                name = self._inside(member)
                content = archive.extractfile(member) if name else None
                if content is not None:
                    yield name, content.read(MAX_BYTES + 1)

    def _opened(self) -> tarfile.TarFile:
        try:
            return tarfile.open(self.file)
        except tarfile.TarError as error:
            raise DatasetError(f"“{self.file.name}” is not a folder and not a tar archive that can be read.") from error

    def _inside(self, member: tarfile.TarInfo) -> str:
        """Return the ``<class>/<file>`` of a member, empty when it is nothing of the kind."""
        parts = PurePosixPath(member.name).parts
        if self.split:
            if parts[:1] != (self.split,):
                return ""
            parts = parts[1:]
        plain = member.isfile() and len(parts) == 2 and ".." not in parts and not parts[1].startswith(".")
        return "/".join(parts) if plain else ""


@dataclass(frozen=True)
class Dirmap:
    """A CSV file with a row for each image: its ``split``, its ``class`` and its ``im_path`` from the CSV's folder.

    Rows without a file are named, but have no bytes.
    """

    file: Path
    split: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._paths))

    @property
    def empty_classes(self) -> tuple[str, ...]:
        return ()

    @property
    def fingerprint(self) -> str:
        states = "".join(f"{name}\0{_file_state(path)}" for name, path in sorted(self._paths.items()))
        return hashlib.sha256(states.encode()).hexdigest()

    def contents(self) -> Iterator[tuple[str, bytes]]:
        for name, path in sorted(self._paths.items()):
            if path.is_file():
                yield name, _read(path)

    @cached_property
    def _paths(self) -> Mapping[str, Path]:
        rows = [row for row in self._rows() if not self.split or row["split"] == self.split]
        if not rows:
            raise DatasetError(f"“{self.file.name}” holds no row whose split is “{self.split}”.")
        return {f"{_class_name(row['class'], self.file)}/{row['im_path']}": self._path(row["im_path"]) for row in rows}

    def _rows(self) -> list[dict[str, str]]:
        if self.file.stat().st_size > MAX_CSV_BYTES:
            raise DatasetError(f"“{self.file.name}” is larger than {MAX_CSV_BYTES:,} bytes; split it.")
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as text:
                table = csv.DictReader(text)
                lacking = [c for c in DIRMAP_COLUMNS if c not in (table.fieldnames or ())]
                if lacking:
                    raise DatasetError(f"“{self.file.name}” has no column “{lacking[0]}”, so it is not a dirmap.")
                rows = [{c: row[c] for c in DIRMAP_COLUMNS} for row in table]
        except (UnicodeDecodeError, csv.Error) as error:
            raise DatasetError(f"“{self.file.name}” is not a CSV file in UTF-8.") from error
        if any(value is None for row in rows for value in row.values()):
            raise DatasetError(f"“{self.file.name}” has a row that ends before its image; write it anew.")
        return rows

    def _path(self, written: str) -> Path:
        """Return the file that a row means.

        Raises:
            DatasetError: It lies outside the CSV's folder.
        """
        folder = self.file.parent.resolve()
        path = (folder / written).resolve()
        if not path.is_relative_to(folder):
            raise DatasetError(f"“{self.file.name}” names the file “{written}” outside its own folder; move it there.")
        return path


def _class_name(written: str, file: Path) -> str:
    name = written.strip()
    if not name or "/" in name:
        raise DatasetError(f"“{file.name}” calls a class “{written}”; a class needs a name without slashes.")
    return name


def _sorted(names: Sequence[str], path: Path, split: str) -> tuple[str, ...]:
    if not names:
        where = f"{split}/<class>/<file>" if split else "<class>/<file>"
        raise DatasetError(f"“{path.name}” holds no files laid out as {where}.")
    return tuple(sorted(set(names)))


def _file_state(file: Path) -> str:
    """Return what changes when a file does, without reading it."""
    if not file.is_file():
        return f"{file}\0none\n"
    stat = file.stat()
    return f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n"


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
