"""A dirmap CSV as a source of labelled images: the folder that it lists, and nothing outside. Folders and archives:
test_datasets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.errors import DatasetError
from tests.data.test_training_images import read
from tests.support.toys import toy_folder, toy_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "toys", per_class=4)


def dirmap(folder: Path, rows: list[str], *, header: str = "split,class_num,class,im_path,difficulty") -> Path:
    file = folder / "dirmap.csv"
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8-sig")
    return file


def rows_of(folder: Path, *, split: str = "train") -> list[str]:
    return [f"{split},0,{f.parent.name},{f.relative_to(folder).as_posix()},0.5" for f in folder.glob("*/*")]


def test_a_dirmap_and_the_folder_it_lists_are_the_same_data(folder: Path) -> None:
    plain = read(folder)
    images = read(dirmap(folder, [*rows_of(folder), "val,0,left,elsewhere.png,0.1"]), split="train")
    assert images.classes == plain.classes
    assert np.array_equal(images.pixels[images.rows], plain.pixels[plain.rows])
    assert np.array_equal(images.targets, plain.targets)


def test_rows_without_a_file_are_left_out_and_said(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path / "toys", per_class=10)
    images = read(dirmap(folder, [*rows_of(folder), "train,0,left,left/gone.png,0.5"]), split="train")
    assert len(images) == 30
    assert images.notes == ("1 file was left out as unreadable; the first: “left/left/gone.png” has no file.",)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["train,0,left,../secret.png,1"], "outside its own folder"),
        (["train,0,left,/etc/hostname,1"], "outside its own folder"),
        (["train,0,a/b,x.png,1"], "a class needs a name without slashes"),
        (["train,0,left"], "a row that ends before its image"),
        (["val,0,left,x.png,1"], "no row whose split is “train”"),
    ],
)
def test_a_dirmap_that_cannot_be_used_is_refused(folder: Path, rows: list[str], reason: str) -> None:
    with pytest.raises(DatasetError, match=reason):
        read(dirmap(folder, rows), split="train")


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(toy_picture("left", seed=1))
    (folder / "left" / "link.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(DatasetError, match="outside its own folder"):
        read(dirmap(folder, rows_of(folder)), split="train")


def test_another_csv_is_not_taken_for_a_dirmap(folder: Path) -> None:
    with pytest.raises(DatasetError, match="no column “im_path”"):
        read(dirmap(folder, ["train,left"], header="split,class"), split="train")
    (folder / "noise.csv").write_bytes(b"\xff\xfe\x00\x80" * 50)
    with pytest.raises(DatasetError, match="not a CSV file"):
        read(folder / "noise.csv", split="train")
