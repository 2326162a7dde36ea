"""The official dirmap CSV: read row by row, and written back with columns added, to another file.

The columns that the official tools read (``split``, ``class``, ``class_num``, ``im_path``, …; method notes, 5.1) and
all others stay as they were, in their order; what others call those is called as the official tools do. The file itself
is never written to.
"""

from __future__ import annotations

import csv
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from lwise_core._utils.csv_lines import csv_line
from lwise_core._utils.file_errors import file_errors
from lwise_core._utils.file_names import shown
from lwise_core.data.bare_names import BareNames
from lwise_core.data.csv_lists import csv_lines
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import FileStore, LocalStore
from lwise_core.data.list_columns import CLASS, PATH, as_read, names_a_file
from lwise_core.data.one_hot import one_hot_columns

MAX_CSV_BYTES = 200_000_000
"""Largest dirmap CSV that is read; a million rows take about 150 MB."""

_NO_CLASSES = (
    f": call the one that says the class “{CLASS}”, or name it with --label-column where a command has that option"
)
_LOOKED_AT = 20  # lines, for the first row that is not empty
_HEAD = 100  # bytes that tell what is no CSV
_WEB_PAGES = (b"<!doctype html", b"<html", b"<table")
_ON_THE_WEB = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # as they begin, whatever their names end with
_ADDRESS = re.compile(r"file:(?://(?:localhost)?(?=/))?(?P<path>.*)", re.IGNORECASE)
_BEFORE_A_DRIVE = re.compile(r"^/(?=[A-Za-z]:/)")
_ELSEWHERE = re.compile(r"[A-Za-z]:/|//")  # a drive or a server of Windows


