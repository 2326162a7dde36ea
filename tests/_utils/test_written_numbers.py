"""What Python reads as a number, a person reads as one too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.written_numbers import number_written


@given(st.floats(allow_nan=False))
def test_a_number_that_is_written_out_comes_back(number: float) -> None:
    assert number_written(f" {number!r} ") == number


@pytest.mark.parametrize("text", ["1_0", "1_000.5", "_1", "1_", "one", "1 0"])
def test_what_is_no_number_to_a_person_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        number_written(text)
