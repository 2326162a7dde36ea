"""Which pictures calibrate, and how they are divided."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import UnknownClass
from lwise_core.data.archives import ZipInMemory
from lwise_core.data.errors import DatasetError
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.data.picture_sets import picture_set
from lwise_core.training.calibration_pictures import Division, LabelledPictures, alike_sentence, once_each
from tests.support.calibrations import labelled_folder
from tests.support.picture_sets import zip_of

CLASSES = ("house cat", "dog")
HASHES = st.lists(st.tuples(st.text("0123456789abcdef", min_size=8, max_size=8), st.integers(0, 3)), max_size=40)


def pictures_in(root: Path, *splits: str, others: Instead | None = None) -> LabelledPictures:
    return LabelledPictures.of(picture_set(str(root)), FolderLabels(CLASSES, others=others), splits=splits)


def test_folders_are_classes_by_their_names_and_what_is_called_train_is_left_out(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"train/dog": 3, "val/House_Cat": 2, "test/dog": 1})
    found = pictures_in(root)
    assert sorted((e.name.split("/")[0], t) for e, t in zip(found.entries, found.targets, strict=True)) == [
        ("test", 1),
        ("val", 0),
        ("val", 0),
    ]
    assert found.notes == ("3 pictures were left out: their split is called “train”, which a guide may have learnt.",)


def test_train_is_known_where_a_set_knows_no_splits(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"train/dog": 2, "test/dog": 1, "test/train": 1})
    zipped = ZipInMemory(zip_of(root, tmp_path / "set.zip").read_bytes(), "set.zip")
    found = LabelledPictures.of(zipped, FolderLabels((*CLASSES, "train")))
    assert [e.name for e in found.entries] == ["test/dog/000.png", "test/train/000.png"]


def test_a_split_is_used_where_it_is_asked_for_and_training_pictures_are_said_to_flatter(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"train/dog": 3, "test/dog": 1})
    assert len(pictures_in(root, "test")) == 1
    asked = pictures_in(root, "train", "test")
    assert len(asked) == 4
    assert asked.notes == (
        "These pictures are called “train”: if the guide has learnt them, every figure flatters it.",
    )
    assert pictures_in(root / "train").notes == asked.notes


def test_a_folder_that_is_no_class_is_decided_on(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"dog": 1, "newt": 2, "hause-cats": 0, "train/elk": 1})
    (root / "hause-cats" / "x.png").write_bytes(b"")
    said = "No class is called “hause-cats” (perhaps “house cat”?), “newt”; say what they stand for, or leave them out."
    with pytest.raises(UnknownClass) as refused:
        pictures_in(root)
    assert str(refused.value) == said
    (root / "hause-cats" / "x.png").unlink()
    many = {f"newt {i}": 1 for i in range(7)}
    with pytest.raises(UnknownClass, match="and 2 others"):
        pictures_in(labelled_folder(tmp_path / "many", many))
    found = pictures_in(root, others=Instead.LEFT_OUT)
    assert found.targets == (1,)
    assert found.notes[1] == "2 pictures were left out: their folders stand for no class."


def test_a_set_without_a_labelled_picture_is_refused(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"train/dog": 1})
    with pytest.raises(DatasetError, match="holds no picture whose folder is called after a class"):
        pictures_in(root)
    with pytest.raises(DatasetError, match="no picture in “val” whose"):
        pictures_in(root, "val")


def test_of_a_set_without_a_labelled_picture_the_reason_is_told(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"train/dog": 1})
    with pytest.raises(DatasetError, match=r"after a class\. 1 picture was left out: their split is called “train”"):
        pictures_in(root)
    texts = tmp_path / "texts" / "dog"
    texts.mkdir(parents=True)
    (texts / "a.txt").write_text("x")
    with pytest.raises(DatasetError, match=r"after a class\. “dog/a\.txt” was passed over: its ending"):
        pictures_in(texts.parent)


def test_a_batch_knows_the_places_of_its_pictures(tmp_path: Path) -> None:
    found = pictures_in(labelled_folder(tmp_path / "set", {"dog": 5}))
    batches = list(found.batches([4, 0, 2], at_once=2))
    assert [b.index for b, _ in batches] == [0, 1]
    assert [e for b, _ in batches for e in b.entries] == [found.entries[i] for i in (4, 0, 2)]
    assert [p.tolist() for _, p in batches] == [[4, 0], [2]]


def test_the_fingerprint_is_of_pictures_and_labels(tmp_path: Path) -> None:
    root = labelled_folder(tmp_path / "set", {"dog": 2})
    before = pictures_in(root).fingerprint
    assert pictures_in(root).fingerprint == before
    (root / "dog").rename(root / "house cat")
    assert pictures_in(root).fingerprint != before


@given(labelled=HASHES, every=st.integers(1, 5), seed=st.integers(0, 99))
def test_the_same_pictures_measure_in_whatever_order_they_come(
    labelled: list[tuple[str, int]], every: int, seed: int
) -> None:
    labelled = list(dict(labelled).items())  # a content has one class
    hashes, targets = [h for h, _ in labelled], [t for _, t in labelled]
    chosen = Division(every).measures(hashes, targets)
    order = np.random.default_rng(seed).permutation(len(labelled))
    again = Division(every).measures([hashes[i] for i in order], [targets[i] for i in order])
    assert again.tolist() == chosen[order].tolist()
    for target in set(targets):
        of_class = [bool(c) for c, t in zip(chosen, targets, strict=True) if t == target]
        assert sum(of_class) == len(of_class) // every


def test_without_a_measured_part_all_give_references() -> None:
    assert not Division(0).measures(["a", "b"], [0, 0]).any()
    assert Division(0).described(references=1200, measured=0).startswith("All 1,200 pictures gave references")
    assert "every fourth picture measures accuracy (5), and the others give references (15)" in Division().described(
        references=15, measured=5
    )


def test_a_copy_counts_once_and_a_file_of_two_classes_not_at_all() -> None:
    stays, notes = once_each(["x", "y", "x", "z", "z"], [0, 0, 0, 0, 1])
    assert stays.tolist() == [True, True, False, False, False]
    assert notes == (
        "1 picture was left out as an exact copy of another.",
        "2 pictures were left out because the same file is filed under two classes.",
    )


def test_near_duplicates_are_named_and_those_across_classes_counted() -> None:
    assert alike_sentence([(0,), (1,)], ["p", "q"], [0, 0]) == ""
    said = alike_sentence([(0, 1), (0, 1), (2, 3), (2, 3)], list("pqrs"), [0, 0, 0, 1])
    assert said.startswith("4 pictures were found nearly the same as another (“p” and “q”; “r” and “s”), 1 of the 2 ")
