"""A list beside pictures says their classes where no folders do, and never moves a picture out of a class's folder."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.batch.named_files import files_in_zip
from lwise_core.data.lists_beside import (
    MAX_LIST_BYTES,
    HandedList,
    ListedClasses,
    listed_classes,
    may_be_a_list,
)

FLAT = ("set/1.jpg", "set/2.jpg", "set/3.jpg")


def of(text: str, *, path: str = "set/labels.csv") -> HandedList:
    return HandedList(path, text.encode())


def zipped(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "filename,label\n1.jpg,cat\n2.jpg,dog\n3.jpg,cat\n",
        "image_id,dx\n1,cat\n2,dog\n3,cat\n",
        "image,cat,dog\n1,1,0\n2,0,1\n3,1.0,0.0\n",
        "im_path;class\nset/1.jpg;cat\n../set/2.jpg;dog\n3.JPG;cat\n",
    ],
    ids=["files", "names alone", "a column a class", "other paths"],
)
def test_a_list_in_a_flat_folder_says_the_classes(text: str) -> None:
    listed = listed_classes([of(text.replace("set/1", "1"))], FLAT)
    assert listed is not None
    assert listed.classes == {"set/1.jpg": "cat", "set/2.jpg": "dog", "set/3.jpg": "cat"}
    assert listed.sentence(3) == "“labels.csv” says what 3 of 3 photographs show: 2 classes."


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("filename,label\n1.jpg,0\n2.jpg,1\n", ("cat/1.jpg", "dog/2.jpg")),
        ("filename,label\n1.jpg,cat\n2.jpg,cat\n", FLAT),
        ("filename,label\n1.jpg,cat\n9.jpg,dog\n", FLAT),
        ("filename,width\n1.jpg,3\n2.jpg,4\n3.jpg,4\n", FLAT),
        ("nothing of the kind", FLAT),
        ("", FLAT),
        ("\0\x01\x02", FLAT),
    ],
    ids=["folders are classes", "one class", "fewer than half", "no classes", "a text", "empty", "no text"],
)
def test_folders_say_the_classes_where_no_list_says_more(text: str, paths: Sequence[str]) -> None:
    assert listed_classes([of(text)], paths) is None


@given(st.lists(st.binary(max_size=200) | st.text('imagelb,;\n"/.jp0123\0é').map(str.encode), max_size=3))
def test_whatever_a_list_holds_it_says_classes_of_these_pictures_or_nothing(lists: list[bytes]) -> None:
    listed = listed_classes([HandedList(f"set/{i}.csv", b"image,label\n" + text) for i, text in enumerate(lists)], FLAT)
    assert listed is None or set(listed.classes) <= set(FLAT)


def test_lists_of_training_and_test_count_together_and_the_first_before_the_second() -> None:
    first, second = (
        of("image,label\n1.jpg,cat\n2.jpg,dog\n"),
        of("image,label\n2.jpg,cat\n3.jpg,cow\n", path="set/b.csv"),
    )
    listed = listed_classes([first, second], FLAT)
    assert listed is not None
    assert dict(listed.classes) == {"set/1.jpg": "cat", "set/2.jpg": "dog", "set/3.jpg": "cow"}
    assert listed.sentence(4) == "“labels.csv” and “b.csv” say what 3 of 4 photographs show: 3 classes."


def test_of_many_lists_none_is_read() -> None:
    lists = [of("image,label\n1.jpg,cat\n2.jpg,dog\n", path=f"set/{i}.csv") for i in range(4)]
    assert listed_classes(lists, FLAT) is None
    assert listed_classes(lists[:3], FLAT) is not None
    padded = of("image,label\n1.jpg,cat\n2.jpg,dog\n" + "\n" * (MAX_LIST_BYTES // 2))
    assert listed_classes([padded], FLAT) is not None
    assert listed_classes([padded, padded], FLAT) is None


def test_a_list_counts_for_its_own_folder_only() -> None:
    assert listed_classes([of("image,label\n1.jpg,cat\n2.jpg,dog\n", path="other/labels.csv")], FLAT) is None


@given(st.dictionaries(st.from_regex(r"[a-z]{1,3}/[a-z]{1,3}\.jpg", fullmatch=True), st.sampled_from("xy"), min_size=1))
def test_every_picture_is_filed_in_a_place_of_its_own(classes: dict[str, str]) -> None:
    filed = ListedClasses(("l.csv",), classes).filed(tuple(classes))
    assert {path: place.split("/")[0] for path, place in filed.items()} == classes
    assert len(set(filed.values())) == len(classes)


def test_a_picture_that_no_list_names_lies_in_no_folder() -> None:
    assert ListedClasses(("l.csv",), {"p/1.jpg": "cat"}).filed(["p/1.jpg", "p/2.jpg"]) == {
        "p/1.jpg": "cat/1.jpg",
        "p/2.jpg": "2.jpg",
    }


def test_only_a_list_of_reasonable_size_that_a_person_put_there_may_be_read() -> None:
    assert may_be_a_list("a/B.CSV", size=10)
    assert not may_be_a_list("a/b.csv", size=MAX_LIST_BYTES + 1)
    assert not may_be_a_list("a/b.csv", size=0)
    assert not may_be_a_list("__MACOSX/a/._b.csv", size=10)
    assert not may_be_a_list("a/b.txt", size=10)


def test_a_zip_of_one_folder_with_its_list_has_the_classes_of_the_list() -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["lesion_id", "image_id", "dx"], ["H1", "I1", "nv"], ["H2", "I2", "mel"]])
    csv.writer(text).writerow(["H3", "I4", "bcc"])
    pictures = {"ham/part_1/I1.jpg": b"1", "ham/part_2/I2.jpg": b"2", "ham/part_2/I3.jpg": b"3"}
    pictures["ham/part_2/I4.jpg"] = b"4"
    files = files_in_zip(zipped({**pictures, "ham/meta.csv": text.getvalue().encode()}), called="ham.zip")
    assert files.names == ("nv/I1.jpg", "mel/I2.jpg", "I3.jpg", "bcc/I4.jpg")
    assert [f.data for f in files] == [b"1", b"2", b"3", b"4"]
    assert files.passed_over == ("“meta.csv” says what 3 of 4 photographs show: 3 classes.",)


def test_pictures_of_one_name_in_two_folders_stay_two() -> None:
    text = b"im_path,class\nanna/1.jpg,nv\nbert/1.jpg,nv\nbert/2.jpg,mel\nbert/3.jpg,bkl\n"
    pictures = {"anna/1.jpg": b"1", "bert/1.jpg": b"2", "bert/2.jpg": b"3", "bert/3.jpg": b"4"}
    files = files_in_zip(zipped({**pictures, "list.csv": text}), called="x.zip")
    assert files.names == ("nv/anna_1.jpg", "nv/bert_1.jpg", "mel/2.jpg", "bkl/3.jpg")


def test_a_zip_whose_list_is_damaged_is_read_without_it() -> None:
    data = bytearray(zipped({"a/1.jpg": b"1", "b/2.jpg": b"2", "list.csv": b"image,label\n1.jpg,x\n2.jpg,y\n"}))
    place = data.index(b"image,label")
    data[place : place + 5] = b"IMAGE"  # its checksum tells
    assert files_in_zip(bytes(data), called="x.zip").names == ("a/1.jpg", "b/2.jpg")
