"""What folders stand for: their own names, a person's word, and nothing that nobody said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import UnknownClass, canonical
from lwise_core.data.folder_labels import FolderLabels, Instead, folder_of

CLASSES = ("luna moth", "io moth", "owl")
NAMES = st.sampled_from([*CLASSES, "Luna_Moth", "LUNA-MOTH", "luna", "moths", "IMG 100", "owls"]) | st.text(min_size=1)
MEANINGS = st.sampled_from([*CLASSES, *Instead])


@pytest.mark.parametrize("spelt", ["luna moth", "Luna_Moth", "LUNA-MOTH", " lunamoth "])
def test_a_folder_that_is_called_after_a_class_stands_for_it(spelt: str) -> None:
    assert FolderLabels(CLASSES).meaning(spelt) == "luna moth"


def test_what_a_public_data_set_calls_a_class_for_short_stands_for_it_unless_a_class_is_called_so() -> None:
    assert [FolderLabels(("melanoma", "nevus")).match(folder) for folder in ("NV", "mel", "bcc")] == [
        "nevus",
        "melanoma",
        None,
    ]
    assert FolderLabels(("nevus", "nv")).match("NV") == "nv"


def test_a_near_name_is_suggested_and_decides_nothing() -> None:
    folders = FolderLabels(CLASSES)
    assert folders.suggestions("Luna Moths") == ("luna moth",)
    assert folders.suggestions("luna") == ("luna moth",)
    assert folders.suggestions("xyz") == ()
    assert FolderLabels(("reptile", "bear, koala or red panda")).suggestions("barred forktail") == ()
    assert folders.unknown(["owl", "Luna Moths", "", "Luna Moths", "a"]) == ("Luna Moths", "a")
    with pytest.raises(UnknownClass, match="No class is called “Luna Moths”"):
        folders.meaning("Luna Moths")


@pytest.mark.parametrize(
    ("folder", "suggested"),
    [
        ("Monarch Butterflies", "monarch"),
        ("my_monarchs", "monarch"),
        ("Queen-Monarch", "queen monarch"),
        ("bowling alley", ""),
    ],
)
def test_a_class_that_a_folders_name_speaks_of_is_suggested(folder: str, suggested: str) -> None:
    found = FolderLabels(("owl", "monarch", "queen monarch", "malachite")).suggestions(folder)
    assert found == ((suggested,) if suggested else ())


def test_what_was_stated_counts_before_what_holds_for_the_others() -> None:
    folders = FolderLabels(CLASSES, {"Luna": "luna moth", "IMG": Instead.GUESSED}, others=Instead.LEFT_OUT)
    assert folders.meaning("Luna") == "luna moth"
    assert folders.meaning("IMG") is Instead.GUESSED
    assert folders.meaning("rest") is Instead.LEFT_OUT
    assert folders.undecided(["Luna", "IMG", "rest"]) == ()


def test_pictures_in_no_folder_are_guessed_whatever_holds_for_the_others() -> None:
    assert FolderLabels(CLASSES, others=Instead.LEFT_OUT).meaning("") is Instead.GUESSED


def test_a_folder_cannot_stand_for_what_is_no_class() -> None:
    with pytest.raises(UnknownClass, match="“Luna” cannot stand for “wolf”"):
        FolderLabels(CLASSES, {"Luna": "wolf"})


def test_folders_that_are_numbers_are_asked_for_and_never_guessed() -> None:
    assert FolderLabels(CLASSES).undecided(["0", "1"]) == ("0", "1")
    assert FolderLabels(CLASSES).suggestions("0") == ()


@given(folders=st.lists(NAMES), stated=st.dictionaries(NAMES, MEANINGS), others=st.none() | st.sampled_from(Instead))
def test_exactly_the_undecided_have_no_meaning(
    folders: list[str], stated: dict[str, str | Instead], others: Instead | None
) -> None:
    decided = FolderLabels(CLASSES, stated, others)
    for folder in folders:
        if folder in decided.undecided(folders):
            with pytest.raises(UnknownClass):
                decided.meaning(folder)
        else:
            meaning = decided.meaning(folder)
            by_name = [c for c in CLASSES if canonical(c) == canonical(folder)]
            assert meaning == (by_name[0] if by_name else stated.get(folder, others))


def test_the_same_decisions_are_the_same_value() -> None:
    a, b = (FolderLabels(CLASSES, {"Luna": "luna moth"}) for _ in range(2))
    assert a.meaning("owl") == "owl"
    assert (a, hash(a)) == (b, hash(b))
    assert a != FolderLabels(CLASSES, {"Luna": "io moth"})


@pytest.mark.parametrize(
    ("name", "folder"), [("a.png", ""), ("x/Luna/a.png", "Luna"), ("x\\Luna\\a.png", "Luna"), ("/a.png", "")]
)
def test_a_files_folder_is_the_last_one(name: str, folder: str) -> None:
    assert folder_of(name) == folder
