"""CSV files of people's data as rows of text, in the forms that spreadsheets and experiment software save.

Rows and columns of empty cells, which spreadsheets add, do not count; a first line such as “sep=;” says what separates.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from lwise_core.study.response_columns import UNCHANGED, ResponsesError

_SEPARATORS = ",;\t"

Row = dict[str, str]


def rows_of(content: bytes, *, unit: str, at_most: int) -> list[Row]:
    """Return the rows of a CSV file, column → text; commas, semicolons or tabs separate its cells, as its heading says.

    Args:
        content: The file, UTF-8, or UTF-16 with its mark.
        unit: What a row is, for the sentences, such as “trial”.
        at_most: The largest file that is read, bytes.

    Raises:
        ResponsesError: It is too large, no CSV in UTF-8, holds no row or rows of unequal length, or names a column
            twice.
    """
    if len(content) > at_most:
        raise ResponsesError(f"The file is larger than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}")
    try:
        text, separator = _separated(_decoded(content))
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
        rows = [_without_empty_ends(row) for row in reader if _says_something(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResponsesError(f"The file is not a CSV in UTF-8; save it as one. {UNCHANGED}") from error
    if not rows:
        raise ResponsesError(f"The file holds no {unit}s; choose one with a row for each. {UNCHANGED}")
    if any(None in r or None in r.values() for r in rows):
        raise ResponsesError(f"Some rows have more or fewer cells than the heading; save the file anew. {UNCHANGED}")
    names = [name for name in reader.fieldnames or () if name]
    again = next((name for name in names if names.count(name) > 1), None)
    if again is not None:
        raise ResponsesError(f"Two columns are called “{again}”; rename or remove one. {UNCHANGED}")
    return rows


def _decoded(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8-sig")


def _separated(text: str) -> tuple[str, str]:
    """Return the rows, and what separates cells: as a first line “sep=…” says, else what the heading has most of."""
    heading, _, rest = text.partition("\n")
    said = heading.strip().strip('"').lower()
    if said.startswith("sep=") and said.removeprefix("sep=") in ("", *_SEPARATORS):
        return rest, said.removeprefix("sep=") or "\t"
    return text, max(_SEPARATORS, key=heading.count)


def _says_something(row: dict[str, Any]) -> bool:
    cells = [c for value in row.values() for c in (value if isinstance(value, list) else [value])]
    return any(c and c.strip() for c in cells)


def _without_empty_ends(row: dict[str, Any]) -> dict[str, Any]:
    """Drop the cells beyond the heading where all are empty; the reader keeps them under no name."""
    beyond = row.get(None, ())  # type: ignore[call-overload]
    return {k: v for k, v in row.items() if k is not None} if not any(c.strip() for c in beyond) else row
