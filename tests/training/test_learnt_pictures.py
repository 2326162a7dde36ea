"""Hashes of what a guide has learnt."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.data.training_images import read_images
from lwise_core.training.learnt_pictures import hashes_of, learnt_hashes
from tests.support.calibrations import labelled_folder


def test_only_what_is_called_train_was_learnt_where_there_is_such_a_split(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"train/a": 3, "test/a": 2})
    (root / "train" / "a" / "notes.txt").write_text("no picture")
    learnt = learnt_hashes(picture_set(str(root)))
    assert sorted(learnt) == sorted(learnt_hashes(picture_set(str(root / "train"))))
    assert len(set(learnt.tolist())) == 3


def test_what_holds_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.png").write_text("no picture")
    with pytest.raises(DatasetError, match="holds no picture"):
        learnt_hashes(picture_set(str(tmp_path)))


def test_the_hash_of_an_image_is_that_of_its_picture(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"a": 2, "b": 2})
    images = read_images(picture_set(str(root)), split="", size=16, cache=tmp_path / "cache")
    assert sorted(hashes_of(images)) == sorted(learnt_hashes(picture_set(str(root))))
