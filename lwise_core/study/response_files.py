"""Answers as files: CSV with the paper's columns in and out, and JSON as jsPsych 8 saves it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pandas as pd

from lwise_core._utils.counting import counted
from lwise_core._utils.csv_lines import guarded, unguarded
from lwise_core._utils.file_names import shown
from lwise_core.study.answer_archives import AnswerFile, files_in
from lwise_core.study.column_names import Row, in_our_names
from lwise_core.study.csv_rows import rows_of
from lwise_core.study.json_rows import PART, is_json, rows_of_json
from lwise_core.study.people_by_file import people_of
from lwise_core.study.response_columns import (
    MISSING_WORDS,
    NEEDED_COLUMNS,
    UNCHANGED,
    NoRows,
    ResponsesError,
    numbers_in,
    texts_in,
    whole_numbers,
)
from lwise_core.study.responses import COLUMNS, COUNTS, NUMBERS, PAIR_TEXTS, Responses
from lwise_core.study.shared_labels import told_apart
from lwise_core.study.survey_exports import trials_of_surveys, why_no_trials
from lwise_core.study.thousands import settled
from lwise_core.teaching.design.schedules import Group, Schedule
from lwise_core.teaching.design.trial_sampling import TrialKind
from lwise_core.teaching.design.trials import RIGHT

MAX_RESPONSES_BYTES = 500_000_000
"""Largest file that is read."""

_NUMBERS = (*NUMBERS, *COUNTS, "trial_number", "obs", "condition_idx")
_ABOUT_TRIALS = frozenset({"class", "perf", "block", "trial_type"})
_NAMED, _LONGEST_COLUMN = 6, 40  # columns in a sentence, and characters of each

# What the original calls the buckets of altered pictures: …-<ε>-0dot5-<steps>-<objective>, 0dot25 for 0.25 (notes 5.1).
_BUCKET = re.compile(r"-(\d+(?:dot\d+)?)-0dot5-\d+-")


def read_csv(content: bytes, *, schedule: Schedule | None = None, slots: Sequence[Group] = ()) -> Responses:
    """Return the answers in a file, one row a trial: one that :func:`as_csv` wrote, the paper's, or JSON.

    JSON is read as our own experiment for other servers, JATOS and jsPsych save it: a list, or one a line; so are
    jsPsych's CSV, the zip in which JATOS hands out one file a person, and the exports of Qualtrics and REDCap. Two
    people under one label, who drew the same sequence, are told apart (“7” and “7 (2)”).

    What the paper's files do not say is derived. The group is ``slots[condition_idx]``, or “control” for 0 and
    “condition 1” and so on. Whether there was feedback follows from the block: by ``schedule``, which knows it by name
    or number, or else because its name begins with “test”. The picture is the path in ``stimulus_image_url``, and ε
    stands in the name of its bucket. Shuffled groups keep, in the paper's files, the block from before shuffling:
    where a participant's blocks do not come one after the other, they are derived anew from ``schedule`` and the
    position; without a schedule they stay.

    Args:
        content: The file, UTF-8.
        schedule: What the blocks belong to.
        slots: The groups by ``condition_idx``.

    Raises:
        ResponsesError: It is not such a file.
    """
    rows, notes = _trials_in(files_in(content, at_most=MAX_RESPONSES_BYTES))
    table = pd.DataFrame({name: [unguarded(r[name]) for r in rows] for name in rows[0]})
    if "trial_number" not in table:
        table["trial_number"] = table["obs"]
    labels = set(table["participant"])
    table["participant"] = table["participant"].map(
        lambda label: plain if (plain := label.strip()) in labels else label
    )
    table = told_apart(table)
    table["trial_type"] = table["trial_type"].map(_kind)
    _add_group(table, slots)
    _add_pictures(table)
    _add_choices(table)
    _add_blocks(table, schedule)
    return Responses(table, notes)


def _trials_in(files: Sequence[AnswerFile]) -> tuple[list[Row], tuple[str, ...]]:
    """Return the trials of all files, each with every column, and what is to be said of them.

    Files without any, such as questionnaires, do not count.

    Raises:
        ResponsesError: None holds trials, or one that does lacks a column.
    """
    found = [(file.name, _rows_in(file.content, number, alone=len(files) == 1)) for number, file in enumerate(files)]
    trials = [(name, rows) for name, rows in found if rows and (len(files) == 1 or _ABOUT_TRIALS & rows[0].keys())]
    if not trials:
        raise ResponsesError(f"The file holds no trials that ask for a class; choose another one. {UNCHANGED}")
    named, notes = _named(trials)
    for rows in named:
        _check_columns(tuple(rows[0]))
    columns = dict.fromkeys(name for rows in named for name in rows[0])
    return [{name: row.get(name, "") for name in columns} for rows in named for row in rows], notes


def _named(trials: Sequence[tuple[str, list[Row]]]) -> tuple[list[list[Row]], tuple[str, ...]]:
    """Return the rows of each file with whose they are, by its name where no column says it, and a note of that.

    Raises:
        ResponsesError: The names of several files cannot tell.
    """
    files = [rows for _, rows in trials]
    nameless = [place for place, rows in enumerate(files) if "participant" not in rows[0]]
    if not nameless or len(trials) == 1:
        return files, ()
    people = people_of([name for name, _ in trials])
    if people is None:
        raise ResponsesError(
            f"Files of the zip have no column “participant”, such as “{shown(trials[nameless[0]][0])[-80:]}”, and "
            "their names do not tell people apart: add that column, or give each person one file with a name of its "
            f"own. {UNCHANGED}"
        )
    note = (
        f"{counted(len(nameless), 'file')} of the zip {'has' if len(nameless) == 1 else 'have'} no column "
        f"“participant”: people are called as their files or folders, such as “{people[nameless[0]]}”."
    )
    rows = [[{"participant": person, **row} for row in rows] for person, rows in zip(people, files, strict=True)]
    return rows, (note,)


def _rows_in(content: bytes, number: int, *, alone: bool) -> list[Row]:
    """Return the rows of one file that ask for a class, in our names; of several, each says in which it stood."""
    read = rows_of_json if is_json(content) else rows_of
    try:
        held = read(content, unit="trial", at_most=MAX_RESPONSES_BYTES)
    except NoRows:
        if alone:
            raise
        return []
    trials = trials_of_surveys(held, at_most=MAX_RESPONSES_BYTES)
    rows = in_our_names(trials)
    if rows and trials is held and not is_json(content):  # JSON, in a file or in a survey's cells, has decimal points
        rows = settled(rows, columns=_NUMBERS, of=content)
    return rows if alone else [row | {PART: f"{number} {row.get(PART, '')}"} for row in rows]


def _check_columns(names: Sequence[str]) -> None:
    """Refuse a table that lacks columns, with the names of those that it has: they may only be called otherwise."""
    lacking = [name for name in NEEDED_COLUMNS if name not in names]
    lacking += [] if {"trial_number", "obs"} & set(names) else ["trial_number"]
    if not lacking:
        return
    if (survey := why_no_trials(names)) is not None:
        raise ResponsesError(survey)
    own = [f"“{name[:_LONGEST_COLUMN]}”" for name in names if name != PART]
    more = f" and {len(own) - _NAMED:,} more" if len(own) > _NAMED else ""
    there, lacked = f"{', '.join(own[:_NAMED])}{more}", ", ".join(f"“{name}”" for name in lacking)
    raise ResponsesError(
        f"The file lacks the column{'s' if len(lacking) > 1 else ''} {lacked}; it has {there}: name its columns as the "
        f"paper's files do, with one row a trial. {UNCHANGED}"
    )


def as_csv(responses: Responses) -> bytes:
    """Return the answers as CSV, UTF-8, one row a trial: the paper's columns first, then those that it lacks.

    Texts that a spreadsheet would take for a formula get an apostrophe in front, which :func:`read_csv` takes away.
    """
    table = responses.trials.copy()
    table["obs"] = table["trial_number"]
    # The buttons stand in the order of their names; those of a calibration trial are not among them.
    asked = table.loc[table["trial_type"] != TrialKind.CALIBRATION, "stimulus_name"]
    buttons = {name: i for i, name in enumerate(sorted(set(asked)))}
    table["i_choice"] = table["choice_name"].map(lambda name: buttons.get(name, ""))
    table["i_correct_choice"] = table["stimulus_name"].map(lambda name: buttons.get(name, ""))
    _add_sides(table)
    table["stimulus_image_url"] = table["picture"]
    for column in ("feedback", "simulated"):
        table[column] = table[column].astype(int)
    written = [*_PUBLISHED, *(c for c in COLUMNS if c not in _PUBLISHED)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")  # as RFC 4180, so that lone carriage returns are quoted too
    writer.writerow(written)
    for row in table[written].itertuples(index=False, name=None):
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue().encode()


def _add_sides(table: pd.DataFrame) -> None:
    """Write 0 for the left and 1 for the right picture where there were two."""
    pairs = table["foil_class"] != ""
    right = (table["side"] == RIGHT).astype(int)
    chosen = right.where(table["perf"] == 1, 1 - right).where(table["choice"] != "", "")
    table["i_correct_choice"] = table["i_correct_choice"].where(~pairs, right)
    table["i_choice"] = table["i_choice"].where(~pairs, chosen)


_PUBLISHED = (
    "participant",
    "obs",
    "block",
    "condition_idx",
    "trial_type",
    "class",
    "stimulus_name",
    "choice_name",
    "i_choice",
    "i_correct_choice",
    "perf",
    "reaction_time_msec",
    "rel_timestamp_response",
    "stimulus_image_url",
    "trial_number",
)


def as_jspsych(responses: Responses) -> bytes:
    """Return the answers as jsPsych 8 saves them: a JSON list with one object a trial, nothing missing but null.

    ``trial_type`` is, as there, what jsPsych calls the form of a trial, and ``response`` the number of the button among
    ``choices``; what the trial was for is in ``task``. ``trial_index`` starts anew with every ``subject``, and
    ``time_elapsed`` is when the answer came. (jsPsych 8, “Plugins: data collected by all plugins” and
    “image-button-response”.)
    """
    names = responses.classes
    trials = []
    for row in responses.trials.to_dict("records"):
        choices = _choices(row, names)
        trials.append(
            {
                "trial_type": "image-button-response",
                "trial_index": int(row["trial_number"]),
                "time_elapsed": _or_none(row["rel_timestamp_response"]),
                "rt": _or_none(row["reaction_time_msec"]),
                "stimulus": row["picture"],
                "response": choices.index(row["choice"]) if row["choice"] in choices else None,
                "choices": choices,
                "correct": bool(row["perf"]),
                "subject": row["participant"],
                "group": row["group"],
                "block": row["block"],
                "task": row["trial_type"],
                "class": row["class"],
                "choice": row["choice"] or None,
                "epsilon_224": _or_none(row["epsilon_224"]),
                "difficulty": _or_none(row["difficulty"]),
                "feedback": bool(row["feedback"]),
                "simulated": bool(row["simulated"]),
                "towards": row["towards"] or None,
                "treatment": row["treatment"] or None,
                **{name: row[name] or None for name in PAIR_TEXTS},
                **{name: _or_none(row[name]) for name in ("onset_ms", "choices_ms", "foil_epsilon_224", *COUNTS)},
            }
        )
    return json.dumps(trials, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _choices(row: Mapping[Hashable, Any], names: Sequence[str]) -> list[str]:
    """Return what could be chosen in a trial, in the order of its buttons; of two pictures the left one first."""
    if row["foil_class"]:
        pair = [row["class"], row["foil_class"]]
        return pair[::-1] if row["side"] == RIGHT else pair
    return list(names) if row["trial_type"] != TrialKind.CALIBRATION else sorted({row["class"], row["choice"]} - {""})


def _kind(written: str) -> str:
    """Return what a trial was for: the original's own types of trial all count as main ones."""
    word = written.strip().lower()
    return next(
        (k.value for k in (TrialKind.CALIBRATION, TrialKind.REPEAT) if word.startswith(k.value)), TrialKind.MAIN.value
    )


