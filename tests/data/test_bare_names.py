"""Pictures named without folder and ending: the one that is called so is found, and of several none is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.data.bare_names import BareNames
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.picture_sets import picture_set


def folder_of(folder: Path, *files: str) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def test_a_picture_is_found_in_whatever_folder_it_lies(tmp_path: Path) -> None:
    names = BareNames(LocalStore(folder_of(tmp_path, "part 1/ISIC_1.jpg", "part 2/deep/ISIC_2.PNG")))
    assert names.find("ISIC_1") == "part 1/ISIC_1.jpg"
    assert names.find(" ISIC_2 ") == "part 2/deep/ISIC_2.PNG"
    assert names.find("ISIC_3") is None
    assert names.find("") is None


def test_of_several_of_one_name_none_is_taken(tmp_path: Path) -> None:
    names = BareNames(LocalStore(folder_of(tmp_path, "a/1.jpg", "b/1.png", "b/2.png")))
    assert names.find("1") is None
    assert names.are_several("1")
    assert not names.are_several("2")
    assert not names.are_several("3")


def test_texts_hidden_files_and_what_lies_behind_links_are_no_pictures(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", "1.txt", ".hidden/2.jpg", "__MACOSX/3.jpg", "4.jpg")
    outside = folder_of(tmp_path / "outside", "5.jpg")
    (folder / "link").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    names = BareNames(LocalStore(folder))
    assert [names.find(n) for n in "12345"] == [None, None, None, "4.jpg", None]


def test_the_list_of_ham10000_is_read_as_it_is_downloaded(tmp_path: Path) -> None:
    folder_of(tmp_path, "HAM10000_images_part_1/ISIC_1.jpg", "HAM10000_images_part_2/ISIC_2.jpg", "masks/ISIC_3.png")
    folder_of(tmp_path, "HAM10000_images_part_1/ISIC_3.jpg")
    rows = ["HAM_0,ISIC_1,bkl,histo,80.0,male,scalp", "HAM_1,ISIC_2,nv,histo,,,", "HAM_2,ISIC_3,mel,histo,,,"]
    file = tmp_path / "HAM10000_metadata.csv"
    file.write_text("\n".join(["lesion_id,image_id,dx,dx_type,age,sex,localization", *rows]) + "\n")
    first, second, ambiguous = picture_set(str(file)).entries()
    assert isinstance(first, PictureEntry)
    assert isinstance(second, PictureEntry)
    assert (first.name, first.class_name) == ("HAM10000_images_part_1/ISIC_1.jpg", "bkl")
    assert (second.name, second.class_name) == ("HAM10000_images_part_2/ISIC_2.jpg", "nv")
    assert ambiguous == (
        "“ISIC_3” was passed over: several pictures are called so; write its path from the CSV's folder on."
    )


def test_names_of_which_no_picture_is_there_are_no_column_of_paths(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("image_id,dx\nISIC_1,nv\n")
    with pytest.raises(DatasetError, match="it has image_id, dx"):
        list(picture_set(str(file)).entries())
