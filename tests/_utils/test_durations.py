from __future__ import annotations

import pytest

from lwise_core._utils.durations import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "1 s"), (89.4, "89 s"), (90.0, "2 min"), (3569.0, "59 min"), (3590.0, "1 h 0 min"), (9000.0, "2 h 30 min")],
)
def test_seconds_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
