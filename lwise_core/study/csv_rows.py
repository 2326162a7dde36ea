"""CSV files of people's data as rows of text, in the forms that spreadsheets and experiment software save."""

from __future__ import annotations

import csv
import io

from lwise_core.study.response_columns import UNCHANGED, ResponsesError

_SEPARATORS = ",;\t"

Row = dict[str, str]


def rows_of(content: bytes, *, unit: str, at_most: int) -> list[Row]:
    """Return the rows of a CSV file, column → text; commas, semicolons or tabs separate its cells, as its heading says.

    Args:
        content: The file, UTF-8.
        unit: What a row is, for the sentences, such as “trial”.
        at_most: The largest file that is read, bytes.

    Raises:
        ResponsesError: It is too large, no CSV in UTF-8, holds no row or rows of unequal length, or names a column
            twice.
    """
    if len(content) > at_most:
        raise ResponsesError(f"The file is larger than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}")
    try:
        text = content.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=_separator(text))
        rows = list(reader)
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


def _separator(text: str) -> str:
    """Return what separates the cells: what the heading has most of."""
    heading = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=heading.count)
