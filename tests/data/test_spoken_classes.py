"""What a folder's name speaks of: more general words, more special ones, several of a kind, and no slip too many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.spoken_classes import MOST_PROPOSED, spoken_of

ANIMALS = (
    *("bear", "beetle or bug", "big cat", "bird", "butterfly", "dog", "elephant", "fish", "frog", "hoofed animal"),
    *("house cat", "lobster", "monkey", "reptile", "snail or slug", "spider"),
)
THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MOTHS = ("atlas moth", "io moth", "luna moth", "madagascan sunset moth", "monarch", "viceroy")


@pytest.mark.parametrize("folder", ["cat", "Cats", "my_cats", "CAT photos"])
def test_a_more_general_name_proposes_what_people_mean_by_it_first(folder: str) -> None:
    assert spoken_of(folder, ANIMALS) == ("house cat", "big cat")
    assert spoken_of(folder, tuple(reversed(ANIMALS))) == ("house cat", "big cat")


@pytest.mark.parametrize(
    ("folder", "proposed"),
    [
        ("kittens", "house cat"),
        ("tabby cat", "house cat"),
        ("Lions", "big cat"),
        ("snow leopard", "big cat"),
        ("wild horses", "hoofed animal"),
        ("ponies", "hoofed animal"),
        ("geese", "bird"),
        ("sea_turtles", "reptile"),
        ("slugs", "snail or slug"),
        ("bugs and beetles", "beetle or bug"),
        ("dragonfly", "beetle or bug"),
        ("tiger moth", "butterfly"),
        ("Monarch", "butterfly"),
        ("tarantula", "spider"),
    ],
)
def test_a_more_special_name_proposes_the_class_that_it_is_a_kind_of(folder: str, proposed: str) -> None:
    assert spoken_of(folder, ANIMALS) == (proposed,)


@pytest.mark.parametrize(
    ("folder", "proposed"),
    [("plane", "airplane"), ("cars", "automobile"), ("kitten", "cat"), ("big cat", "cat"), ("lorry", "truck")],
)
def test_what_is_the_class_for_one_guide_is_the_kind_for_another(folder: str, proposed: str) -> None:
    assert spoken_of(folder, THINGS) == (proposed,)


@pytest.mark.parametrize("folder", ["boar hunt", "rat", "insects", "animal", "0", "IMG_0001", "", "   ", "()"])
def test_what_means_none_or_too_many_proposes_nothing(folder: str) -> None:
    assert spoken_of(folder, THINGS) == ()
    assert spoken_of(folder, MOTHS) == ()


def test_of_a_family_with_many_classes_none_is_proposed() -> None:
    assert spoken_of("moths", MOTHS) == ()
    assert spoken_of("moths", MOTHS[:3]) == MOTHS[:3]
    assert spoken_of("luna", MOTHS) == ("luna moth",)


@pytest.mark.parametrize(("folder", "proposed"), [("viceroi", "viceroy"), ("monarh", "monarch")])
def test_a_slip_of_the_pen_is_forgiven(folder: str, proposed: str) -> None:
    assert spoken_of(folder, MOTHS) == (proposed,)


def test_a_name_that_is_no_folder_s_speaks_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 12,000 letters took a second of the processor; a zip may have many of 65,000."""
    longest = "cats " * 51
    assert spoken_of(longest, ANIMALS) == ("house cat", "big cat")
    monkeypatch.setattr("lwise_core.data.spoken_classes._words", lambda _: pytest.fail("it was read"))
    assert spoken_of(f"{longest}s", ANIMALS) == ()


@given(folder=st.text(), classes=st.lists(st.text(min_size=1), unique=True))
def test_it_proposes_few_of_the_classes_whatever_they_are_called(folder: str, classes: list[str]) -> None:
    found = spoken_of(folder, tuple(classes))
    assert len(found) <= MOST_PROPOSED
    assert set(found) <= set(classes)
    assert found == spoken_of(folder, tuple(classes))
