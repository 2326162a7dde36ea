"""Blocks have names that a teacher reads, and what is left of their enhancement is said in words."""

from __future__ import annotations

import pytest

from lwise_core.teaching.design.schedules import MOTHS, Schedule
from pages.parts.courses.block_words import listed, share_in_words, title_of

SHORT = Schedule("short", tuple(b for b in MOTHS.blocks if b.name in {"train_2", "train_6", "train_7", "test_1"}))


def test_blocks_are_counted_among_their_kind_however_they_are_called_in_files() -> None:
    titles = [title_of(SHORT, b.name) for b in SHORT.blocks]
    assert titles == ["Learning 1", "Learning 2", "Learning 3", "Test 1"]
    assert title_of(MOTHS, "test_2") == "Test 2"
    assert title_of(SHORT, "another") == "another"
    assert len({title_of(MOTHS, b.name) for b in MOTHS.blocks}) == len(MOTHS.blocks)


def test_titles_are_listed_as_one_says_them() -> None:
    assert [listed(["A"] * n) for n in range(4)] == ["", "A", "A and A", "A, A and A"]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1.0, "nearly all"),
        (0.9, "about nine tenths"),
        (0.53, "about half"),
        (0.34, "about a third"),
        (0.1, "a quarter or less"),
        (0.0, "a quarter or less"),
    ],
)
def test_a_share_is_said_in_words(share: float, said: str) -> None:
    assert share_in_words(share) == said
