"""The folders of a path say class and split, or nothing does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.entries import Labels, PictureEntry, placed

PARTS = st.lists(st.sampled_from(["train", "cat", "ä b", "1.png"]), max_size=6)


@given(parts=PARTS)
def test_where_the_guide_guesses_every_place_will_do(parts: list[str]) -> None:
    assert placed(parts, guess=True) == ("", "")


@given(parts=PARTS)
def test_the_folder_of_a_file_is_its_class_and_the_one_above_it_the_split(parts: list[str]) -> None:
    found = placed(parts, guess=False)
    assert (found is not None) == (len(parts) in (2, 3))
    if found is not None:
        assert found == (parts[-2], "".join(parts[:-2]))


@pytest.mark.parametrize(
    ("path", "class_and_split"),
    [
        ("cat/1.png", ("cat", "")),
        ("train/cat/1.png", ("cat", "train")),
        ("1.png", None),
        ("a/train/cat/1.png", None),
    ],
)
def test_examples_of_places(path: str, class_and_split: tuple[str, str] | None) -> None:
    assert placed(path.split("/"), guess=False) == class_and_split


def test_an_entry_that_nothing_else_is_known_of_has_no_row_and_no_offset() -> None:
    entry = PictureEntry("cat/1.png", "cat", "", "12:34")
    assert (entry.row, entry.offset, entry.stem) == (-1, -1, "")
    assert {label.value for label in Labels} == {"folder", "column", "guide"}
