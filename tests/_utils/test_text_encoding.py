"""A text's form of Unicode is told by how it begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.text_encoding import encoding_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_a_text_comes_back_in_every_form(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    assert data.decode(encoding_of(data)) == text


@pytest.mark.parametrize("mark", [b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xff\xfe", b"\xfe\xff"])
def test_a_mark_counts_in_either_order_of_bytes(mark: bytes) -> None:
    width = len(mark)
    order = "le" if mark[:1] == b"\xff" else "be"
    data = mark + "é".encode(f"utf-{8 * width}-{order}")
    assert data.decode(encoding_of(data)) == "é"


@pytest.mark.parametrize("data", [b"", b"\0", bytes(50), "\u732b".encode("utf-8")])
def test_anything_else_is_taken_for_utf_8(data: bytes) -> None:
    assert encoding_of(data) == "utf-8-sig"
