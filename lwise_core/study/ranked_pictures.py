"""Pictures with the guide's logits, from the table of a ranking, and which of them other files mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from lwise_core._utils.arrays import Values
from lwise_core._utils.class_names import canonical
from lwise_core._utils.csv_lines import unguarded
from lwise_core.batch.score_table import GUESSED
from lwise_core.study.csv_rows import Row, rows_of
from lwise_core.study.human_errors import PICTURE_COLUMNS
from lwise_core.study.response_columns import MISSING_WORDS, UNCHANGED, ResponsesError, numbers_in
from lwise_core.study.thousands import settled

MAX_RANKING_BYTES = 500_000_000
"""Largest file that is read."""

LOGIT_COLUMN = "robust_gt_logit"
"""What score-set, Rank and the paper's dirmaps call the ground-truth logit."""

_LOG_PROBABILITY = "log_probability"
_STATED_BY = "stated_by"


@dataclass(frozen=True, eq=False)
class RankedPictures:
    """What a guide says of ``pictures``, named as the ranking names them: their ground-truth ``logits`` ``(N,)``.

    ``log_probabilities`` ``(N,)`` are None where the ranking has none. The classes of ``guessed`` pictures are the
    guide's own guesses.
    """

    pictures: tuple[str, ...]
    logits: Values
    log_probabilities: Values | None = None
    guessed: int = 0


def read_ranked_pictures(content: bytes) -> RankedPictures:
    """Return the pictures of a ranking: a CSV of ``score-set`` or Rank, or a dirmap of the paper with logits.

    A picture that has several rows, as after ``enhance-set``, counts once.

    Raises:
        ResponsesError: It is no such file, or gives one picture two logits.
    """
    rows = rows_of(content, unit="picture", at_most=MAX_RANKING_BYTES)
    column = next((name for alias in PICTURE_COLUMNS for name in rows[0] if canonical(name) == canonical(alias)), None)
    if LOGIT_COLUMN not in rows[0] or column is None:
        lacking = "picture" if column is None else LOGIT_COLUMN
        raise ResponsesError(
            f"The ranking lacks the column “{lacking}”; take the CSV of Rank or the results.csv of score-set. "
            f"{UNCHANGED}"
        )
    rows = settled(rows, columns=(LOGIT_COLUMN, _LOG_PROBABILITY), of=content)
    known: dict[str, Row] = {}
    for row in rows:
        if row[LOGIT_COLUMN].strip().casefold() in MISSING_WORDS:
            continue
        first = known.setdefault(row[column], row)
        if first[LOGIT_COLUMN] != row[LOGIT_COLUMN]:
            raise ResponsesError(f"The ranking gives “{row[column][:80]}” two logits; take one ranking. {UNCHANGED}")
    if not known:
        raise ResponsesError(f"The ranking has no picture with a logit; rank the pictures anew. {UNCHANGED}")
    found = list(known.values())
    return RankedPictures(
        pictures=tuple(known),
        logits=_numbers(found, LOGIT_COLUMN),
        log_probabilities=_numbers(found, _LOG_PROBABILITY) if _LOG_PROBABILITY in rows[0] else None,
        guessed=sum(row.get(_STATED_BY) == GUESSED for row in found),
    )


def _numbers(rows: Sequence[Row], column: str) -> Values:
    """Return a column as finite numbers."""
    numbers: Values = numbers_in(pd.DataFrame({column: [row[column] for row in rows]}), column).to_numpy()
    if np.isnan(numbers).any():
        raise ResponsesError(f"A picture has nothing in the column “{column}”; fill it in or leave it out. {UNCHANGED}")
    return numbers


def same_pictures(ranked: Sequence[str], others: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return which of ``ranked`` (its place) each of ``others`` (its place) means, in the order of ``others``.

    Names are compared as paths or, where more agree that way, as file names, without their endings, or as numbers
    (“00007.png” and “7”).

    Raises:
        ResponsesError: None is the same, or one name stands for two pictures.
    """
    shared, form = max(((_shared(ranked, others, form), form) for form in _FORMS), key=lambda found: len(found[0]))
    if not shared:
        raise ResponsesError(
            f"No picture with answers is ranked, of {len(others):,} such as “{others[0][:60]}”: the ranked ones are "
            f"called as “{ranked[0][:60]}”. {UNCHANGED}"
        )
    for names in (ranked, others):
        counts = Counter(map(form, names))
        again = next((name for name in names if counts[form(name)] > 1 and form(name) in shared), None)
        if again is not None:
            raise ResponsesError(
                f"“{again[:80]}” may stand for {counts[form(again)]} pictures; write the names with their folders in "
                f"both files. {UNCHANGED}"
            )
    places = {form(name): i for i, name in enumerate(ranked)}
    return tuple((places[form(name)], j) for j, name in enumerate(others) if form(name) in shared)


_Form = Callable[[str], str]


def _shared(ranked: Sequence[str], others: Sequence[str], form: _Form) -> frozenset[str]:
    """Return the names, in one form, that are in both."""
    return frozenset(map(form, ranked)) & frozenset(map(form, others)) - {""}


def _path(name: str) -> str:
    said = unguarded(name)
    try:
        below = urlsplit(said).path if "://" in said else said
    except ValueError:  # such as “http://[”
        below = said
    return PurePosixPath(below.strip().replace("\\", "/")).as_posix().strip("/")


def _file(name: str) -> str:
    return PurePosixPath(_path(name)).name


def _stem(name: str) -> str:
    return PurePosixPath(_path(name)).stem


def _number(name: str) -> str:
    stem = _stem(name)
    return stem.lstrip("0") or "0" if stem.isascii() and stem.isdecimal() else ""


_FORMS: tuple[_Form, ...] = (_path, _file, _stem, _number)
