"""Cells of lists: whatever separates them, they are the same."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.csv_lists import csv_lines

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=8).filter(str.strip)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=4))
def test_cells_come_back_whatever_separates_them(rows: list[tuple[str, str]], separator: str, encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("class", "im_path"), *rows])
    data = text.getvalue().encode(encoding)
    assert list(csv_lines(lambda: io.BytesIO(data), column="im_path")) == [("class", "im_path"), *rows]


@pytest.mark.parametrize(
    ("above", "heading"),
    [
        (b"# exported by jsPsych, 3 May\n", b"a,b"),
        (b"#\n# two lines\n", b"a,b"),
        (b"", b"#,b"),
        (b"# of 3 May\nsep=;\n", b"a;b"),
    ],
)
def test_comments_above_any_heading_do_not_count(above: bytes, heading: bytes) -> None:
    data = above + heading + b"\n#1,2\n".replace(b",", heading[1:2])
    first, row = csv_lines(lambda: io.BytesIO(data), column=None)
    assert (*first, *row) == (heading[:1].decode(), "b", "#1", "2")


def test_a_heading_in_another_order_is_sought_through_once() -> None:
    """Of 20,000 columns it took 1.2 s of the processor, and of 200,000 a hundred times that."""
    names = [f"c{i}" for i in range(200_000)]
    data = "\n".join(",".join(line) for line in (names, names[::-1], map(str, range(200_000)))).encode()
    heading, row = csv_lines(lambda: io.BytesIO(data), column=None)
    assert (heading[0], row[0], row[-1]) == ("c0", "199999", "0")
