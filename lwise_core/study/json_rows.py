"""JSON of people's data as rows of text: one list, or a list or an object a line, as JATOS and jsPsych save it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lwise_core._utils.text_encoding import encoding_of
from lwise_core.study.csv_rows import Row
from lwise_core.study.response_columns import UNCHANGED, NoRows, ResponsesError

PART = "part of the file"
"""The column that says in which of a file's lists a row stood: under JATOS, each participant hands over one."""

_MOST_COLUMNS = 1000  # of all rows together; each row gets every one of them
_MOST_EMPTY, _ALWAYS_EMPTY = 20, 1_000_000  # cells that rows get, for each of their own, and in any file
_LISTS = ("trials", "data", "results")
_STARTS = ("[", "{", '"[', '"{')  # what was written as JSON twice begins with a quote


def is_json(content: bytes) -> bool:
    """Tell whether ``content`` begins as JSON of rows does, which no CSV of answers does."""
    begin = content[:200].decode(encoding_of(content), "replace")
    return begin.lstrip("\ufeff \r\n\t").startswith(_STARTS)


def rows_of_json(content: bytes, *, unit: str, at_most: int) -> list[Row]:
    """Return the rows in ``content``, column → text, each with every column and with :data:`PART`.

    What is null becomes an empty text, true “1” and false “0”. An object that holds nothing but lists, as databases
    export them, is read as these.

    Args:
        content: The file, in any form of Unicode.
        unit: What a row is, for the sentences, such as “trial”.
        at_most: The largest file that is read, bytes.

    Raises:
        ResponsesError: It is too large, no JSON, holds no rows, or rows of ever other columns.
    """
    if len(content) > at_most:
        raise ResponsesError(f"The file is larger than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}")
    try:
        text = content.decode(encoding_of(content))
        parts = [list(_objects(part)) for value in _values(text) for part in _parts(value)]
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        where = f": it breaks off at line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else ""
        raise ResponsesError(
            f"The file is not JSON that can be read to its end{where}; export it anew, or mend that. {UNCHANGED}"
        ) from error
    rows = [_as_text(found) | {PART: str(number)} for number, part in enumerate(parts) for found in part]
    if not rows:
        raise NoRows(f"The file holds no {unit}s; choose one with an object for each. {UNCHANGED}")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if len(columns) > _MOST_COLUMNS:
        raise ResponsesError(
            f"The file names more than {_MOST_COLUMNS:,} columns, as no experiment does; export it anew. {UNCHANGED}"
        )
    if len(rows) * len(columns) > _MOST_EMPTY * sum(map(len, rows)) + _ALWAYS_EMPTY:
        raise ResponsesError(f"Hardly any row names the columns of the others; split it by experiment. {UNCHANGED}")
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _values(text: str) -> Iterator[object]:
    """Yield one JSON value after another, with space, line ends or commas between them."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace() or (at and text[at] == ","):  # rows of a list without its brackets
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        yield value


def _parts(value: object) -> Iterator[object]:
    """Yield one value, or each list of an object that holds nothing else under names of its own."""
    lists = list(value.values()) if isinstance(value, dict) and not value.keys() & set(_LISTS) else []
    if lists and all(isinstance(one, list) and one and isinstance(one[0], dict) for one in lists):
        yield from lists
    else:
        yield value


def _objects(value: object) -> Iterator[dict[str, object]]:
    """Yield the rows in one value: itself, or those of its list; what was written as JSON twice is read twice."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        value = json.loads(value)
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
    elif isinstance(value, dict):
        inner = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        if inner is None:
            yield from _by_column(value) or [_of_qualtrics(value)]
        elif isinstance(columns := value.get("columns"), list):
            names = [_text(name) for name in columns]
            yield from (dict(zip(names, row, strict=False)) for row in inner if isinstance(row, list))
        else:
            yield from _objects(inner)


def _by_column(found: dict[str, object]) -> list[dict[str, object]]:
    """Return the rows of a table that is written column by column, as pandas does; none where it is no such table."""
    columns = {name: _cells_in(column) for name, column in found.items()}
    lengths = {-1 if cells is None else len(cells) for cells in columns.values()}
    if len(columns) < 2 or len(lengths) > 1 or -1 in lengths:
        return []
    return [{name: cells[i] for name, cells in columns.items() if cells is not None} for i in range(lengths.pop())]


def _cells_in(column: object) -> list[object] | None:
    """Return the cells of one column: a list, or by the numbers of their rows."""
    if isinstance(column, dict) and list(column) == [f"{i}" for i in range(len(column))]:
        column = list(column.values())
    plain = isinstance(column, list) and not any(isinstance(cell, (dict, list)) for cell in column)
    return column if isinstance(column, list) and plain else None


def _of_qualtrics(found: dict[str, object]) -> dict[str, object]:
    """Return a person's answers where they lie in an entry, as Qualtrics has them, beside their labels."""
    values = found.get("values")
    return (
        {"ResponseId": found["responseId"], **values} if "responseId" in found and isinstance(values, dict) else found
    )


def _as_text(found: dict[str, object]) -> Row:
    return {str(name): _text(value) for name, value in found.items()}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case str():
            return value
        case int() | float():
            return repr(value)
    return json.dumps(value, ensure_ascii=False)
