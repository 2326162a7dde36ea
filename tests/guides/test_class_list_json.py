"""Class names in JSON, by their numbers, and JSON that holds none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.guides.class_list_forms import names_in
from lwise_core.guides.class_list_json import HOLDERS, by_number, names_of

NAMES = st.lists(st.text(st.characters(categories=["L"]), min_size=1), min_size=2, max_size=5, unique=True)


@settings(max_examples=20)
@given(NAMES, st.sampled_from(HOLDERS), st.sampled_from([0, 1]))
def test_names_come_in_the_order_of_their_numbers(names: list[str], holder: str, first: int) -> None:
    numbered = list(enumerate(names, start=first))
    for written in (
        names,
        dict(reversed([(str(number), name) for number, name in numbered])),
        dict(reversed([(name, number) for number, name in numbered])),
        [{"id": number, "name": name} for number, name in reversed(numbered)],
    ):
        assert names_of(written) == names
        assert names_of({"date": "3 May", holder: written}) == names
        assert names_in(json.dumps({holder: written, "lr": 0.1})) == names


@pytest.mark.parametrize("text", ['{"a": [1]}', "[[]]", '[{"id": 1}]', '{"classes": {"classes": ["a"]}}'])
def test_json_of_another_kind_holds_no_names(text: str) -> None:
    assert names_in(text) is None


@pytest.mark.parametrize(("pairs", "count"), [({0: "a"}, 1), ({0: "a", 2: "b"}, 2), ({0: "a", 1: "b"}, 3), ({}, 0)])
def test_numbers_with_a_gap_are_no_order(pairs: dict[int, str], count: int) -> None:
    assert by_number(pairs, count=count) is None
