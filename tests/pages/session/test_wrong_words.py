"""Whoever guesses waits longer after each wrong word, in whichever session."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.session.wrong_words import WrongWords, wrong_words


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def waits(count: int) -> list[float]:
    """Return how long one waits after each of ``count`` wrong words, each said as soon as it is looked at."""
    clock = Clock()
    words, found = WrongWords(clock), []
    for _ in range(count):
        clock.seconds += max(0.0, words.seconds_to_wait())
        words.take_turn()
        found.append(words.seconds_to_wait())
    return found


def test_two_mistakes_are_free_and_then_each_doubles_the_wait() -> None:
    assert [max(0.0, wait) for wait in waits(7)] == [0, 0, 1, 2, 4, 8, 16]


def test_of_words_that_are_said_at_once_each_counts_before_it_is_looked_at() -> None:
    words = WrongWords(Clock())
    assert [words.take_turn() for _ in range(5)] == [0, 0, 0, 1, 1]
    assert words.count == 3


def test_after_a_thousand_wrong_words_the_wait_is_as_long_as_before() -> None:
    """A week of guessing; then 2 to the power of their number was more than a float holds, and nobody waited."""
    assert waits(1100)[-1] == 600


@given(st.integers(1, 60))
def test_the_wait_never_shrinks_and_has_an_end(count: int) -> None:
    found = waits(count)
    assert found == sorted(found)
    assert found[-1] <= 600


def test_a_list_of_twenty_thousand_words_takes_months() -> None:
    assert sum(waits(200)) / 200 * 20_000 > 60 * 24 * 3600


def test_the_right_word_begins_anew() -> None:
    clock = Clock()
    words = WrongWords(clock)
    for _ in range(3):
        words.take_turn()
    words.forget()
    assert (words.count, words.seconds_to_wait()) == (0, 0)


def test_it_is_one_for_the_whole_server() -> None:
    assert wrong_words() is wrong_words()


@pytest.mark.parametrize("later", [0.5, 0.999])
def test_the_wait_ends_with_the_clock(later: float) -> None:
    clock = Clock()
    words = WrongWords(clock)
    for _ in range(3):
        words.take_turn()
    clock.seconds = later
    assert words.seconds_to_wait() > 0
    clock.seconds = 1
    assert words.seconds_to_wait() <= 0
