"""CSV files of people's data as rows of text, in the forms that spreadsheets and experiment software save.

Rows and columns of empty cells, which spreadsheets add, do not count, nor does a heading that is repeated further down.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from lwise_core._utils.text_encoding import encoding_of
from lwise_core.data.csv_lists import csv_lines
from lwise_core.study.response_columns import UNCHANGED, NoRows, ResponsesError

Row = dict[str, str]

_IMPORT_ID = re.compile(r"""\{\s*["']ImportId["'].*\}""")
_END_OF_GORILLA = "END OF FILE"


def rows_of(content: bytes, *, unit: str, at_most: int) -> list[Row]:
    """Return the rows of a CSV file, column → text; a comma, semicolon, tab or bar separates its cells.

    Args:
        content: The file, in any form of Unicode.
        unit: What a row is, for the sentences, such as “trial”.
        at_most: The largest file that is read, bytes.

    Raises:
        ResponsesError: It is too large, no CSV, holds no row or rows of unequal length, or names a column
            twice.
    """
    if len(content) > at_most:
        raise ResponsesError(f"The file is larger than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}")
    if encoding_of(content) == "utf-8-sig":
        content = content.rstrip(b"\0")  # as of a file on a disk that lost power
    try:
        heading, *lines = list(csv_lines(lambda: io.BytesIO(content), column=None)) or [()]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResponsesError(f"The file is not a CSV in UTF-8; save it as one. {UNCHANGED}") from error
    rows = [line for line in _answers(lines) if any(map(str.strip, line))]
    if not rows:
        raise NoRows(f"The file holds no {unit}s; choose one with a row for each. {UNCHANGED}")
    heading = _with_names_of_rows(heading, rows)
    if any(len(row) < len(heading) or any(map(str.strip, row[len(heading) :])) for row in rows):
        raise ResponsesError(f"Some rows have more or fewer cells than the heading; save the file anew. {UNCHANGED}")
    again = next((name for name, times in Counter(heading).items() if name and times > 1), None)
    if again is not None:
        raise ResponsesError(f"Two columns are called “{again}”; rename or remove one. {UNCHANGED}")
    return [{name: cell for name, cell in zip(heading, row, strict=False) if name} for row in rows]


def _with_names_of_rows(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the heading with a cell for the numbers of the rows, for which R writes none."""
    numbered = len(rows) > 1 and all(
        len(row) == len(heading) + 1 and row[0] == f"{i}" for i, row in enumerate(rows, start=1)
    )
    return ("", *heading) if numbered else heading


def _answers(lines: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """Return the lines without what Qualtrics puts below each heading, and Gorilla behind the last row."""
    ids = {i for i, line in enumerate(lines) if _of_qualtrics(line)}
    questions = {i - 1 for i in ids} if 1 in ids else set[int]()  # in files put together there are several
    lines = [line for i, line in enumerate(lines) if i not in ids | questions]
    ended = bool(lines) and [cell.strip() for cell in lines[-1] if cell.strip()] == [_END_OF_GORILLA]
    return lines[:-1] if ended else lines


def _of_qualtrics(line: tuple[str, ...]) -> bool:
    cells = [cell for cell in line if cell.strip()]
    return bool(cells) and all(_IMPORT_ID.fullmatch(cell.strip()) for cell in cells)
