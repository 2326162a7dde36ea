"""JSON of people's data as rows of text: one list, or a list or an object a line, as JATOS and jsPsych save it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lwise_core.study.csv_rows import Row
from lwise_core.study.response_columns import UNCHANGED, ResponsesError

PART = "part of the file"
"""The column that says in which of a file's lists a row stood: under JATOS, each participant hands over one."""

_LISTS = ("trials", "data", "results")
_STARTS = (b"[", b"{")
# jsPsych's names of what every trial has, and ours (jsPsych 8, “Plugins: data collected by all plugins”).
_JSPSYCH = {
    "subject": "participant",
    "task": "trial_type",
    "trial_index": "trial_number",
    "rt": "reaction_time_msec",
    "time_elapsed": "rel_timestamp_response",
    "stimulus": "picture",
    "correct": "perf",
}


def is_json(content: bytes) -> bool:
    """Tell whether ``content`` begins as JSON of rows does, which no CSV of answers does."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_STARTS)


def rows_of_json(content: bytes, *, unit: str, at_most: int) -> list[Row]:
    """Return the rows in ``content``, column → text, each with every column and with :data:`PART`.

    What is null becomes an empty text, true “1” and false “0”. jsPsych's columns get the names that answers have here;
    its trials that ask nothing, such as instructions, are left out.

    Args:
        content: The file, UTF-8.
        unit: What a row is, for the sentences, such as “trial”.
        at_most: The largest file that is read, bytes.

    Raises:
        ResponsesError: It is too large, no JSON in UTF-8, or holds no rows.
    """
    if len(content) > at_most:
        raise ResponsesError(f"The file is larger than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}")
    try:
        parts = [list(_objects(value)) for value in _values(content.decode("utf-8-sig"))]
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ResponsesError(
            f"The file is not JSON that can be read to its end; export it anew. {UNCHANGED}"
        ) from error
    rows = [
        _named(found) | {PART: str(number)} for number, part in enumerate(parts) for found in part if _is_trial(found)
    ]
    if not rows:
        raise ResponsesError(f"The file holds no {unit}s; choose one with an object for each. {UNCHANGED}")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _values(text: str) -> Iterator[object]:
    """Yield one JSON value after another, with space or line ends between them."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        yield value


def _objects(value: object) -> Iterator[dict[str, object]]:
    """Yield the rows in one value: itself, or those of its list."""
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
    elif isinstance(value, dict):
        inner = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        if inner is None:
            yield value
        else:
            yield from _objects(inner)


def _is_trial(found: dict[str, object]) -> bool:
    """Tell apart what jsPsych shows without asking: it has the form of a trial, and no class."""
    return "class" in found or "trial_index" not in found


def _named(found: dict[str, object]) -> Row:
    row = {str(name): _text(value) for name, value in found.items()}
    if "trial_index" not in row:
        return row
    for theirs, ours in _JSPSYCH.items():
        if theirs in row and (ours not in row or theirs == "task"):
            row[ours] = row[theirs]
    return row


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
