"""Lists as spreadsheets save them: the cells of a CSV, whatever separates them, in any form of Unicode."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO

from lwise_core._utils.text_encoding import encoding_of

_SEPARATORS = ",;\t|"
_SAID = "sep="  # Excel's first line, which says what separates the cells
_FEWEST_NAMES = 2  # a line of so few words may hold a heading's in another order by chance
_HEAD = 4096  # bytes that tell the encoding

# A cell may hold a person's whole experiment as JSON: the files' own sizes are what is limited, by their readers. The
# module csv has one limit for the process and none for a reader; to set it around a reading and back again would take
# it from another thread's in the middle. So it is set once and for good, and no reader refuses what it read before.
csv.field_size_limit(2**31 - 1)


def csv_lines(opened: Callable[[], BinaryIO], *, column: str | None) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a CSV as their cells, the heading first, without lines that hold nothing.

    A comma separates the cells, or a semicolon, tab or bar where so the heading has ``column``, or where a first line
    such as ``sep=;`` says so; without a ``column`` that of which the heading has most. Lines above the heading that
    begin with ``#``, in which programs say what wrote the file, do not count, nor do those of empty cells, with a title
    in one of them or not, nor a heading that is repeated further down, as in files put together; where it names the
    columns in another order there, the lines below it are put in the first one's. A line that is in quotes as a whole
    is read as the line in them, and spaces behind all separators of the heading belong to no cell.

    Args:
        opened: What opens the file at its beginning.
        column: The name of a column that is looked for, None where none is known.

    Raises:
        UnicodeDecodeError: It is in another encoding.
        csv.Error: It is no CSV.
    """
    with _text_of(opened) as text:
        first = _first_line(text, column)
        said = _said(first)
        separator = said or _separator(first, column)
        lines = text if said else chain([first], text)
        spaced = said is None and _is_spaced(first, separator)
        yield from _as_headed(csv.reader(lines, strict=True, delimiter=separator, skipinitialspace=spaced), column)


def separator_of(opened: Callable[[], BinaryIO], *, column: str | None) -> str:
    """Return what separates the cells of a CSV, as :func:`csv_lines` reads it.

    Raises:
        UnicodeDecodeError: It is in another encoding.
    """
    with _text_of(opened) as text:
        first = _first_line(text, column)
        return _said(first) or _separator(first, column)


def _text_of(opened: Callable[[], BinaryIO]) -> TextIOWrapper:
    with opened() as begin:
        encoding = encoding_of(begin.read(_HEAD))
    return TextIOWrapper(opened(), encoding=encoding, newline="")


def _first_line(text: Iterable[str], column: str | None) -> str:
    """Return the first line that is neither a comment nor a title: the heading, or what says the separator."""
    return next((line for line in text if not _is_comment(line, column) and not _is_title(line, column)), "")


def _as_headed(lines: Iterable[list[str]], column: str | None) -> Iterator[tuple[str, ...]]:
    """Yield the heading and the lines with their cells in its order, without empty lines and further headings."""
    heading, order = tuple[str, ...](), tuple[int, ...]()
    for line in filter(None, lines):
        cells = _within(line, column, width=len(heading)) if len(line) == 1 else line
        names = tuple(
            cell.strip().lstrip("\ufeff").strip() for cell in cells
        )  # each of the files put together may begin with a mark
        if not heading:
            heading, order = names, tuple(range(len(names)))
            yield heading
        elif names == heading or (len(heading) > _FEWEST_NAMES and sorted(names) == sorted(heading)):
            places = {name: place for place, name in reversed([*enumerate(names)])}  # the first of one name twice
            order = tuple(places[name] for name in heading)
        elif len(cells) == len(order):
            yield tuple(cells[place] for place in order)
        else:
            yield tuple(cells)


def _within(line: list[str], column: str | None, *, width: int) -> list[str]:
    """Return the cells of a line that stands in one cell: a heading's, or as many as its ``width``; else the line."""
    separator = _separator(line[0], column)
    cells = next(csv.reader([line[0]], delimiter=separator), [])
    headed = not width and (column is None or column.casefold() in (cell.strip().casefold() for cell in cells))
    return cells if len(cells) > 1 and (headed or len(cells) == width) else line


def _is_spaced(heading: str, separator: str) -> bool:
    """Return whether a space stands behind every separator of a heading, so that what follows may be in quotes."""
    _, *others = next(csv.reader([heading], delimiter=separator), [""]) or [""]
    return bool(others) and all(cell.startswith(" ") for cell in others)


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
