"""Edited pictures: found by name, laid upon their originals, or refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage import data
from skimage.transform import resize

from lwise_core._utils.arrays import Pixels
from lwise_core.data.entries import Labels
from lwise_core.data.picture_sets import picture_set
from lwise_core.images.alignment import NotAPair
from lwise_core.images.codec import Photograph, encode_png
from lwise_core.images.opening import open_image
from lwise_core.teaching.courses.course_design import CourseError
from lwise_core.teaching.courses.edited_pictures import EditedPictures, edit_upon

CAT: Pixels = np.ascontiguousarray(data.chelsea())


def named(pixels: Pixels, name: str = "a") -> Photograph:
    return open_image(np.ascontiguousarray(pixels), name=name)


def edits(folder: Path, *names: str) -> EditedPictures:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encode_png(np.full((8, 8, 3), len(name), dtype=np.uint8)))
    return EditedPictures(picture_set(str(folder), labels=Labels.GUIDE))


def of_length(length: int) -> bytes:
    return encode_png(np.full((8, 8, 3), length, dtype=np.uint8))


def test_names_are_matched_without_their_endings_and_in_any_layout(tmp_path: Path) -> None:
    found = edits(tmp_path, "IMG_1.png", "deep/er/img-2.PNG")
    found.check(["train/cat/img_1.jpg", "train/cat/IMG 2.jpg"])
    assert found.read("train/cat/img_1.jpg") == of_length(len("IMG_1.png"))


def test_of_edits_of_one_name_the_folders_say_which_is_meant(tmp_path: Path) -> None:
    found = edits(tmp_path, "cat/1.png", "an/owl/1.png")
    found.check(["train/cat/1.jpg", "train/owl/1.jpg"])
    assert found.read("train/owl/1.jpg") == of_length(len("an/owl/1.png"))
    with pytest.raises(CourseError, match=r"may both be the edit of “train/dog/1\.jpg”"):
        found.read("train/dog/1.jpg")


def test_one_edit_for_two_originals_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"^“1\.png” would be the edit of “train/cat/1\.jpg” and of "):
        edits(tmp_path, "1.png").check(["train/cat/1.jpg", "train/owl/1.jpg"])


def test_pictures_without_an_edit_are_counted_and_named(tmp_path: Path) -> None:
    found = edits(tmp_path, "0.png")
    originals = [f"train/cat/{i}.jpg" for i in range(6)]
    with pytest.raises(CourseError, match=r"^5 of 6 pictures to learn from have no edit in “.*” \(“train/cat/1.jpg”, "):
        found.check(originals)
    with pytest.raises(CourseError, match="has no edit"):
        found.read("train/cat/5.jpg")


def test_the_key_changes_with_what_is_there(tmp_path: Path) -> None:
    before = edits(tmp_path, "0.png").key
    assert edits(tmp_path).key == before
    assert edits(tmp_path, "1.png").key != before


def test_an_edit_of_another_size_lies_upon_the_central_square() -> None:
    bright = np.clip(CAT.astype(int) + 40, 0, 255).astype(np.uint8)
    half: Pixels = np.rint(255 * resize(bright, (150, 226), anti_aliasing=True)).astype(np.uint8)
    left = (CAT.shape[1] - 300) // 2
    square = bright[:, left : left + 300].astype(float)
    for edit in (bright, half):
        made = edit_upon(named(CAT), named(edit))
        assert made.shape == (300, 300, 3)
        assert np.abs(made - square).mean() < 6
    assert np.array_equal(edit_upon(named(CAT), named(bright)), square.astype(np.uint8))


def test_an_edit_that_was_moved_is_moved_back_and_its_lost_border_is_the_originals() -> None:
    side = 300
    cat = CAT[:, :side]
    moved = np.roll(np.clip(cat.astype(int) + 40, 0, 255).astype(np.uint8), (0, 20), (0, 1))
    made = edit_upon(named(cat), named(moved)).astype(int)
    there = made[:, : side - 24] - cat[:, : side - 24].astype(int)
    assert np.median(there) == 40
    assert np.array_equal(made[:, side - 10 :], cat[:, side - 10 :])


def test_another_picture_is_refused_with_a_sentence() -> None:
    with pytest.raises(NotAPair, match="does not look like a version of"):
        edit_upon(named(CAT[:, :300]), named(np.ascontiguousarray(data.coffee()[:300, :300]), "coffee"))
