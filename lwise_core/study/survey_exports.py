"""Answers as survey programs export them, with a row a person: their trials lie in cells as JSON, or in rows below.

Qualtrics has a row a person, in which fields of the survey may hold what an experiment handed over. REDCap may have
that too, or a repeating instrument, which gives each person a row and each of their trials another one; its columns
are called as the fields are, or as their labels, and boxes to tick have a column each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from lwise_core._utils.class_names import canonical
from lwise_core.study.column_names import READ_COLUMNS, Row
from lwise_core.study.json_rows import PART, rows_of_json
from lwise_core.study.response_columns import NEEDED_COLUMNS, UNCHANGED, NoRows, ResponsesError

_NAMED = frozenset({"participant", "subject"})  # in trials, as we and as jsPsych call it
_PERSON = ("participant", "ResponseId", "record_id")
_QUALTRICS = frozenset({"responseid", "recordeddate"})
_REDCAP = frozenset({"recordid", "redcapeventname", "redcaprepeatinstance", "repeatinstance"})
_VALUES = frozenset({"record", "fieldname", "value"})  # of REDCap with a row a value
_OURS = {canonical(name): name for name in READ_COLUMNS}
_LIST = re.compile(r'\s*(?:\{\s*"(?:trials|data|results)"\s*:\s*)?\[\s*[\[{]')
# How REDCap calls the column of one box to tick: by codes, and by labels.
_BOX = re.compile(r"(?P<field>\w+?)___(?P<code>\w+)|(?P<label>.+?) \(choice=(?P<choice>.+)\)")
_LONGEST_BOX = 2_000  # letters of such a name; what is longer would be begun anew at each of its letters
_TICKED = ("1", "checked")


class Survey(StrEnum):
    """A program that exports a row a person."""

    QUALTRICS = "Qualtrics"
    REDCAP = "REDCap"


def survey_of(columns: Iterable[str]) -> Survey | None:
    """Return the program that calls ``columns`` so, None where it is no such program."""
    names = {canonical(name) for name in columns}
    if names >= _QUALTRICS:
        return Survey.QUALTRICS
    return Survey.REDCAP if names & _REDCAP or names >= _VALUES else None


def why_no_trials(columns: Sequence[str]) -> str | None:
    """Return what to do with a survey's table of ``columns`` in which no trials were found; None for other tables."""
    survey = survey_of(columns)
    if survey is None:
        return None
    if {canonical(name) for name in columns} >= _VALUES:
        return f"The file is an export of REDCap with a row a value; export it flat, with a row a record. {UNCHANGED}"
    way = "as a repeating instrument gives them, or " if survey is Survey.REDCAP else ""
    return (
        f"The file is an export of {survey.value} with a row a person, and says nothing of single trials; it needs a "
        f"row a trial, {way}with each person's trials as JSON in a field of their row. {UNCHANGED}"
    )


def trials_of_surveys(rows: list[Row], *, at_most: int) -> list[Row]:
    """Return the trials in ``rows`` where they are a survey's, else the rows as they are.

    What a row says of its person, such as their group, counts for each of their trials that does not say it.

    Args:
        rows: What the file holds, each row with every column.
        at_most: The largest cell that is read, bytes.

    Raises:
        ResponsesError: The JSON in a cell breaks off, or a trial ticks several boxes of one question.
    """
    if not rows or set(NEEDED_COLUMNS) <= rows[0].keys():
        return rows
    columns = [name for name in rows[0] if name != PART and any(_LIST.match(row[name]) for row in rows)]
    if columns:
        return _filled([trial for row in _numbered(rows) for trial in _in_cells(row, columns, at_most=at_most)])
    return _of_instances(rows) if survey_of(rows[0]) is Survey.REDCAP else rows


def _in_cells(row: Row, columns: Sequence[str], *, at_most: int) -> list[Row]:
    """Return the trials in the cells of one person's row, each with what the row says of them; none where none is."""
    said = {"participant": _person(row)} | _known(row, without=columns)
    trials: list[Row] = []
    for name in (name for name in columns if _LIST.match(row[name])):
        try:
            trials += rows_of_json(row[name].encode(), unit="trial", at_most=at_most)
        except NoRows:
            continue  # who left before the first trial
        except ResponsesError as error:
            raise ResponsesError(
                f"The JSON in row {int(row[PART]) + 1:,} of the column “{name[:40]}” breaks off, as where a field is "
                f"too short for it; hand trials over in several fields, each a list of its own. {UNCHANGED}"
            ) from error
    numbers = [{"trial_number": str(i)} if len(columns) > 1 else {} for i in range(len(trials))]
    return [
        (_without_person(said) if _NAMED & trial.keys() else said) | _said(trial) | number | {PART: row[PART]}
        for trial, number in zip(trials, numbers, strict=True)
    ]


def _without_person(said: Row) -> Row:
    return {name: cell for name, cell in said.items() if name != "participant"}


def _of_instances(rows: Sequence[Row]) -> list[Row]:
    """Return REDCap's rows that name a class, each with what the other rows of its record say; all where none does."""
    known = [_known(_ticked(row)) for row in rows]
    records = [next(iter(row.values())) for row in rows]  # the first column, whatever it is called
    of_record: dict[str, Row] = {}
    for record, row in zip(records, known, strict=True):
        if "class" not in row:
            of_record.setdefault(record, {}).update(row)
    trials = [
        {"participant": record} | of_record.get(record, {}) | row | {PART: record}
        for record, row in zip(records, known, strict=True)
        if "class" in row
    ]
    if any("trial_number" not in trial and "obs" not in trial for trial in trials):
        counts: dict[str, int] = {}
        for trial in trials:
            counts[trial["participant"]] = counts.get(trial["participant"], -1) + 1
            trial["trial_number"] = str(counts[trial["participant"]])
    return _filled(trials) or list(rows)


def _ticked(row: Row) -> Row:
    """Return a row with the box that was ticked under the name of its question.

    Raises:
        ResponsesError: Several boxes of one question were.
    """
    ticked: Row = {}
    for name, cell in row.items():
        box = _BOX.fullmatch(name) if len(name) <= _LONGEST_BOX else None
        if box is None or cell.strip().lower() not in _TICKED:
            continue
        field, choice = box["field"] or box["label"], box["code"] or box["choice"]
        if field in ticked and canonical(field) in _OURS:
            raise ResponsesError(
                f"A row ticks several boxes of “{field[:40]}”, and a trial has one answer; leave one. {UNCHANGED}"
            )
        ticked[field] = choice
    return ticked | row


def _person(row: Row) -> str:
    """Return who a row is about; empty where it does not say."""
    named = {canonical(name): cell for name, cell in row.items()}
    return next((cell for name in _PERSON if (cell := named.get(canonical(name), "").strip())), "")


def _known(row: Row, *, without: Sequence[str] = ()) -> Row:
    """Return what a row says in columns that this program reads, in our names; not what is empty.

    Case, spaces, hyphens and underscores of a column's name do not count.
    """
    named = {name: cell for name, cell in row.items() if name not in without and canonical(name) in _OURS}
    return {_OURS[canonical(name)]: cell for name, cell in _said(named).items()}


def _said(row: Mapping[str, str]) -> Row:
    return {name: cell for name, cell in row.items() if cell.strip()}


def _numbered(rows: Sequence[Row]) -> list[Row]:
    return [row | {PART: str(number)} for number, row in enumerate(rows)]


def _filled(rows: Sequence[Row]) -> list[Row]:
    """Return rows that each have every column."""
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name, "") for name in columns} for row in rows]
