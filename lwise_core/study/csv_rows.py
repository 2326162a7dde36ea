"""CSV files of people's data as rows of text, in the forms that spreadsheets and experiment software save.

Rows and columns of empty cells, which spreadsheets add, do not count, nor does a heading that is repeated further down.
"""

from __future__ import annotations

import csv
import io
from collections import Counter

from lwise_core.data.csv_lists import csv_lines
from lwise_core.study.response_columns import UNCHANGED, ResponsesError

Row = dict[str, str]


def rows_of(content: bytes, *, unit: str, at_most: int) -> list[Row]:
    """Return the rows of a CSV file, column → text; a comma, semicolon, tab or bar separates its cells.

    Args:
        content: The file, UTF-8 or UTF-16.
        unit: What a row is, for the sentences, such as “trial”.
        at_most: The largest file that is read, bytes.

    Raises:
        ResponsesError: It is too large, no CSV in UTF-8, holds no row or rows of unequal length, or names a column
            twice.
    """
    if len(content) > at_most:
        raise ResponsesError(f"The file is larger than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}")
    try:
        heading, *lines = list(csv_lines(lambda: io.BytesIO(content), column=None)) or [()]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResponsesError(f"The file is not a CSV in UTF-8; save it as one. {UNCHANGED}") from error
    rows = [line for line in lines if any(map(str.strip, line))]
    if not rows:
        raise ResponsesError(f"The file holds no {unit}s; choose one with a row for each. {UNCHANGED}")
    if any(len(row) < len(heading) or any(map(str.strip, row[len(heading) :])) for row in rows):
        raise ResponsesError(f"Some rows have more or fewer cells than the heading; save the file anew. {UNCHANGED}")
    again = next((name for name, times in Counter(heading).items() if name and times > 1), None)
    if again is not None:
        raise ResponsesError(f"Two columns are called “{again}”; rename or remove one. {UNCHANGED}")
    return [{name: cell for name, cell in zip(heading, row, strict=False) if name} for row in rows]
