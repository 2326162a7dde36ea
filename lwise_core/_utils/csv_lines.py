"""Lines of CSV files that every reader gets back as they were written."""

from __future__ import annotations

from collections.abc import Sequence

Cell = float | int | str | None

_QUOTE = '"'
_SPECIAL = frozenset(',"\r\n')


def csv_line(cells: Sequence[str]) -> bytes:
    """Return one line of a CSV file in UTF-8, ended by LF; only cells that need quotes get them.

    The writer of the standard library leaves a lone CR unquoted, and its reader then ends the row there.
    """
    quoted = (f'"{c.replace(_QUOTE, 2 * _QUOTE)}"' if _SPECIAL.intersection(c) else c for c in cells)
    return (",".join(quoted) if list(cells) != [""] else 2 * _QUOTE).encode() + b"\n"


def cell(value: Cell) -> str:
    """Return a value as every reader of CSV files gets it back: floats to the last bit, nothing as nothing."""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
