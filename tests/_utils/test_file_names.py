"""Names of files: two forms of Unicode are one name, any bytes can be shown, and a long name is cut by bytes."""

from __future__ import annotations

import os
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.file_names import LONGEST_NAME, composed, is_text, shortened, shown

ANY_BYTES = st.binary(min_size=1, max_size=400).map(os.fsdecode)


@given(name=ANY_BYTES)
def test_any_name_can_be_shown_and_cut(name: str) -> None:
    shown(name).encode("utf-8", "strict")
    assert is_text(name) == (os.fsencode(name).decode("utf-8", "ignore").encode() == os.fsencode(name))
    cut = shortened(name)
    assert len(os.fsencode(cut)) <= LONGEST_NAME
    assert (cut == name) == (len(os.fsencode(name)) <= LONGEST_NAME)


def test_a_byte_that_is_no_text_is_shown_as_its_number() -> None:
    assert shown(os.fsdecode(b"stra\xdfe\n.png")) == r"stra\xdfe\n.png"
    assert shown("Käfer 猫.png") == "Käfer 猫.png"


def test_long_names_that_begin_alike_stay_apart() -> None:
    one, other = (shortened("標本写真" * 40 + end) for end in "ab")
    assert one != other
    assert one.startswith("標本写真" * 19)


@given(name=st.text(max_size=20))
def test_both_forms_of_a_name_are_one(name: str) -> None:
    assert composed(unicodedata.normalize("NFD", name)) == composed(name)
