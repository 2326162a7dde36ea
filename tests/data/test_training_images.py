from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from lwise_core._utils.file_errors import FileError
from lwise_core.data.entries import PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.data.training_images import LabelledImages, read_images
from lwise_core.images.codec import open_photograph
from tests.support.picture_sets import zip_of
from tests.support.toys import TOY_CLASSES, add_member, archive_of, toy_folder, toy_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "toys", per_class=4)


def read(source: Path | PictureSet, *, split: str = "", size: int = 16) -> LabelledImages:
    place = source if isinstance(source, Path) else source.place
    assert place is not None
    return read_images(source, split=split, size=size, cache=place.parent / "cache")


def test_every_image_is_read_with_its_class(folder: Path) -> None:
    images = read(folder)
    assert images.classes == TOY_CLASSES
    assert len(images) == 12
    assert images.names[0] == "bottom/000.png"
    for row, target, name in zip(images.rows, images.targets, images.names, strict=True):
        assert images.classes[target] == name.split("/")[0]
        expected = open_photograph((folder / name).read_bytes(), name=name).pixels
        assert np.array_equal(images.pixels[row], expected)


def test_a_folder_and_an_archive_of_it_are_the_same_data(folder: Path, tmp_path: Path) -> None:
    from_folder = read(folder)
    from_archive = read(archive_of(folder, tmp_path / "toys.tar.gz"), split="train")
    assert from_archive.names == from_folder.names
    assert from_archive.sha256 == from_folder.sha256
    assert np.array_equal(from_archive.pixels[from_archive.rows], from_folder.pixels[from_folder.rows])


def test_a_zip_a_pattern_and_a_folder_are_the_same_data(folder: Path, tmp_path: Path) -> None:
    plain = read(folder)
    for images in (read(zip_of(folder, tmp_path / "toys.zip")), read(picture_set(str(folder / "*" / "*.png")))):
        assert images.names == plain.names
        assert images.sha256 == plain.sha256


def test_images_of_other_sizes_are_cut_square_and_resized(folder: Path) -> None:
    images = read(folder, size=8)
    assert images.pixels.shape == (12, 8, 8, 3)
    assert images.size == 8


def test_the_second_reading_decodes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(folder)
    monkeypatch.setattr("lwise_core.data.training_images.open_photograph", None)
    again = read(folder)
    assert again.sha256 == first.sha256
    assert np.array_equal(again.targets, first.targets)


def test_a_changed_file_is_read_again(folder: Path) -> None:
    first = read(folder)
    (folder / "left" / "000.png").write_bytes(toy_picture("left", seed=99, size=24))
    assert read(folder).sha256 != first.sha256


def test_unreadable_files_are_left_out_and_named(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path / "toys", per_class=10)
    (folder / "left" / "003.png").write_bytes(b"no image")
    images = read(folder)
    assert len(images) == 29
    assert "left/003.png" not in images.names
    assert images.notes[0].startswith("1 file was left out as unreadable")


def test_a_folder_of_other_things_is_refused_and_leaves_nothing_behind(folder: Path) -> None:
    for file in folder.glob("*/00[0-2].png"):
        file.write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"9 of 12 files cannot be read; the first: "):
        read(folder)
    assert list((folder.parent / "cache").iterdir()) == []


def test_an_image_under_two_labels_is_dropped_from_both(folder: Path) -> None:
    shutil.copy(folder / "left" / "001.png", folder / "top" / "copy.png")
    images = read(folder)
    assert len(images) == 11
    assert not {"left/001.png", "top/copy.png"} & set(images.names)
    assert images.notes == ("2 files were left out because the same image is filed under two labels: “left/001.png”.",)


def test_a_class_left_with_nothing_is_refused(tmp_path: Path) -> None:
    folder = toy_folder(tmp_path / "toys", per_class=12)
    for file in sorted((folder / "left").iterdir())[1:]:
        file.unlink()
    shutil.copy(folder / "left" / "000.png", folder / "top" / "copy.png")
    with pytest.raises(DatasetError, match="“left” holds no readable image"):
        read(folder)


def test_an_empty_class_folder_is_refused(folder: Path) -> None:
    (folder / "right").mkdir()
    with pytest.raises(DatasetError, match="“right” holds no readable image; fill it or remove it"):
        read(folder)


def test_one_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="only one class, “left”"):
        read(toy_folder(tmp_path / "toys", classes=("left",)))


def test_what_is_not_there_or_not_an_archive_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DatasetError, match="no folder, archive or CSV"):
        read(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"text")
    with pytest.raises(DatasetError, match="no dirmap CSV, zip or tar"):
        read(tmp_path / "file")
    with pytest.raises(DatasetError, match=r"no files laid out as train/<class>/<file>"):
        read(folder, split="train")


def test_members_that_point_elsewhere_are_no_images(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "toys.tar"
    for file in sorted(folder.glob("*/*")):
        add_member(archive, f"train/{file.parent.name}/{file.name}", file.read_bytes())
    for name in ("train/../evil.png", "../train/left/evil.png", "/train/left/evil.png", "train/left/.hidden.png"):
        add_member(archive, name, toy_picture("left", seed=5))
    assert read(archive, split="train").sha256 == read(folder).sha256


def test_a_full_disk_is_told_and_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 0))
    with pytest.raises(DatasetError, match="The disk is full"):
        read(folder)
    assert list((folder.parent / "cache").iterdir()) == []


def test_other_errors_of_the_disk_are_not_called_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    with pytest.raises(FileError, match="input/output"):
        read(folder)


def test_another_order_of_the_classes_moves_the_targets(folder: Path) -> None:
    images = read(folder).in_order_of(("Top", "left", "bottom"))
    assert all(images.classes[t].lower() == n.split("/")[0] for t, n in zip(images.targets, images.names, strict=True))
    with pytest.raises(DatasetError, match="do not match"):
        images.in_order_of(("top", "left", "right"))


def test_part_of_the_images_keeps_names_and_targets(folder: Path) -> None:
    images = read(folder)
    some = images.take([7, 2])
    assert some.names == (images.names[7], images.names[2])
    assert some.targets.tolist() == [images.targets[7], images.targets[2]]
