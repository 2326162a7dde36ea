"""Lines of CSV files that every reader gets back as they were written."""

from __future__ import annotations

import re
from collections.abc import Sequence

Cell = float | int | str | None

_QUOTE = '"'
_SPECIAL = frozenset(',"\r\n')
_FORMULA = re.compile(r"[=+\-@\t\r'＝＋－＠]")


def csv_line(cells: Sequence[str]) -> bytes:
    """Return one line of a CSV file in UTF-8, ended by LF; only cells that need quotes get them.

    The writer of the standard library leaves a lone CR unquoted, and its reader then ends the row there.
    """
    quoted = (f'"{c.replace(_QUOTE, 2 * _QUOTE)}"' if _SPECIAL.intersection(c) else c for c in cells)
    return (",".join(quoted) if list(cells) != [""] else 2 * _QUOTE).encode() + b"\n"


def begins_a_formula(text: str) -> bool:
    """Return whether a spreadsheet may compute ``text`` instead of showing it, or takes its first character away."""
    return _FORMULA.match(text) is not None


def guarded(text: str) -> str:
    """Return ``text`` with an apostrophe in front where a spreadsheet would compute it; :func:`unguarded` takes it."""
    return f"'{text}" if begins_a_formula(text) else text


def unguarded(text: str) -> str:
    """Return what :func:`guarded` was given."""
    return text[1:] if text.startswith("'") and begins_a_formula(text[1:]) else text


def cell(value: Cell) -> str:
    """Return a value as every reader of CSV files gets it back: floats to the last bit, nothing as nothing."""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)
