"""Columns of answers are known by the names that other programs give them."""

from __future__ import annotations

import pytest

from lwise_core.study.column_names import in_our_names

INSTRUCTIONS = {"trial_type": "html-button-response", "trial_index": "0", "rt": "5", "class": "", "task": ""}
ASKED = {"trial_type": "image-button-response", "trial_index": "1", "rt": "300", "class": "a", "task": "main"}


@pytest.mark.parametrize("change", [str.upper, str.title, str.lower])
def test_the_case_of_a_heading_does_not_count(change: object) -> None:
    assert callable(change)
    row = {change("participant"): "p", change("reaction_time_msec"): "5", "Notes": "x"}
    assert in_our_names([row]) == [{"participant": "p", "reaction_time_msec": "5", "Notes": "x"}]


def test_of_two_columns_that_differ_in_case_neither_is_guessed() -> None:
    row = {"Class": "a", "CLASS": "b"}
    assert in_our_names([row]) == [row]
    assert in_our_names([row | {"class": "c"}]) == [row | {"class": "c"}]


def test_what_jspsych_shows_without_asking_is_no_trial() -> None:
    (row,) = in_our_names([INSTRUCTIONS, ASKED])
    assert (row["trial_type"], row["trial_number"], row["reaction_time_msec"]) == ("main", "1", "300")


def test_without_rows_there_are_none() -> None:
    assert in_our_names([]) == []
