"""JSON as JATOS and jsPsych save it, read as rows of text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.study.json_rows import PART, is_json, rows_of_json
from lwise_core.study.response_columns import ResponsesError

ONE, TWO = {"class": "a", "perf": 1}, {"class": "b", "perf": 0}


def rows(content: bytes) -> list[dict[str, str]]:
    return rows_of_json(content, unit="trial", at_most=10**6)


def dumped(*values: object, between: str = "\n") -> bytes:
    return between.join(map(json.dumps, values)).encode()


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (dumped([ONE, TWO]), "00"),
        (dumped([ONE], [TWO]), "01"),
        (dumped([ONE], [TWO], between="\r\n\r\n"), "01"),
        (dumped(ONE, TWO), "01"),
        (b"\xef\xbb\xbf \n" + dumped([[ONE], [TWO]]), "00"),
        (dumped({"trials": [ONE, TWO], "browser": "x"}), "00"),
        (json.dumps([ONE, TWO], indent=1).encode(), "00"),
        (dumped([ONE], [TWO]).decode().encode("utf-16"), "01"),
        (dumped([json.dumps([ONE]), json.dumps(TWO)]), "00"),
        (dumped(json.dumps([ONE]), json.dumps([TWO])), "01"),
        (dumped({"-Nx1": [ONE], "-Nx2": [TWO]}), "01"),
    ],
)
def test_a_list_and_a_list_or_an_object_a_line_are_read(content: bytes, parts: str) -> None:
    assert is_json(content)
    assert rows(content) == [
        {"class": "a", "perf": "1", PART: parts[0]},
        {"class": "b", "perf": "0", PART: parts[1]},
    ]


def test_nothing_is_an_empty_text_and_truth_is_a_number() -> None:
    (row,) = rows(dumped([{"a": None, "b": True, "c": False, "d": 1.5, "e": "None", "f": ["x"]}]))
    assert row == {"a": "", "b": "1", "c": "0", "d": "1.5", "e": "None", "f": '["x"]', PART: "0"}


def test_a_column_that_some_rows_lack_is_empty_there() -> None:
    assert [row.get("b") for row in rows(dumped([{"a": 1}, {"b": 2}]))] == ["", "2"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[", "read to its end"),
        (b'[{"a": 1}', "read to its end: it breaks off at line 1; export it anew"),
        (b'[{"a": 1}]\n[{"a": 1}', "it breaks off at line 2"),
        (b'{"a": "\xff"}', "read to its end"),
        (b"[" * 100_000, "read to its end"),
        (b"[]", "holds no trials"),
        (b"[1, 2]", "holds no trials"),
        (b'[{"a": 1}]' * 200_000, "larger than"),
    ],
)
def test_what_holds_no_rows_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(ResponsesError, match=said) as refused:
        rows(content)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=20))
def test_no_table_of_text_is_taken_for_json(text: str) -> None:
    assert not is_json(f"participant,{text}".encode())


def test_rows_that_name_ever_other_columns_are_refused_before_each_gets_all_of_them() -> None:
    """20,000 such rows take half a megabyte, and 400 million cells."""
    with pytest.raises(ResponsesError, match="more than 1,000 columns"):
        rows(dumped([{f"c{i}": 1} for i in range(1001)]))
    assert len(rows(dumped([{f"c{i}": 1} for i in range(999)]))) == 999  # and the part that each stood in


def test_rows_of_nothing_do_not_get_the_columns_of_the_fullest_one() -> None:
    """50,000 of them, 160 kB, took 1.3 GB."""
    with pytest.raises(ResponsesError, match="Hardly any row"):
        rows(dumped([{f"c{i}": 1 for i in range(999)}, *[{} for _ in range(1100)]]))
    assert len(rows(dumped([{f"c{i}": 1 for i in range(999)}, *[{} for _ in range(900)]]))) == 901


def test_what_columns_are_called_is_written_once_for_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in the place of a name was written out for every row: 190 kB took 2 GB, and minutes."""
    content, written = dumped({"columns": [["a", "b"], "c"], "data": [[1, 2], [3, 4]]}), list[object]()
    monkeypatch.setattr(json, "dumps", lambda value, **_: written.append(value) or "a list")
    assert [list(row) for row in rows(content)] == [["a list", "c", PART]] * 2
    assert written == [["a", "b"]]
