"""Class names: spelling variants are one class, and an unknown name is answered with the nearest ones."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import UnknownClass, canonical, find_class, has_class, nearest

CLASSES = ("dog", "house cat", "big cat", "beetle or bug", "snail or slug")


@st.composite
def spellings(draw: st.DrawFn) -> tuple[int, str]:
    """Return a class index and one spelling of its name: any case, any of the separators, anywhere."""
    index = draw(st.integers(0, len(CLASSES) - 1))
    separator = st.text(alphabet=" _-\t", max_size=2)
    letters = [
        draw(st.sampled_from([letter.lower(), letter.upper()])) + draw(separator)
        for letter in CLASSES[index].replace(" ", "")
    ]
    return index, draw(separator) + "".join(letters)


@given(spellings())
def test_case_space_hyphen_and_underscore_do_not_count(spelling: tuple[int, str]) -> None:
    index, name = spelling
    assert find_class(name, CLASSES) == index


@given(st.text())
def test_the_canonical_form_is_its_own_canonical_form(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)


@pytest.mark.parametrize("name", ["house.cat", "house cats", "hous cat", "cat", ""])
def test_other_names_are_unknown(name: str) -> None:
    with pytest.raises(UnknownClass, match=f"no class “{name}”"):
        find_class(name, CLASSES)


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(UnknownClass, match="Did you mean “house cat”") as error:
        find_class("House Cats", CLASSES)
    assert "snail" not in str(error.value)


def test_a_part_of_a_name_lists_the_names_that_hold_it() -> None:
    with pytest.raises(UnknownClass, match="“beetle or bug”"):
        find_class("bug", CLASSES)


def test_a_name_like_no_other_says_how_many_classes_there_are() -> None:
    with pytest.raises(UnknownClass, match="5 classes, such as “dog”"):
        find_class("xylophone", CLASSES)


def test_classes_are_the_same_whatever_their_spelling() -> None:
    assert has_class(CLASSES, "House_Cat")
    assert not has_class(CLASSES, "cat")


@pytest.mark.parametrize(("short", "index"), [("nv", 1), ("NV", 1), ("mel", 0), ("Lung_SCC", 2), ("scc", 2)])
def test_what_a_public_data_set_calls_a_class_for_short_means_it(short: str, index: int) -> None:
    classes = ("melanoma", "Nevus", "squamous-cell-carcinoma")
    assert find_class(short, classes) == index
    assert has_class(classes, short)


def test_a_class_that_is_called_so_itself_goes_before_the_short_name_of_another() -> None:
    assert find_class("NV", ("nevus", "nv")) == 1
    assert find_class("nv", ("nv", "nevus")) == 0


def test_a_short_name_of_a_class_that_is_not_there_is_unknown() -> None:
    assert not has_class(CLASSES, "nv")
    with pytest.raises(UnknownClass, match="This guide has no class “nv”"):
        find_class("nv", CLASSES)


def test_the_nearest_name_comes_first_as_the_guide_spells_it() -> None:
    assert nearest("House Cats", CLASSES)[0] == "house cat"
    assert nearest("slugs", CLASSES) == ("snail or slug",)
    assert nearest("xylophone", CLASSES) == ()


def test_names_without_end_are_not_compared_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 of 199 letters took 0.8 s, in one go, with Python's lock held; a list may have 10,000."""

    def compared(*_: object, **__: object) -> list[str]:
        raise AssertionError("they were compared")

    names = ["ab" * 99 + f"{i}" for i in range(10_000)]
    assert nearest("cat", ["tomcat", "dog"]) == ("tomcat",)
    monkeypatch.setattr("lwise_core._utils.class_names.difflib.get_close_matches", compared)
    assert nearest("ab" * 99 + "7", names) == (names[7], names[70], names[71])


@pytest.mark.parametrize(
    "spelt",
    [
        "Fru\u0308hlings-Knotenblume",  # as Macs store it
        "FRÜHLINGS\u2011KNOTENBLUME",  # a hyphen at which no line breaks
        "Frühlings\u00a0Knotenblume",
        "Ｆrühlings_Knotenblume",
        "Frühlings\u200dknoten\u00adblume\ufeff",
    ],
)
def test_the_form_of_unicode_does_not_count(spelt: str) -> None:
    assert find_class(spelt, ["owl", "Frühlings-Knotenblume"]) == 1


@given(name=st.text(max_size=12))
def test_both_forms_of_a_name_are_compared_as_one(name: str) -> None:
    assert canonical(unicodedata.normalize("NFD", name)) == canonical(name)
