"""Two people who drew one sequence stay two people, whatever tells them apart."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.study.shared_labels import told_apart


def people(*counts: int, **columns: list[str]) -> pd.DataFrame:
    """Return people of the label “7” one after the other, each with so many trials, answered in their own way."""
    rows = [(str(n), str(who)) for who, count in enumerate(counts) for n in range(count)]
    table = pd.DataFrame({"participant": "7", "trial_number": [n for n, _ in rows], "choice": [who for _, who in rows]})
    for name, values in columns.items():
        table[name.replace("_of_the_", " of the ")] = [values[int(who)] for who in table["choice"]]
    return table


def labels(table: pd.DataFrame) -> list[str]:
    return told_apart(table)["participant"].tolist()


def test_one_after_the_other_are_two() -> None:
    assert labels(people(3, 2)) == ["7"] * 3 + ["7 (2)"] * 2


@pytest.mark.parametrize("column", ["query_string", "part_of_the_file"])
def test_those_whose_rows_are_mixed_are_told_apart_by_where_they_came_from(column: str) -> None:
    mixed = people(3, 3, 3, **{column: ["?a", "?b", "?c"]}).sort_values("trial_number", kind="stable")
    assert labels(mixed) == ["7", "7 (2)", "7 (3)"] * 3


def test_a_label_that_is_taken_is_not_given_again() -> None:
    table = pd.concat([people(2, 2), people(1).assign(participant="7 (2)")], ignore_index=True)
    assert labels(table) == ["7", "7", "7 (3)", "7 (3)", "7 (2)"]


@pytest.mark.parametrize(
    "table",
    [
        people(3),
        pd.concat([people(3), people(3)], ignore_index=True),  # the same answers twice
        people(3, 3).sort_values("trial_number", kind="stable"),  # mixed, and nothing tells whose is whose
        pd.concat([people(3), people(3).iloc[2:].assign(choice="x")], ignore_index=True),  # one trial twice
    ],
)
def test_what_is_one_person_or_cannot_be_told_stays(table: pd.DataFrame) -> None:
    assert set(labels(table)) == {"7"}


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_nobody_is_left_out_and_nobody_has_a_trial_twice(counts: list[int]) -> None:
    table = told_apart(people(*counts))
    assert len(table) == sum(counts)
    assert table["participant"].nunique() == len(counts)
    assert not table.duplicated(["participant", "trial_number"]).any()
