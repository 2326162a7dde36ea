"""Columns of answers, checked value by value: text, numbers that may be missing, counts and truth values."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.written_numbers import number_written

NEEDED_COLUMNS = ("participant", "block", "trial_type", "class", "perf")

UNCHANGED = "Nothing was changed."

MISSING_WORDS = ("", "na", "nan", "none", "null", "undefined")

_TRUE = ("1", "1.0", "1,0", "true", "t", "yes", "correct", "right")
_FALSE = ("0", "0.0", "0,0", "false", "f", "no", "incorrect", "wrong")
# As spreadsheets and people write them in German, French, Spanish, Portuguese, Italian, Dutch and Polish.
_TRUE_ELSEWHERE = (
    *("wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda"),
    *(
        "richtig",
        "ja",
        "juste",
        "oui",
        "correcto",
        "sí",
        "correto",
        "sim",
        "corretto",
        "giusto",
        "goed",
        "juist",
        "tak",
    ),
)
_FALSE_ELSEWHERE = (
    *("falsch", "faux", "falso", "onwaar", "fałsz"),
    *("nein", "non", "incorrecto", "incorreto", "não", "sbagliato", "errato", "fout", "onjuist", "nee", "nie"),
)
_TRUTHS = dict.fromkeys((*_TRUE, *_TRUE_ELSEWHERE), True) | dict.fromkeys((*_FALSE, *_FALSE_ELSEWHERE), False)

# Three digits behind a comma may be thousands, unless a point stands before them, a nought, or four digits or more.
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|(?:0|\d{4,}),\d+|\d{1,3}(?:\.\d{3})+,\d+)")
_ANY_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.?\d{3})*,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+")
# Apostrophes as in Switzerland and spaces as in France between thousands, which nothing else is written with.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?:'\d{3})+|(?:’\d{3})+|(?:[ \u00a0\u2009\u202f]\d{3})+)(?:[.,]\d+)?")
_NO_DIGIT = re.compile(r"['’ \u00a0\u2009\u202f]")
_POINTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")  # beside decimal commas they may be of thousands


class ResponsesError(LWiseError):
    """A table of answers that cannot be used. The message is one sentence: what is wrong, and what to do."""


class NoRows(ResponsesError):
    """A file that begins as answers do and holds none, as of a person who left before the first trial."""


def texts_in(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as text, empty where there is none."""
    if name not in table:
        return pd.Series([""] * len(table), index=table.index, dtype=object)
    return table[name].map(lambda value: "" if pd.isna(value) else str(value)).astype(object)


def numbers_in(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as finite float64, NaN where there is nothing.

    A decimal comma is read where the column says that it is one: by a number in which it can be nothing else.
    """
    if name not in table:
        return pd.Series(np.full(len(table), np.nan), index=table.index)
    written = table[name].map(_ungrouped)
    commas = any(_DECIMAL_COMMA.fullmatch(str(value).strip()) for value in written)
    return written.map(lambda value: _number(value, name, commas=commas)).astype(float)


def _ungrouped(value: object) -> object:
    """Return a number in text without the apostrophes or spaces between its thousands, anything else as it is."""
    grouped = isinstance(value, str) and _GROUPED.fullmatch(value.strip())
    return _NO_DIGIT.sub("", value.strip()) if isinstance(value, str) and grouped else value


def _number(value: object, name: str, *, commas: bool) -> float:
    if value is None or value is pd.NA or str(value).strip().lower() in MISSING_WORDS:
        return math.nan
    text = str(value).strip()
    try:
        number = math.inf if commas and _POINTS.fullmatch(text) else number_written(_pointed(text, commas=commas))
    except ValueError:
        number = math.inf
    if math.isinf(number):
        raise ResponsesError(f"“{str(value)[:40]}” in the column “{name}” is no number; correct it. {UNCHANGED}")
    return number


def _pointed(text: str, *, commas: bool) -> str:
    """Return a number with a decimal point and without what separates thousands."""
    if commas and _ANY_COMMA.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


def truth_of(written: object) -> bool | None:
    """Return what a truth value means in any of the languages that are read, None where it is none."""
    return _TRUTHS.get(str(written).strip().lower())


def whole_numbers(numbers: pd.Series, name: str) -> pd.Series:
    """Return ``numbers`` as int64; one is in every trial.

    Raises:
        ResponsesError: One is missing or not whole.
    """
    wrong = numbers.isna() | (numbers % 1 != 0) | (numbers.abs() > 2**53)
    if wrong.any():
        row = wrong.argmax() + 1  # of the trials, as the file has them
        raise ResponsesError(
            f"The column “{name}” must hold a whole number in every trial, and row {row:,} below the heading has none; "
            f"correct it, or leave it out if it is no trial. {UNCHANGED}"
        )
    return numbers.astype("int64")


def counts_in(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as whole numbers from 0, missing where there is nothing.

    Raises:
        ResponsesError: A value is no number, no whole one, or below 0.
    """
    numbers = numbers_in(table, name)
    if (whole_numbers(numbers.dropna(), name) < 0).any():
        raise ResponsesError(f"The column “{name}” counts, so nothing in it is below 0; correct it. {UNCHANGED}")
    return numbers.astype("Int64")


def truths_in(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of truth values, false where there is none.

    Raises:
        ResponsesError: One is neither 1 nor 0.
    """
    if name not in table:
        return pd.Series(np.zeros(len(table), dtype=bool), index=table.index)
    truths = table[name].map(truth_of)
    if truths.isna().any():
        raise ResponsesError(f"The column “{name}” must say 1 or 0 in every trial; correct it. {UNCHANGED}")
    return truths.astype(bool)


def _right(value: object) -> float | None:
    """Return 1 or 0, 0 too where there is nothing; None where it is neither."""
    if value is None or value is pd.NA or str(value).strip().lower() in MISSING_WORDS:
        return 0.0
    truth = truth_of(value)
    if truth is not None:
        return float(truth)
    try:
        number = number_written(str(value))
    except ValueError:
        return None
    return number if number in (0.0, 1.0) else None


def right_or_wrong(table: pd.DataFrame) -> pd.Series:
    """Return 1 for right answers; 0 for wrong ones and where there was none, whatever the file says.

    Raises:
        ResponsesError: A value of “perf” is neither 1 nor 0.
    """
    said = [_right(value) for value in table["perf"]]
    strange = next((value for value, right in zip(table["perf"], said, strict=True) if right is None), None)
    if strange is not None:
        raise ResponsesError(
            f"The column “perf” must say 1 (right) or 0 (wrong), and says “{str(strange)[:40]}”; correct it. "
            f"{UNCHANGED}"
        )
    right = pd.Series(said, index=table.index, dtype=float)
    if "choice" in table and (texts_in(table, "choice") != "").any():
        right = right.where(texts_in(table, "choice") != "", 0.0)
    return right.astype("int64")