@dataclass(frozen=True)
class Row:
    """One row: its ``number``, 0 for the first after the header, and its ``values`` in the order of the columns."""

    number: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class DirmapFile:
    """The dirmap CSV ``name`` of a folder, read row by row; on a disk a million rows take no more memory than one."""

    store: FileStore
    name: str

    @classmethod
    def at(cls, file: Path) -> DirmapFile:
        """Return the dirmap in a file of this machine."""
        return cls(LocalStore(file.parent), file.name)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; those that this program reads may be written in other case, or as others call them.

        So the paths may stand under “filepath” or “image”, and the classes under “label”, where no other column can
        be meant. A column of names without endings is that of the paths where pictures of the folder are called so.

        Raises:
            DatasetError: It is no CSV in UTF-8, is too large, has no column of paths, or has one name twice.
        """
        if self.store.size(self.name) > MAX_CSV_BYTES:
            raise DatasetError(f"“{self.name}” is larger than {MAX_CSV_BYTES:,} bytes; split it.")
        with file_errors(Path(self.name)), self.store.opened(self.name) as file:
            begin = file.read(_HEAD)
        if begin.startswith(_WORKBOOKS):
            raise DatasetError(
                f"“{self.name}” is a workbook and no CSV; save its sheet as CSV in UTF-8, and give that."
            )
        if begin.lstrip(b"\xef\xbb\xbf\r\n\t ").lower().startswith(_WEB_PAGES):
            raise DatasetError(f"“{self.name}” is a web page and no CSV; what was downloaded may ask to log in.")
        names = self._as_read(self._written)
        twice = next((n for n, times in Counter(names).items() if n and times > 1), None)
        if twice is not None:
            raise DatasetError(f"“{self.name}” has two columns “{twice}”; name one of them otherwise.")
        if PATH not in names and any(map(names_a_file, names)):
            raise DatasetError(
                f"“{self.name}” begins with a picture and not with the names of its columns; write a first line such "
                f"as “{PATH},{CLASS}”."
            )
        if PATH not in names:
            has = f"; it has {_listed(self._written)}" if any(names) else ""
            todo = f" Call the one with the pictures' paths “{PATH}”." if any(names) else ""
            raise DatasetError(f"“{self.name}” has no column “{PATH}”, so it is not a dirmap{has}.{todo}")
        return names

    @cached_property
    def _written(self) -> tuple[str, ...]:
        """The names of the columns as the file has them, whatever separates its cells."""
        for column in (PATH, None):
            names = next(self._lines_by(column), ())
            if PATH in self._as_read(names):
                return names
        return next(self._lines_by(None), ())

    @cached_property
    def _paths_called(self) -> str:
        """What the file calls the column of paths."""
        return self._written[self.columns.index(PATH)]

    @cached_property
    def class_columns(self) -> tuple[int, ...]:
        """Where the columns stand that say the class by a 1 in one of them; none where a column names it."""
        return () if CLASS in self.columns else one_hot_columns(self.columns, self._first_row(self._paths_called))

    def _as_read(self, names: tuple[str, ...]) -> tuple[str, ...]:
        row = self._first_row(PATH if PATH in map(str.casefold, names) else None)
        bare = BareNames(self.store)
        return as_read(names, row, is_file=lambda cell: self._names_a_file(cell, bare))

    def _first_row(self, column: str | None) -> tuple[str, ...]:
        lines = islice(self._lines_by(column), 1, _LOOKED_AT)
        return next((cells for cells in lines if any(map(str.strip, cells))), ())

    def _names_a_file(self, cell: str, bare: BareNames) -> bool:
        if names_a_file(cell):
            return self._has(cell.replace("\\", "/"))
        return bare.find(cell) is not None or bare.are_several(cell)

    def place(self, column: str) -> int:
        """Return where ``column`` stands among the columns, by the name that it has here or in the file.

        Its case does not count where only one can be meant.

        Raises:
            DatasetError: There is no such column.
        """
        for names in (self.columns, self._written):
            if column in names:
                return names.index(column)
        both = enumerate(zip(self.columns, self._written, strict=True))
        alike = [i for i, names in both if column.casefold() in map(str.casefold, names)]
        if len(alike) != 1:
            todo = _NO_CLASSES if column == CLASS else ""
            raise DatasetError(f"“{self.name}” has no column “{column}”; it has {_listed(self._written)}{todo}.")
        return alike[0]

    def rows(self) -> Iterator[Row]:
        """Yield the rows in the order of the file.

        A row all of whose cells are empty does not count, nor do empty cells behind the last column; cells that a row
        lacks behind its path are empty.

        Raises:
            DatasetError: A row is shorter or longer than the header, or the file is no CSV in UTF-8.
        """
        width = len(self.columns)
        lines = self._lines()
        next(lines, None)
        for number, cells in enumerate(lines):
            if not any(map(str.strip, cells)):
                continue  # spreadsheets leave rows of empty cells behind
            values = self._fitted(cells)
            if len(values) != width:
                raise DatasetError(
                    f"Row {number + 1} of “{self.name}” has {len(values)} values for {width} columns; write it anew."
                )
            yield Row(number, values)

    def _fitted(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """Return a row without empty cells behind the last column, and with those that spreadsheets leave out there."""
        width = len(self.columns)
        if len(cells) > width and not any(cells[width:]):
            return cells[:width]
        if self.columns.index(PATH) < len(cells) < width:
            return (*cells, *[""] * (width - len(cells)))
        return cells

    def path_of(self, row: Row) -> str:
        """Return the picture's path from the CSV's folder, with slashes and without detours.

        Raises:
            DatasetError: It leads outside the CSV's folder, by name or by a link, or is an address.
        """
        written = row.values[self.place(PATH)]
        if _ON_THE_WEB.match(written.strip()):
            raise DatasetError(
                f"“{self.name}” names the address “{shown(written)}” and no file; fetch the pictures first, and write "
                "their paths from the CSV's folder on."
            )
        path = self._from_here(posixpath.normpath(self._slashed(written)))
        outside = not written or path.startswith(("/", "../")) or path in (".", "..") or "\0" in path
        if outside or not self.store.holds(path):
            raise DatasetError(
                f"“{self.name}” names the file “{shown(written)}” outside its own folder; move it there."
            )
        return path

    def _slashed(self, written: str) -> str:
        """Return a path with slashes, from the folder on where it is a place on another computer, or an address.

        A backslash stays where it is a character of a file's name.

        Raises:
            DatasetError: It is the place of a file on another computer that does not lie in a folder of this name.
        """
        address = _ADDRESS.fullmatch(written.strip())
        if not (address or "\\" in written or _ELSEWHERE.match(written)) or self._has(written):
            return written
        path = written.replace("\\", "/") if address is None else unquote(address["path"])
        path = _BEFORE_A_DRIVE.sub("", path)
        if not _ELSEWHERE.match(path):
            return path
        _, here, inside = path.partition(f"/{self.store.name}/")
        if not here:
            raise DatasetError(
                f"“{self.name}” names the file “{shown(written)}” by its place on another computer; write the paths "
                "from the CSV's folder on."
            )
        return inside

    def _has(self, path: str) -> bool:
        try:
            self.store.size(path)
        except (OSError, ValueError):
            return False
        return True

    def _from_here(self, path: str) -> str:
        """Return an absolute path as one that begins in the CSV's folder, any other as it is.

        A path from before the folder was moved here is one that begins in a folder of its name, and so is one that
        leads up and into this folder again.
        """
        path = path.removeprefix(f"../{self.store.name}/")
        if not path.startswith("/") or "\0" in path:
            return path
        folder = self.store.place
        if folder is not None and Path(path).is_relative_to(folder.resolve()):
            return Path(path).relative_to(folder.resolve()).as_posix()
        _, here, inside = path.partition(f"/{self.store.name}/")
        return inside if here else path

    def rewritten(self, columns: Sequence[str], values: Callable[[Row], Sequence[str] | None]) -> Iterator[bytes]:
        """Yield the CSV again, piece by piece, with ``columns`` set to what ``values`` returns for each row.

        Columns that are there already keep their places, new ones come last. A row for which ``values`` returns None
        is left out. UTF-8 without a byte order mark, one LF a line, as pandas writes it.
        """
        added = [c for c in columns if c not in self.columns]
        names = (*self.columns, *added)
        places = [names.index(c) for c in columns]
        yield csv_line(names)
        for row in self.rows():
            new = values(row)
            if new is None:
                continue
            cells = [*row.values, *("" for _ in added)]
            for place, value in zip(places, new, strict=True):
                cells[place] = value
            yield csv_line(cells)

    def _lines(self) -> Iterator[tuple[str, ...]]:
        return self._lines_by(self._paths_called)

    def _lines_by(self, column: str | None) -> Iterator[tuple[str, ...]]:
        try:
            with file_errors(Path(self.name)):
                yield from csv_lines(lambda: self.store.opened(self.name), column=column)
        except (UnicodeDecodeError, csv.Error) as error:
            raise DatasetError(
                f"“{self.name}” is not a CSV file in UTF-8; save it as that, which spreadsheets call “CSV UTF-8”."
            ) from error


def _listed(names: Sequence[str]) -> str:
    return ", ".join(filter(None, names))
