"""Points between three digits, which are of thousands where people write decimal commas: read, or asked about."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable

from lwise_core.data.csv_lists import separator_of
from lwise_core.study.column_names import Row
from lwise_core.study.response_columns import UNCHANGED, ResponsesError

_POINTS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")  # of several points float() makes nothing
_DECIMAL_POINT = re.compile(r"[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|(?:0|\d{4,})\.\d+)(?:[eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")


def settled(rows: list[Row], *, columns: Collection[str], of: bytes) -> list[Row]:
    """Return rows of a CSV in which “1.234” is written without its point where that is one of thousands.

    Where commas separate the cells a point is a decimal one. Where something else does, as in countries that write
    decimal commas, the other numbers of the file say what it is.

    Args:
        rows: What the file holds, column → text.
        columns: Those that hold numbers.
        of: The file.

    Raises:
        ResponsesError: They do not say it.
    """
    held = [name for name in columns if name in rows[0]]
    doubtful = _first(_POINTS, rows, held)
    if doubtful is None or separator_of(lambda: io.BytesIO(of), column=None) == ",":
        return rows
    points, commas = _first(_DECIMAL_POINT, rows, held), _first(_DECIMAL_COMMA, rows, held)
    if points and not commas:
        return rows
    if points or not commas:
        name, cell = doubtful
        raise ResponsesError(
            f"“{cell}” in the column “{name}” may be {cell.replace('.', ',')} or a number with three decimals, and "
            f"nothing in the file says which; save it with commas between its cells, or write whole numbers without "
            f"points. {UNCHANGED}"
        )
    own = [name for name in held if _first(_DECIMAL_COMMA, rows, [name]) is None]
    return [row | {name: row[name].replace(".", "") for name in own if _is(_POINTS, row[name])} for row in rows]


def _first(form: re.Pattern[str], rows: Iterable[Row], columns: Collection[str]) -> tuple[str, str] | None:
    """Return the first cell of that form with its column."""
    return next(((name, row[name].strip()) for row in rows for name in columns if _is(form, row[name])), None)


def _is(form: re.Pattern[str], cell: str) -> bool:
    return form.fullmatch(cell.strip()) is not None
