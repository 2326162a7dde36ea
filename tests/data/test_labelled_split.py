"""One split of a set: every layout names and gives the same pictures, and a dirmap nothing outside its folder."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.decoding import Unusable
from lwise_core.data.entries import PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.labelled_split import LabelledSplit, class_of
from lwise_core.data.picture_sets import FolderSet, picture_set
from tests.data.test_training_images import read
from tests.support.picture_sets import dirmap_of, zip_of
from tests.support.toys import TOY_CLASSES, archive_of, toy_folder, toy_picture


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
    assert images.notes == ("1 file was left out as unreadable; the first: “left/gone.png” has no file.",)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["train,0,left,../secret.png,1"], "outside its own folder"),
        (["train,0,left,/etc/hostname,1"], "outside its own folder"),
        (["train,0,a/b,x.png,1"], "a class needs a name without slashes"),
        (["train,0,left"], "has 3 values for 5 columns"),
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
    (folder / "noise.csv").write_bytes(b"im_path\n\x80\xff" * 50)
    with pytest.raises(DatasetError, match="not a CSV file"):
        read(folder / "noise.csv", split="train")


# --- every layout -----------------------------------------------------------------------------------------------------


@pytest.fixture
def splits(tmp_path: Path) -> Path:
    """A folder with the splits train and val."""
    for split, seed in (("train", 0), ("val", 1)):
        toy_folder(tmp_path / "set" / split, per_class=3, seed=seed)
    return tmp_path / "set"


def layout(splits: Path, kind: str) -> PictureSet:
    source = {
        "folder": lambda: splits,
        "csv": lambda: dirmap_of(splits),
        "zip": lambda: zip_of(splits, splits.parent / "set.zip"),
        "tar": lambda: archive_of(splits / "train", splits.parent / "set.tar.gz"),
        "glob": lambda: splits / "train" / "*" / "*.png",
    }[kind]()
    return picture_set(str(source))


@pytest.mark.parametrize("kind", ["folder", "csv", "zip", "tar", "glob"])
def test_every_layout_gives_the_same_pictures_of_a_split(splits: Path, kind: str) -> None:
    part = LabelledSplit(layout(splits, kind), "" if kind == "glob" else "train")
    files = {f.relative_to(splits / "train").as_posix(): f.read_bytes() for f in (splits / "train").rglob("*.png")}
    named = {name: f"{name.split('/')[0]}/train/{name}" if kind == "csv" else name for name in files}
    assert part.names == tuple(sorted(named.values()))
    assert dict(part.contents()) == {named[name]: data for name, data in files.items()}
    assert {class_of(name) for name in part.names} == set(TOY_CLASSES)


@pytest.mark.parametrize("kind", ["folder", "csv", "zip", "tar", "glob"])
def test_a_split_that_is_not_there_is_one_sentence(splits: Path, kind: str) -> None:
    sentence = "no row whose split is “exam”" if kind == "csv" else "no files laid out as exam/<class>/<file>"
    with pytest.raises(DatasetError, match=sentence):
        LabelledSplit(layout(splits, kind), "exam").names  # noqa: B018


def test_no_split_means_pictures_that_lie_in_none_and_every_row_of_a_csv(splits: Path) -> None:
    assert len(LabelledSplit(layout(splits, "csv"), "").names) == 18
    with pytest.raises(DatasetError, match="no files laid out as <class>/<file>"):
        LabelledSplit(layout(splits, "folder"), "").names  # noqa: B018
    assert len(LabelledSplit(FolderSet(LocalStore(splits / "val")), "").names) == 9


def test_a_csv_without_that_column_has_no_splits(splits: Path) -> None:
    (splits / "d.csv").write_text("class,im_path\nleft,train/left/000.png\n")
    assert LabelledSplit(picture_set(str(splits / "d.csv")), "").names == ("left/train/left/000.png",)
    with pytest.raises(DatasetError, match="no column “split”; it has class, im_path"):
        LabelledSplit(picture_set(str(splits / "d.csv")), "train").names  # noqa: B018


def test_of_a_folder_only_the_split_is_listed(splits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, scan = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(Path(path).name) or scan(path))
    assert len(LabelledSplit(layout(splits, "folder"), "val").names) == 9
    assert "train" not in listed


def test_a_compressed_tar_is_read_from_front_to_back(splits: Path) -> None:
    part = LabelledSplit(layout(splits, "tar"), "train")
    offsets = [part.entries[name].offset for name, _ in part.contents()]
    assert offsets == sorted(offsets)
    assert list(part.entries) != sorted(part.entries)  # archive_of writes the files in the reverse order


def test_of_two_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/a.png", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("cat/a.png", b"last")
    assert dict(LabelledSplit(picture_set(str(tmp_path / "a.zip")), "").contents()) == {"cat/a.png": b"last"}


def test_a_hidden_folder_is_no_class(splits: Path) -> None:
    shutil.copytree(splits / "train" / "left", splits / "train" / ".ipynb_checkpoints")
    for kind in ("folder", "zip", "tar"):
        assert {class_of(name) for name in LabelledSplit(layout(splits, kind), "train").names} == set(TOY_CLASSES)


def test_what_cannot_be_read_is_said_and_the_others_go_on(splits: Path) -> None:
    part = LabelledSplit(layout(splits, "zip"), "train")
    packed = splits.parent / "set.zip"
    data = bytearray(packed.read_bytes())
    data[data.index(b"IDAT") + 20] ^= 0xFF
    packed.write_bytes(data)
    first, *others = [data for _, data in part.contents()]
    assert isinstance(first, Unusable)
    assert all(isinstance(o, bytes) for o in others)


@pytest.mark.parametrize("kind", ["folder", "csv", "zip", "tar", "glob"])
def test_a_fingerprint_changes_with_a_picture_and_with_nothing_else(splits: Path, kind: str) -> None:
    split = "" if kind == "glob" else "train"
    first = LabelledSplit(layout(splits, kind), split).fingerprint
    assert LabelledSplit(layout(splits, kind), split).fingerprint == first or kind == "tar"  # gzip notes the time
    picture = splits / "train" / "left" / "001.png"
    picture.write_bytes(picture.read_bytes()[:-1] + b"x")
    os.utime(picture, (10**9, 10**9))
    assert LabelledSplit(layout(splits, kind), split).fingerprint != first


def test_a_split_in_a_folder_around_it_and_one_spelt_otherwise_are_found(splits: Path, tmp_path: Path) -> None:
    plain = LabelledSplit(layout(splits, "folder"), "train").names
    around = tmp_path / "around"
    around.mkdir()
    (splits / "train").rename(splits / "Train")
    splits.rename(around / "set")
    for source in (around, around / "set", zip_of(around, tmp_path / "a.zip")):
        assert LabelledSplit(picture_set(str(source)), "train").names == plain


@pytest.mark.parametrize("around", ["", "toys"])
def test_splits_within_each_class_are_read_from_a_folder_as_from_an_archive(splits: Path, around: str) -> None:
    within = splits.parent / "within" / around
    for file in splits.glob("*/*/*.png"):
        split, name = file.parent.parent.name, file.parent.name
        (within / name / split).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, within / name / split / file.name)
    for split in ("train", "val"):
        outer = LabelledSplit(picture_set(str(splits)), split)
        inner = LabelledSplit(picture_set(str(splits.parent / "within")), split)
        assert dict(inner.contents()) == dict(outer.contents())
    with pytest.raises(DatasetError, match=r"holds no files laid out as test/.*its splits are “train”, “val”"):
        list(LabelledSplit(picture_set(str(splits.parent / "within")), "test").contents())


def test_a_folder_around_classes_without_splits_is_looked_through(splits: Path) -> None:
    (splits / "val").rename(splits.parent / "photos")
    shutil.rmtree(splits)
    (splits / "pond").mkdir(parents=True)
    (splits.parent / "photos").rename(splits / "pond" / "photos")
    part = LabelledSplit(picture_set(str(splits / "pond")), "")
    assert len(part.names) == 9
    assert part.empty_classes == ()


def test_a_split_that_is_not_there_is_answered_with_those_that_are(splits: Path) -> None:
    with pytest.raises(DatasetError, match="its splits are “train”, “val”"):
        LabelledSplit(layout(splits, "zip"), "exam").names  # noqa: B018


def test_where_everything_was_passed_over_the_reason_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../cat/a.png", b"x")
    with pytest.raises(DatasetError, match="leads outside the archive"):
        LabelledSplit(picture_set(str(tmp_path / "a.zip")), "").names  # noqa: B018


def test_pictures_of_two_folders_of_one_class_are_all_there(tmp_path: Path) -> None:
    for folder in ("K\u00e4fer", "Ka\u0308fer"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.png").write_bytes(folder.encode())
    found = dict(LabelledSplit(picture_set(str(tmp_path)), "").contents())
    assert {class_of(name) for name in found} == {"K\u00e4fer"}
    assert len(set(found.values())) == 2