def _add_group(table: pd.DataFrame, slots: Sequence[Group]) -> None:
    if "group" in table:
        return
    if "condition_idx" not in table:
        raise ResponsesError(f"The file says of nobody which group they are in; add “condition_idx”. {UNCHANGED}")
    condition = whole_numbers(numbers_in(table, "condition_idx"), "condition_idx")
    if slots and not condition.between(0, len(slots) - 1).all():
        raise ResponsesError(
            f"The file has condition {condition.max()}, and the study has {len(slots)}, from 0; choose another study."
        )
    names = dict(enumerate(map(str, slots))) or {0: Group.CONTROL.value}
    table["group"] = condition.map(lambda c: names.get(c, f"condition {c}"))


def _add_pictures(table: pd.DataFrame) -> None:
    urls = texts_in(table, "stimulus_image_url")
    if "picture" not in table:
        table["picture"] = urls.map(lambda url: _address(url).path.lstrip("/") if "://" in url else url)
    if "epsilon_224" not in table:
        table["epsilon_224"] = urls.map(_epsilon_in)


def _epsilon_in(url: str) -> float:
    found = _BUCKET.search((_address(url).hostname or "") + "-") if "://" in url else None
    return float(found[1].replace("dot", ".")) if found else 0.0


def _address(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:  # such as “http://[”
        raise ResponsesError(
            f"“{url[:40]}” in the column “stimulus_image_url” is no address; correct it. {UNCHANGED}"
        ) from error


def _add_choices(table: pd.DataFrame) -> None:
    """Add the class behind the name that was chosen: each participant has met the names of the classes as answers."""
    if "choice" in table or "choice_name" not in table:
        return
    if "stimulus_name" not in table:
        table["stimulus_name"] = table["class"]
    main = table[table["trial_type"] != TrialKind.CALIBRATION]
    known = {(p, s): c for p, s, c in zip(main["participant"], main["stimulus_name"], main["class"], strict=True)}
    # A word such as “None” says that there was no answer, unless a class bears it.
    borne = {name.strip().lower() for column in ("stimulus_name", "class") for name in main[column]}
    missing = set(MISSING_WORDS) - (borne - {""})
    unanswered = table["choice_name"].map(lambda name: name.strip().lower() in missing)
    if "i_choice" in table:
        unanswered |= table["i_choice"].map(lambda number: number.strip() in ("-1", "-1.0"))
    table["choice"] = [
        "" if none else known.get((person, name), name)
        for person, name, none in zip(table["participant"], table["choice_name"], unanswered, strict=True)
    ]


def _add_blocks(table: pd.DataFrame, schedule: Schedule | None) -> None:
    """Add whether there was feedback, and give blocks their names and, where they are jumbled, their places."""
    if "feedback" in table:
        return
    if schedule is None:
        numbered = table["block"].map(lambda b: b.strip().isdecimal())
        if numbered.any():
            raise ResponsesError(
                "The file numbers its blocks and does not say which had feedback; choose the schedule that they "
                f"belong to. {UNCHANGED}"
            )
        table["feedback"] = ~table["block"].str.lower().str.startswith("test")
        return
    names = [b.name for b in schedule.blocks]
    known = dict(zip(names, names, strict=True)) | {str(i): name for i, name in enumerate(names)}
    blocks = table["block"].map(lambda b: known.get(b.strip().removesuffix(".0")))
    if blocks.isna().any():
        stranger = table["block"][blocks.isna()].iloc[0]
        raise ResponsesError(f"The schedule “{schedule.name}” has no block “{stranger}”; choose another. {UNCHANGED}")
    table["block"] = _in_place(table.assign(block=blocks), schedule)
    table["feedback"] = table["block"].map({b.name: b.feedback for b in schedule.blocks})


def _in_place(table: pd.DataFrame, schedule: Schedule) -> pd.Series:
    """Return each trial's block, by position for participants whose blocks do not come one after the other."""
    classes = table.loc[table["trial_type"] == TrialKind.MAIN, "class"].nunique()
    places = [b.name for b in schedule.blocks for _ in range(b.trials(classes))]
    blocks = table["block"].copy()
    numbers = whole_numbers(numbers_in(table, "trial_number"), "trial_number")
    for rows in table.groupby("participant").groups.values():
        mine = numbers.loc[rows].sort_values()
        seen = blocks.loc[mine.index]
        runs = int((seen != seen.shift()).sum())
        if runs > seen.nunique() and mine.between(0, len(places) - 1).all():
            blocks.loc[mine.index] = [places[i] for i in mine]
    return blocks


def _cell(value: object) -> object:
    if isinstance(value, str):
        return guarded(value)
    return "" if pd.isna(value) else value


def _or_none(value: float | int) -> float | int | None:
    return None if pd.isna(value) else value
