"""How often people were right and wrong about each picture, from the CSV files that people have of it.

Read are, with one row a picture: counts (``picture,right,wrong``; or one of them beside ``total``), and how many people
chose each class (``picture,class,n_cat,n_dog,…``). With one row an answer: whether it was right (``picture,right``, 1
or 0), what was there and what was answered (``picture,class,answer``), and files of answers as this product and the
paper write them. Whatever could mean two things is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lwise_core._utils.arrays import Counts, Values
from lwise_core._utils.class_names import canonical
from lwise_core._utils.written_numbers import number_written
from lwise_core.study.column_names import in_our_names
from lwise_core.study.csv_rows import Row, rows_of
from lwise_core.study.response_columns import MISSING_WORDS, NEEDED_COLUMNS, UNCHANGED, ResponsesError, truth_of
from lwise_core.study.response_files import read_csv
from lwise_core.study.survey_exports import trials_of_surveys
from lwise_core.study.thousands import settled

MAX_HUMAN_ERRORS_BYTES = 50_000_000
"""Largest file that is read."""

MOST_HUMAN_ANSWERS = 2_000_000
"""Answers of one file; the AUC goes through each."""

PICTURE_COLUMNS = (
    "picture",
    "image",
    "image name",
    "image path",
    "im path",
    "file",
    "file name",
    "path",
    "photograph",
    "stimulus",
    "stimulus image url",
    "index",
)
_RIGHT = ("right", "correct", "n right", "n correct", "perf", "hits")
_WRONG = ("wrong", "incorrect", "n wrong", "n incorrect", "errors", "error", "misses")
_TOTAL = ("total", "answers", "n answers", "trials", "n trials", "n")
_CLASS = ("class", "ground truth", "truth", "stated class")
_CHOICE = ("answer", "choice", "response")
_PSYCHOPY = ".corr"  # PsychoPy's ending for whether a keyboard or a mouse was right
_GORILLA = "Spreadsheet: "  # before the names of one's own columns in what Gorilla exports
_VOTES = "n_"

_WHOLE = re.compile(r"(\d+),0{1,2}")  # as where a decimal comma is written; of three noughts it may part thousands

_WANTED = (
    "give it one row a picture with the columns “picture”, “right” and “wrong”, or one row an answer with “picture” "
    "and “right” (1 or 0)"
)


@dataclass(frozen=True, eq=False)
class HumanErrors:
    """How many people were ``right`` and ``wrong`` ``(N,)`` about each of the ``pictures``, which the file names so.

    ``notes`` are sentences on what of the file was left out.
    """

    pictures: tuple[str, ...]
    right: Counts
    wrong: Counts
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> Values:
        """The share of people who erred, ``(N,)`` in [0, 1]."""
        share: Values = self.wrong / (self.right + self.wrong)
        return share


def read_human_errors(content: bytes) -> HumanErrors:
    """Return what a CSV says of people's answers; the module says which layouts are read.

    A picture that has several rows gets their sum, in the order of the first ones.

    Raises:
        ResponsesError: It is no such file, or could be read in two ways.
    """
    held = rows_of(content, unit="answer", at_most=MAX_HUMAN_ERRORS_BYTES)
    trials = trials_of_surveys(held, at_most=MAX_HUMAN_ERRORS_BYTES)
    rows = held if trials is held else in_our_names(trials) or held
    if set(NEEDED_COLUMNS) <= set(rows[0]):
        return _of_trials(content)
    columns = _Columns.of(rows)
    picture = columns.only(PICTURE_COLUMNS, "names the picture")
    if picture is None:
        raise ResponsesError(f"The file says of no row which picture it is about: {_WANTED}. {UNCHANGED}")
    counted = _how(columns)
    if trials is held:
        rows = settled(rows, columns=columns.counts(), of=content)
    named = [row for row in rows if row[picture].strip()]
    found = [(row[picture].strip(), counted(row)) for row in named]
    answers = [(name, *count) for name, count in found if count is not None and any(count)]
    left_out = len(rows) - len(answers)
    notes = (f"{left_out:,} of {len(rows):,} rows say of no picture what was answered, and are left out.",)
    return _summed(answers, notes if left_out else ())


@dataclass(frozen=True)
class _Columns:
    """The columns of a file, in the form in which names are compared, and the classes among them that got votes."""

    names: dict[str, str]
    votes: dict[str, str]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Columns:
        names = {canonical(name): name for name in rows[0] if name}
        for name in rows[0]:
            if name.startswith(_GORILLA):
                names.setdefault(canonical(name.removeprefix(_GORILLA)), name)
        spoken_for = {canonical(name) for name in (*_RIGHT, *_WRONG, *_TOTAL)}
        votes = {
            canonical(name.removeprefix(_VOTES)): name
            for key, name in names.items()
            if name.startswith(_VOTES) and key not in spoken_for
        }
        return cls(names, votes)

    def only(self, aliases: Sequence[str], says: str) -> str | None:
        """Return the one column that is called like one of ``aliases``; the first alias is preferred to all others.

        Raises:
            ResponsesError: There are two.
        """
        found = [self.names[canonical(a)] for a in aliases if canonical(a) in self.names]
        if len(found) > 1 and canonical(found[0]) != canonical(aliases[0]):
            raise ResponsesError(
                f"Both “{found[0]}” and “{found[1]}” may be the column that {says}; call the right one "
                f"“{aliases[0]}”. {UNCHANGED}"
            )
        return found[0] if found else None

    def counts(self) -> tuple[str, ...]:
        """Return the columns that count answers."""
        counted = {canonical(name) for name in (*_RIGHT, *_WRONG, *_TOTAL)}
        return (*(name for key, name in self.names.items() if key in counted), *self.votes.values())

    def right(self) -> str | None:
        """Return the column of right answers, by its name or PsychoPy's ending."""
        ending = [name for name in self.names.values() if name.endswith(_PSYCHOPY)]
        return self.only(_RIGHT, "counts right answers") or (ending[0] if len(ending) == 1 else None)


