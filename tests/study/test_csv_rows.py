"""Files as spreadsheets save them, and those that are refused."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lwise_core._utils.csv_lines import csv_line
from lwise_core.study.csv_rows import rows_of
from lwise_core.study.response_columns import ResponsesError

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_every_cell_comes_back(rows: list[tuple[str, str]]) -> None:
    content = b"".join(map(csv_line, [("a", "b"), *rows]))
    assume(any(cell.strip() for row in rows for cell in row))
    told = [row for row in rows if any(cell.strip() for cell in row) and [c.strip() for c in row] != ["a", "b"]]
    assume(told)
    assert [tuple(row.values()) for row in rows_of(content, unit="trial", at_most=10**6)] == told


AS_SPREADSHEETS_SAVE_IT = [
    b"a,b\n1,2\n,\n , \n",
    b"a,b,,\n1,2,,\n",
    b"a,b\n1,2,,\n",
    b"sep=;\r\na;b\r\n1;2\r\n",
    b'"sep=,"\na,b\n1,2\n',
    b"sep=\na\tb\n1\t2\n",
    b" a ,b\n1,2\na,b\n",
    b"a|b\n1|2\n",
    "a;b\r\n1;2\r\n".encode("utf-16-le"),
    "a;b\r\n1;2\r\n".encode("utf-16"),
    "a\tb\r\n1\t2\r\n".encode("utf-16"),
    "a;b\r\n1;2\r\n".encode("utf-32"),
    "a,b\n1,2\n".encode("utf-16-be"),
    b'a,b\n"Which, of\nthese?",Why?\n"{""ImportId"":""a""}","{""ImportId"":""QID1"",""timeZone"":""Z""}"\n1,2\n',
    b"a,b\n1,2\nEND OF FILE,\n",
    b"a,b\n1,2\nEND OF FILE\n",
    b'"a,b"\n"1,2"\n',
]


@pytest.mark.parametrize("content", AS_SPREADSHEETS_SAVE_IT)
def test_what_a_spreadsheet_adds_does_not_count(content: bytes) -> None:
    (row,) = rows_of(content, unit="trial", at_most=100)
    assert {name: cell for name, cell in row.items() if name} == {"a": "1", "b": "2"}


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"a;b\r\n1;2\r\n", b"a\tb\n1\t2\n", b"\xef\xbb\xbfa,b\n1,2\n"])
def test_commas_semicolons_and_tabs_separate(content: bytes) -> None:
    assert rows_of(content, unit="trial", at_most=100) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n1,2\n" * 20, "larger than 0 MB"),
        (b"a,b\n\xff,2\n", "not a CSV in UTF-8"),
        (b'a,b\n"1,2\n', "not a CSV in UTF-8"),
        (b"a,b\n", "holds no trials"),
        (b"", "holds no trials"),
        (b"a,b\n1\n", "more or fewer cells"),
        (b"a,b\n1,2,3\n", "more or fewer cells"),
        (b"a,a\n1,2\n", "Two columns are called “a”"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ResponsesError, match=sentence):
        rows_of(content, unit="trial", at_most=100)


def test_files_put_together_with_their_columns_in_another_order_are_one_table() -> None:
    content = b"a,b,c\n1,2,3\nc,a,b\n6,4,5\na,b,c\n7,8,9\n"
    rows = rows_of(content, unit="trial", at_most=100)
    assert [tuple(row.values()) for row in rows] == [("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9")]
