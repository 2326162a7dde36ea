"""Lists as spreadsheets save them: the cells of a CSV, whatever separates them, in any form of Unicode."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO

from lwise_core._utils.text_encoding import encoding_of

_SEPARATORS = ",;\t|"
_SAID = "sep="  # Excel's first line, which says what separates the cells
_HEAD = 4096  # bytes that tell the encoding

# A cell may hold a person's whole experiment as JSON: the files' own sizes are what is limited, by their readers.
csv.field_size_limit(2**31 - 1)


def csv_lines(opened: Callable[[], BinaryIO], *, column: str | None) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a CSV as their cells, the heading first, without lines that hold nothing.

    A comma separates the cells, or a semicolon, tab or bar where so the heading has ``column``, or where a first line
    such as ``sep=;`` says so; without a ``column`` that of which the heading has most. Lines above the heading that
    begin with ``#``, in which programs say what wrote the file, do not count, nor do those of empty cells, with a title
    in one of them or not, nor a heading that is repeated further down, as in files put together.

    Args:
        opened: What opens the file at its beginning.
        column: The name of a column that is looked for, None where none is known.

    Raises:
        UnicodeDecodeError: It is in another encoding.
        csv.Error: It is no CSV.
    """
    with opened() as begin:
        encoding = encoding_of(begin.read(_HEAD))
    with TextIOWrapper(opened(), encoding=encoding, newline="") as text:
        first = next((line for line in text if not _is_comment(line, column) and not _is_title(line, column)), "")
        said = _said(first)
        if said is not None:
            lines = csv.reader(text, strict=True, delimiter=said)
        else:
            lines = csv.reader(chain([first], text), strict=True, delimiter=_separator(first, column))
        heading: tuple[str, ...] | None = None
        for cells in lines:
            line = tuple(cells)
            if heading is None and line:
                heading = tuple(name.strip() for name in line)
                yield heading
            elif line and tuple(cell.strip() for cell in line) != heading:
                yield line


def _is_comment(line: str, column: str | None) -> bool:
    """Return whether a line above the rows is a comment, and no heading whose first column is called ``#``."""
    if not line.lstrip(' "').startswith("#"):
        return False
    rows = [next(csv.reader([line], delimiter=separator), []) for separator in _SEPARATORS]
    if column is None:
        return not any(len(cells) > 1 and cells[0].strip() == "#" for cells in rows)
    return all(column.casefold() != cell.strip().casefold() for cells in rows for cell in cells)


def _is_title(line: str, column: str | None) -> bool:
    """Return whether a line above the rows is of empty cells but for a title, as spreadsheets save it."""
    cells = next(csv.reader([line], delimiter=max(_SEPARATORS, key=line.count)), [])
    filled = [cell.strip() for cell in cells if cell.strip("\ufeff ")]
    of_column = column is not None and [cell.casefold() for cell in filled] == [column.casefold()]
    return len(cells) > 2 and len(filled) < 2 and not of_column


def _said(first: str) -> str | None:
    """Return what a first line says that separates cells, a tab where it says nothing more; None for other lines."""
    line = first.strip("\r\n ").strip('"').lower()
    said = line.removeprefix(_SAID)
    return (said or "\t") if line.startswith(_SAID) and len(said) <= 1 else None


def _separator(heading: str, column: str | None) -> str:
    """Return what separates the cells of a heading so that one of them is called ``column``, else the comma."""
    if column is None:
        return max(_SEPARATORS, key=heading.count)
    for separator in _SEPARATORS:
        cells = next(csv.reader([heading], delimiter=separator), [])
        if column.casefold() in (cell.strip().casefold() for cell in cells):
            return separator
    return _SEPARATORS[0]