_Counted = Callable[[Row], tuple[int, int] | None]
"""How many answers of a row were right and wrong, None where it holds none."""


def _how(columns: _Columns) -> _Counted:
    """Return how the rows of a file with these ``columns`` are to be read.

    Raises:
        ResponsesError: They do not say what was right.
    """
    right, wrong = columns.right(), columns.only(_WRONG, "counts wrong answers")
    total = columns.only(_TOTAL, "counts all answers")
    shown = columns.only(_CLASS, "says what was shown")
    chosen = columns.only(_CHOICE, "says what was answered")
    if right and wrong:
        return lambda row: _pair(row, right, wrong)
    if total and right:
        return lambda row: _rest(_pair(row, right, total), row)
    if total and wrong:
        return lambda row: _swapped(_rest(_pair(row, wrong, total), row))
    if right:
        return lambda row: _yes(row, right)
    if wrong:
        return lambda row: _swapped(_yes(row, wrong))
    if shown and len(columns.votes) > 1:
        return lambda row: _votes(row, shown, columns.votes)
    if shown and chosen:
        return lambda row: _same(row, shown, chosen)
    raise ResponsesError(f"The file says of no answer whether it was right: {_WANTED}. {UNCHANGED}")


def _pair(row: Row, first: str, second: str) -> tuple[int, int] | None:
    if _is_missing(row[first]) and _is_missing(row[second]):
        return None
    return _count(row, first), _count(row, second)


def _rest(of_total: tuple[int, int] | None, row: Row) -> tuple[int, int] | None:
    """Return a count and what is left of the total."""
    if of_total is None:
        return None
    part, total = of_total
    if part > total:
        raise ResponsesError(f"A row counts {part} of {total} answers ({_start_of(row)}); correct it. {UNCHANGED}")
    return part, total - part


def _swapped(pair: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if pair is None else (pair[1], pair[0])


def _yes(row: Row, name: str) -> tuple[int, int] | None:
    """Return one answer that was right or wrong."""
    if _is_missing(row[name]):
        return None
    right = truth_of(row[name])
    if right is None:
        raise ResponsesError(
            f"“{row[name][:40]}” in the column “{name}” is neither 1 nor 0, and nothing says of how many answers it "
            f"is: {_WANTED}. {UNCHANGED}"
        )
    return (1, 0) if right else (0, 1)


def _votes(row: Row, shown: str, votes: dict[str, str]) -> tuple[int, int]:
    """Return how many people named the class that was shown, and another one."""
    right = votes.get(canonical(row[shown]))
    if right is None:
        raise ResponsesError(f"No column counts who chose “{row[shown][:40]}”, which a row says was shown. {UNCHANGED}")
    counts = {name: _count(row, name) for name in votes.values()}
    return counts[right], sum(counts.values()) - counts[right]


def _same(row: Row, shown: str, chosen: str) -> tuple[int, int] | None:
    if _is_missing(row[shown]) or _is_missing(row[chosen]):
        return None
    return (1, 0) if canonical(row[shown]) == canonical(row[chosen]) else (0, 1)


def _count(row: Row, name: str) -> int:
    try:
        number = number_written(_WHOLE.sub(r"\1", row[name].strip()))
    except ValueError:
        number = np.nan
    if not 0 <= number <= MOST_HUMAN_ANSWERS or number % 1:
        raise ResponsesError(
            f"“{row[name][:40]}” in the column “{name}” is no number of answers, which is whole and not below 0; "
            f"correct it. {UNCHANGED}"
        )
    return int(number)


def _is_missing(word: str) -> bool:
    return word.strip().casefold() in MISSING_WORDS


def _start_of(row: Row) -> str:
    return ", ".join(list(row.values())[:3])[:60]


def _of_trials(content: bytes) -> HumanErrors:
    """Return the answers to natural pictures of a file of trials: those of the test, or all where there is none."""
    responses = read_csv(content)
    trials, notes = responses.tests, ("Only answers of the test, to pictures that were not altered, count.",)
    if trials.empty:
        trials, notes = responses.scored, ("Only answers to pictures that were not altered count.",)
    natural = trials[(trials["epsilon_224"] == 0) & (trials["treatment"] == "") & (trials["picture"] != "")]
    answers = zip(natural["picture"], natural["perf"], strict=True)
    return _summed([(picture, int(right), int(not right)) for picture, right in answers], (*responses.notes, *notes))


def _summed(answers: Sequence[tuple[str, int, int]], notes: tuple[str, ...]) -> HumanErrors:
    """Return one row a picture.

    Raises:
        ResponsesError: There is no answer, or there are too many.
    """
    table = pd.DataFrame(answers, columns=["picture", "right", "wrong"])
    if table.empty:
        raise ResponsesError(f"The file holds no answer to a picture; choose one that does. {UNCHANGED}")
    sums = table.groupby("picture", sort=False)[["right", "wrong"]].sum()
    if int(sums.to_numpy().sum()) > MOST_HUMAN_ANSWERS:
        raise ResponsesError(f"The file counts more than {MOST_HUMAN_ANSWERS:,} answers; split it. {UNCHANGED}")
    return HumanErrors(
        pictures=tuple(map(str, sums.index)),
        right=sums["right"].to_numpy(dtype=np.int64),
        wrong=sums["wrong"].to_numpy(dtype=np.int64),
        notes=notes,
    )
