"""Lists with a column for every class: read where the whole row says one, and no row with two is guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.one_hot import classes_said, one_hot_columns
from lwise_core.data.picture_sets import picture_set

HEADING = "image,MEL,NV,BCC"


def written(folder: Path, text: str) -> str:
    for name in ("ISIC_1.jpg", "ISIC_2.jpg", "ISIC_3.jpg"):
        (folder / "images").mkdir(exist_ok=True)
        (folder / "images" / name).write_bytes(b"x")
    (folder / "truth.csv").write_text(text)
    return str(folder / "truth.csv")


@given(st.integers(2, 9), st.data())
def test_the_column_with_the_one_is_the_class(classes: int, data: st.DataObject) -> None:
    shown = data.draw(st.integers(0, classes - 1))
    names = ("im_path", *(f"c{i}" for i in range(classes)))
    row = ("a.png", *("1.0" if i == shown else "0.0" for i in range(classes)))
    places = one_hot_columns(names, row)
    assert places == tuple(range(1, classes + 1))
    assert classes_said(names, row, places=places) == (f"c{shown}",)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (("im_path", "rust", "scab"), ("a.png", "1", "1")),
        (("im_path", "rust", "scab"), ("a.png", "0", "0")),
        (("im_path", "rust", "scab"), ("a.png", "1", "0.5")),
        (("im_path", "rust", "scab", "age"), ("a.png", "1", "0", "42")),
        (("im_path", "is_male"), ("a.png", "1")),
        (("im_path", "rust", "scab"), ("a.png", "1")),
        (("name", "rust", "scab"), ("a.png", "1", "0")),
    ],
    ids=["two", "none", "a share", "something else", "one column", "a short row", "no paths"],
)
def test_what_may_say_anything_else_is_no_list_of_this_kind(names: tuple[str, ...], row: tuple[str, ...]) -> None:
    assert one_hot_columns(names, row) == ()


@pytest.mark.parametrize("number", ["", "0"], ids=["no numbers", "rows are numbered"])
def test_the_pictures_and_classes_of_such_a_list_are_found(tmp_path: Path, number: str) -> None:
    comma = "," if number else ""
    rows = [f"{number}{comma}{row}" for row in ("ISIC_1,0.0,1.0,0.0", "ISIC_2,1.0,0.0,0.0")]
    file = written(tmp_path, "\n".join([f"{comma}{HEADING}", *rows]) + "\n")
    found = [(e.name, e.class_name) for e in picture_set(file).entries() if isinstance(e, PictureEntry)]
    assert found == [("images/ISIC_1.jpg", "NV"), ("images/ISIC_2.jpg", "MEL")]


def test_a_row_that_says_two_classes_is_passed_over_and_one_that_says_none_has_none(tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEADING}\nISIC_1,0,1,0\nISIC_2,1,1,0\nISIC_3,0,0,0\n")
    first, two, none = picture_set(file).entries()
    assert isinstance(first, PictureEntry)
    assert two == "“images/ISIC_2.jpg” was passed over: it is said to show “MEL” and “NV”."
    assert isinstance(none, PictureEntry)
    assert (first.class_name, none.class_name) == ("NV", "")


def test_where_a_column_names_the_class_that_one_counts(tmp_path: Path) -> None:
    file = written(tmp_path, "image,class,MEL,NV\nISIC_1,nevus,1,0\n")
    (entry,) = picture_set(file).entries()
    assert isinstance(entry, PictureEntry)
    assert entry.class_name == "nevus"


def test_a_list_of_another_kind_still_needs_a_column_of_classes(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no column “class”; it has image, MEL, age"):
        list(picture_set(written(tmp_path, "image,MEL,age\nISIC_1,1,42\n")).entries())
