"""Lines of CSV files: every reader gets back what was written."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lwise_core._utils.csv_lines import Cell, cell, csv_line


@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
@example(cells=['a "quoted" word', '"', "a,b"])
@example(cells=["", "\r"])
@example(cells=[""])
def test_a_line_reads_as_it_was_written(cells: list[str]) -> None:
    line = csv_line(cells).decode()
    assert next(csv.reader(io.StringIO(line, newline=""))) == cells


@given(value=st.floats(allow_nan=False))
def test_a_number_keeps_every_bit(value: float) -> None:
    assert float(cell(value)) == value


@pytest.mark.parametrize(("value", "written"), [(None, ""), (3, "3"), ("a, b", "a, b"), (0.1, "0.1")])
def test_a_cell_is_what_a_reader_expects(value: Cell, written: str) -> None:
    assert cell(value) == written
