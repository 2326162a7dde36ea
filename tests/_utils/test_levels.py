from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.levels import level_in_words


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_is_harder_is_never_at_a_lower_level(a: float, b: float) -> None:
    low, high = (int(level_in_words(share).partition("(")[2][0]) for share in sorted((a, b)))
    assert 1 <= low <= high <= 5


def test_both_ends_are_called_very() -> None:
    assert level_in_words(0) == "very easy (1 of 5)"
    assert level_in_words(1) == "very hard (5 of 5)"
    assert level_in_words(0.5) == "middling (3 of 5)"
