"""Own pictures: classes by folders, however they are parted, and how many are missing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from lwise_core.batch.named_files import files_in_zip
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.data.training_images import read_images
from lwise_core.training.own_pictures import FEWEST_TO_LEARN, OwnPictures
from tests.support.calibrations import labelled_folder, noise
from tests.support.picture_sets import zip_of


def of_folder(root: Path) -> OwnPictures:
    return OwnPictures.of(picture_set(str(root)))


def test_splits_are_put_together_and_spellings_of_one_class_too(tmp_path: Path) -> None:
    counts = {"train/Tree frog": 3, "test/tree-frog": 2, "train/newt": 2}
    own = of_folder(labelled_folder(tmp_path / "pond", counts))
    assert own.counts == {"Tree frog": 5, "newt": 2}
    assert own.notes == ("Its parts (“test”, “train”) are put together: which pictures are held out is decided here.",)
    images = read_images(own, split="", size=8, cache=tmp_path / "cache")
    assert images.classes == ("Tree frog", "newt")
    assert len(images) == 7


def test_a_zip_with_a_folder_around_is_the_same_set(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "photos", {"set/a": 2, "set/b": 2})
    file = zip_of(root, tmp_path / "photos.zip")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("set/readme.txt", "ours")
    data = file.read_bytes()
    own = OwnPictures.of(files_in_zip(data, called="photos.zip").pictures)
    assert own.counts == {"a": 2, "b": 2}
    assert own.notes == ("1 file was left out: no picture, or in no folder that says its class.",)
    first = next(e for e in own.entries() if isinstance(e, PictureEntry))
    assert own.read(first) == noise(0)
    assert len(read_images(own, split="", size=8, cache=tmp_path / "cache")) == 4


def test_what_is_missing_is_counted_by_class(tmp_path: Path) -> None:
    own = of_folder(labelled_folder(tmp_path / "pond", {"a": FEWEST_TO_LEARN, "b": 3, "c": FEWEST_TO_LEARN - 1}))
    assert own.missing == {"b": FEWEST_TO_LEARN - 3, "c": 1}
    with pytest.raises(DatasetError, match=f"missing are: “b” {FEWEST_TO_LEARN - 3}, “c” 1. Add them"):
        own.check_enough()


def test_what_is_enough_is_not_refused(tmp_path: Path) -> None:
    own = of_folder(labelled_folder(tmp_path / "pond", {"a": FEWEST_TO_LEARN, "b": FEWEST_TO_LEARN}))
    own.check_enough()
    assert own.missing == {}
    assert len(own) == 2 * FEWEST_TO_LEARN


def test_of_a_folder_without_a_class_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "pond" / "a").mkdir(parents=True)
    (tmp_path / "pond" / "a" / "list.txt").write_text("x")
    with pytest.raises(
        DatasetError, match=r"has no class; .* called after it\. “a/list\.txt” was passed over: its ending"
    ):
        of_folder(tmp_path / "pond")


def test_the_fingerprint_follows_names_and_classes(tmp_path: Path) -> None:
    one = of_folder(labelled_folder(tmp_path / "one", {"a": 2, "b": 2}))
    assert of_folder(tmp_path / "one").fingerprint == one.fingerprint
    (tmp_path / "one" / "a" / "000.png").rename(tmp_path / "one" / "b" / "new.png")
    assert of_folder(tmp_path / "one").fingerprint != one.fingerprint


@pytest.mark.parametrize(
    ("folders", "sentence"),
    [
        ({"a": 2}, "has only one class"),
        ({"a": 1, "__": 1}, "No class can be called “__”"),
        ({f"c{i}": 1 for i in range(101)}, "has 101 classes; at most 100"),
        ({"a" * 201: 1, "b": 1}, "No class can be called “aaaa"),
    ],
)
def test_what_no_card_takes_is_refused(tmp_path: Path, folders: dict[str, int], sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        of_folder(labelled_folder(tmp_path / "pond", folders))


def test_a_set_without_folders_has_no_class(tmp_path: Path) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "one.png").write_bytes(noise(0))
    with pytest.raises(DatasetError, match="has no class"):
        of_folder(tmp_path / "flat")
