"""Everyday words for kinds: no circle, the nearest first."""

from __future__ import annotations

from lwise_core.data.kinds import _above, more_general, place_among_kinds


def test_nothing_is_a_kind_of_itself() -> None:
    assert [word for word in _above() if word in more_general(word)] == []


def test_the_nearest_comes_first() -> None:
    assert list(more_general("kitten")) == ["house cat", "cat"]
    assert list(more_general("unicorn")) == []


def test_what_people_mean_by_the_general_word_comes_first() -> None:
    assert [place_among_kinds(word, "cat") for word in ("house cat", "big cat")] == [0, 1]
    assert place_among_kinds("kitten", "cat") is None
    assert place_among_kinds("unicorn", "cat") is None
