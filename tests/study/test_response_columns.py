"""Columns of answers: every value is taken as what its column holds, and one that is not is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.study.response_columns import (
    MISSING_WORDS,
    UNCHANGED,
    ResponsesError,
    counts_in,
    numbers_in,
    right_or_wrong,
    texts_in,
    truths_in,
    whole_numbers,
)


def column(*values: object) -> pd.DataFrame:
    return pd.DataFrame({"it": pd.Series(list(values), dtype=object)})


def whole(table: pd.DataFrame, name: str) -> pd.Series:
    return whole_numbers(numbers_in(table, name), name)


def test_a_column_that_is_not_there_holds_nothing_in_every_trial() -> None:
    table = pd.DataFrame(index=[3, 7])
    assert texts_in(table, "it").to_dict() == {3: "", 7: ""}
    assert numbers_in(table, "it").isna().to_dict() == {3: True, 7: True}
    assert counts_in(table, "it").isna().to_dict() == {3: True, 7: True}
    assert truths_in(table, "it").to_dict() == {3: False, 7: False}


@settings(max_examples=40)
@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(MISSING_WORDS))
def test_a_number_as_text_is_that_number_and_a_word_for_nothing_is_nothing(number: float, word: str) -> None:
    found = numbers_in(column(number, str(number), word, f" {word.upper()} ", None, pd.NA), "it")
    assert list(found[:2]) == [number, number]
    assert found[2:].isna().all()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["512,5", "512,345"], [512.5, 512.345]),  # the first says what the comma of the second is
        (["0,345"], [0.345]),
        (["1512,345"], [1512.345]),
        (["1.512,345", "7"], [1512.345, 7.0]),
        (["-3,25"], [-3.25]),
        (["1,512.5", "2,001,512.5"], [1512.5, 2001512.5]),
        (["1'512.5", "2’001’512", "7"], [1512.5, 2001512.0, 7.0]),
        (["1\u202f512,5", "2\u00a0001", "-1 000"], [1512.5, 2001.0, -1000.0]),
    ],
)
def test_commas_are_read_where_a_column_says_what_they_are(written: list[str], meant: list[float]) -> None:
    assert numbers_in(column(*written), "it").tolist() == meant


@pytest.mark.parametrize(
    "written", ["1,234", "1,234,567", "512,3 ms", "1.234.567", "1,5.5", "1'23", "12 34", "1 234’567"]
)
def test_a_comma_that_may_be_either_is_not_guessed(written: str) -> None:
    with pytest.raises(ResponsesError, match="is no number"):
        numbers_in(column("7", written), "it")


def test_points_beside_decimal_commas_are_not_guessed() -> None:
    with pytest.raises(ResponsesError, match=r"“1\.234” in the column “it” is no number"):
        numbers_in(column("512,5", "1.234"), "it")


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("yes", "No"),
        ("Correct", "incorrect"),
        ("1,0", "0,0"),
        ("richtig", "Nein"),
    ],
)
def test_truth_is_written_in_several_languages(yes: str, no: str) -> None:
    assert truths_in(column(yes, no), "it").tolist() == [True, False]


@pytest.mark.parametrize("written", ["1", "1.0", " TRUE ", 1, 1.0, True])
def test_truth_is_written_in_several_ways(written: object) -> None:
    assert truths_in(column(written, "false", 0), "it").tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("taken", "value", "sentence"),
    [
        (numbers_in, "1_0", "“1_0” in the column “it” is no number"),
        (numbers_in, "soon", "“soon” in the column “it” is no number"),
        (numbers_in, "-inf", "“-inf” in the column “it” is no number"),
        (whole, "", "“it” must hold a whole number in every trial, and row 2 below the heading has none"),
        (whole, 0.5, "“it” must hold a whole number in every trial"),
        (whole, 2**53 + 2, "“it” must hold a whole number in every trial"),
        (counts_in, -1, "“it” counts, so nothing in it is below 0"),
        (counts_in, 1.5, "“it” must hold a whole number"),
        (truths_in, "", "“it” must say 1 or 0 in every trial"),
        (truths_in, 2, "“it” must say 1 or 0 in every trial"),
    ],
)
def test_what_a_column_does_not_hold_is_refused(
    taken: Callable[[pd.DataFrame, str], pd.Series], value: object, sentence: str
) -> None:
    assert len(taken(column(1), "it")) == 1
    with pytest.raises(ResponsesError) as refused:
        taken(column(1, value), "it")
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(UNCHANGED)


def test_a_count_may_be_missing_and_stays_whole() -> None:
    found = counts_in(column("2", None, 0.0), "it")
    assert found.dtype == "Int64"
    assert [None if pd.isna(n) else int(n) for n in found] == [2, None, 0]


def test_no_answer_is_wrong_unless_no_answers_were_recorded() -> None:
    table = pd.DataFrame({"perf": [1, "1", None, 0], "choice": ["a", "", "a", "a"]})
    assert right_or_wrong(table).tolist() == [1, 0, 0, 0]
    assert right_or_wrong(table.assign(choice="")).tolist() == [1, 1, 0, 0]
    assert right_or_wrong(table.drop(columns="choice")).tolist() == [1, 1, 0, 0]
    for perf in (0.5, "100%", "gut"):
        with pytest.raises(ResponsesError, match=rf"“perf” must say 1 \(right\) or 0 \(wrong\), and says “{perf}”"):
            right_or_wrong(table.assign(perf=perf))
    assert right_or_wrong(table.assign(choice="a", perf=["1.00", "0", "VRAI", "fout"])).tolist() == [1, 0, 1, 0]
