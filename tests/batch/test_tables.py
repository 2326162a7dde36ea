"""Tables say the same as CSV and as Parquet, and the same rows give the same bytes."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lwise_core.batch import tables
from lwise_core.batch.tables import Columns, Row, write_tables

COLUMNS: Columns = {"picture": str, "logit": float, "rank": int}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "picture": st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            "logit": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "rank": st.none() | st.integers(-(2**63), 2**63 - 1),
        }
    ),
    max_size=3,
)


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def read_parquet(file: Path) -> list[Row]:
    return pyarrow.parquet.read_table(file).to_pylist()


@settings(max_examples=20)
@given(rows=ROWS)
@example(rows=[{"picture": 'a,"b"\r\nc', "logit": 0.1 + 0.2, "rank": None}])
def test_both_tables_hold_every_value_and_nothing_as_nothing(rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hashes = write_tables(Path(folder) / "results", COLUMNS, lambda: iter(rows))
        assert read_parquet(Path(folder) / "results.parquet") == rows
        for row, written in zip(rows, read_csv(Path(folder) / "results.csv"), strict=True):
            assert written["picture"] == (row["picture"] or "")
            assert (float(written["logit"]) if written["logit"] else None) == row["logit"]
            assert (int(written["rank"]) if written["rank"] else None) == row["rank"]
        found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in Path(folder).iterdir()}
        assert hashes == found


def test_the_same_rows_give_the_same_bytes_wherever_they_lie(tmp_path: Path) -> None:
    rows: list[Row] = [{"picture": "a.png", "logit": 1.5, "rank": 1}]
    places = [tmp_path / "here", tmp_path / "there"]
    for place in places:
        place.mkdir()
    one, other = (write_tables(place / "results", COLUMNS, lambda: iter(rows)) for place in places)
    assert one == other


def test_a_table_without_rows_still_names_its_columns(tmp_path: Path) -> None:
    write_tables(tmp_path / "results", COLUMNS, lambda: iter(()))
    assert (tmp_path / "results.csv").read_text() == "picture,logit,rank\n"
    assert pyarrow.parquet.read_schema(tmp_path / "results.parquet").names == list(COLUMNS)


def test_more_rows_than_are_held_at_once_are_all_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_ROWS_AT_ONCE", 4)
    write_tables(
        tmp_path / "results", COLUMNS, lambda: ({"picture": f"{i}", "logit": None, "rank": i} for i in range(11))
    )
    assert [row["rank"] for row in read_parquet(tmp_path / "results.parquet")] == list(range(11))
