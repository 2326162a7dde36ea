"""One is one picture, and everything else is pictures."""

from __future__ import annotations

from lwise_core._utils.counting import counted


def test_one_is_singular_and_nothing_else_is() -> None:
    said = ["0 pictures", "1 picture", "2 pictures", "1,200 pictures"]
    assert [counted(n, "picture") for n in (0, 1, 2, 1200)] == said
    assert [counted(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]
