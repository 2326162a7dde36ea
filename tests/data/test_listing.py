"""What the files of a folder or an archive are: pictures where their folders say, and a sentence for the others."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.entries import PictureEntry
from lwise_core.data.listing import FoundFile, entries_of

SETS = {
    "one folder around the splits": ["set/train/cat/1.png", "set/val/dog/2.png", "set/README.txt", "set/LICENSE"],
    "two folders around": ["a/b/train/cat/1.png", "a/b/val/dog/2.png"],
    "a split in a folder of its name": ["train/train/cat/1.png", "val/val/dog/2.png"],
    "the splits alone": ["train/cat/1.png", "val/dog/2.png", "data.yaml", "README.roboflow.txt"],
    "with a system's folders": ["set/train/cat/1.png", "__MACOSX/set/train/cat/._1.png", "set/val/dog/2.png"],
    "from the folder itself": ["./train/cat/1.png", "./val/dog/2.png"],
}


def placed(paths: list[str]) -> list[tuple[str, str]]:
    found = entries_of((FoundFile(path, "") for path in paths), guess=False)
    return [(e.split, e.class_name) for e in found if isinstance(e, PictureEntry)]


def said(paths: list[str]) -> list[str]:
    return [e for e in entries_of((FoundFile(path, "") for path in paths), guess=False) if isinstance(e, str)]


@pytest.mark.parametrize("paths", SETS.values(), ids=SETS)
def test_folders_around_everything_are_looked_through(paths: list[str]) -> None:
    assert placed(paths) == [("train", "cat"), ("val", "dog")]


@pytest.mark.parametrize(
    ("paths", "where"),
    [
        (["photos/cat/1.png", "photos/dog/2.png"], [("photos", "cat"), ("photos", "dog")]),
        (["cat/1.png", "cat/2.png"], [("", "cat"), ("", "cat")]),
        (["train/cat/sub/1.png"], []),
        (["a/1.png", "b/c/d/e/2.png"], [("", "a")]),
    ],
)
def test_nothing_is_looked_through_without_need(paths: list[str], where: list[tuple[str, str]]) -> None:
    assert placed(paths) == where


CLASSES = st.lists(st.sampled_from(["cat", "dog", "owl", "Käfer"]), min_size=1, max_size=6)


@given(classes=CLASSES, around=st.lists(st.sampled_from(["set", "archive", "v1"]), max_size=3))
def test_folders_around_splits_change_nothing(classes: list[str], around: list[str]) -> None:
    plain = [f"{('train', 'val')[i % 2]}/{name}/{i}.png" for i, name in enumerate(classes)]
    assert placed(["/".join((*around, path)) for path in plain]) == placed(plain)


def test_a_name_that_is_no_text_is_passed_over_and_the_others_go_on() -> None:
    strange = os.fsdecode(b"cat/stra\xdfe.png")
    assert placed([strange, "cat/1.png"]) == [("", "cat")]
    assert said([strange]) == [r"“cat/stra\xdfe.png” was passed over: its name is not in UTF-8; rename it."]


def test_what_systems_leave_is_not_counted_and_other_kinds_get_one_sentence() -> None:
    assert said(["cat/Thumbs.db", "cat/._1.png", "__MACOSX/cat/1.png", "cat/1.png"]) == []
    assert said(["cat/1.json"]) == ["“cat/1.json” was passed over: its ending says that it is no picture."]
    (sentence,) = said([f"cat/{i}.jpg.json" for i in range(5)])
    assert (
        sentence == "5 files were passed over, such as “cat/0.jpg.json”: their endings say that they are no pictures."
    )


def test_archives_within_are_said_to_be_unpacked_first() -> None:
    assert said(["train.zip"]) == ["“train.zip” was passed over: it is an archive; unpack it first."]
    both = ["2 files were passed over, such as “train.zip”: they are archives; unpack them first."]
    assert said(["train.zip", "test.tar.gz", "cat/1.png"]) == both
    assert len(said(["train.zip", "a/b.txt"])) == 2


def test_classes_are_in_the_form_that_keyboards_write() -> None:
    assert placed([unicodedata.normalize("NFD", "train/Käfer/1.png")]) == [("train", "Käfer")]


def test_files_right_in_a_split_have_no_class_where_others_lie_in_classes() -> None:
    paths = ["test/1.png", "test/2.png", "train/cat/1.png", "train/dog/2.png"]
    assert placed(paths) == [("train", "cat"), ("train", "dog")]
    assert said(paths) == [
        "2 files were passed over, such as “test/1.png”: they lie in a split and in no folder of a class."
    ]


@pytest.mark.parametrize(
    ("paths", "where"),
    [
        (["car/1.png", "train/1.png"], [("", "car"), ("", "train")]),
        (["train/1.png", "test/2.png"], [("", "train"), ("", "test")]),
        (["vehicles/train/1.png", "vehicles/test/1.png"], [("vehicles", "train"), ("vehicles", "test")]),
        (["1/car/1.png", "1/train/1.png", "2/train/1.png"], [("1", "car"), ("1", "train"), ("2", "train")]),
    ],
)
def test_a_class_may_be_called_as_a_split_is(paths: list[str], where: list[tuple[str, str]]) -> None:
    assert placed(paths) == where
    assert said(paths) == []


def test_splits_within_each_class_are_splits() -> None:
    paths = ["cat/train/1.png", "cat/test/2.png", "dog/train/1.png", "dog/test/2.png"]
    assert placed(paths) == [("train", "cat"), ("test", "cat"), ("train", "dog"), ("test", "dog")]
