"""Guides in a few words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.card_words import accuracy_words, home_accuracy, knows_words
from lwise_core.guides.model_card import Card, parse_card
from tests.guides.test_model_card import ELSEWHERE, card_bytes


def card_with(**changes: object) -> Card:
    return parse_card(card_bytes(lambda c: c.update(changes)))


def away(value: float) -> dict[str, Any]:
    return ELSEWHERE | {"balanced_accuracy": {"value": value, "interval_95": [0, 1]}}


def test_as_many_classes_are_named_as_there_is_room_for() -> None:
    assert knows_words(("cat",)) == "cat"
    assert knows_words(("dog", "house cat", "big cat", "bear, koala or red panda")) == (
        "dog, house cat, big cat and 1 more"
    )
    assert knows_words([f"class {i}" for i in range(1000)]) == "class 0, class 1, class 2, class 3 and 996 more"


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=30))
def test_the_first_class_is_always_named_and_none_is_lost(classes: list[str]) -> None:
    words = knows_words(classes)
    assert words.startswith(classes[0])
    assert len(words) <= max(34, len(classes[0])) + len(" and 29 more")


@pytest.mark.parametrize(
    ("measured", "found"),
    [
        ({"balanced_accuracy": 0.7, "clean_accuracy": {"value": 0.8}}, 0.7),
        ({"clean_accuracy": {"value": 0.8}}, 0.8),
        ({"clean_accuracy": 0.8}, 0.8),
        ({"balanced_accuracy": True, "clean_accuracy": {"value": 7}}, None),
        ({}, None),
    ],
)
def test_the_balanced_accuracy_is_preferred_and_nothing_is_made_up(
    measured: dict[str, Any], found: float | None
) -> None:
    assert home_accuracy(card_with(measured=measured)) == found


def test_accuracy_is_said_at_home_and_elsewhere() -> None:
    at_home = {"balanced_accuracy": 0.716}
    assert accuracy_words(card_with()) == "accuracy not stated"
    assert accuracy_words(card_with(measured=at_home)) == "right 72% at home, elsewhere not measured"
    assert accuracy_words(card_with(measured=at_home, elsewhere=[away(0.376)])) == ("right 72% at home, 38% elsewhere")
    both = at_home | {"clean_accuracy": {"value": 0.62}}
    assert accuracy_words(card_with(measured=both, elsewhere=[away(0.376)])) == (
        "right 62% at home; as the mean of its classes 72%, 38% elsewhere"
    )
    assert accuracy_words(card_with(measured=both)).startswith("right 62% at home")
    assert accuracy_words(card_with(measured=at_home | {"clean_accuracy": 0.718})) == (
        "right 72% at home, elsewhere not measured"
    )
    three = [away(0.376), away(0.09), away(0.5)]
    assert accuracy_words(card_with(measured=at_home, elsewhere=three)) == "right 72% at home, 9–50% elsewhere"
