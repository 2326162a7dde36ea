"""Lists whose columns are called as others call them: read where one can be meant, else named with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.labelled_split import LabelledSplit
from lwise_core.data.list_columns import as_read, names_a_file
from lwise_core.data.picture_sets import picture_set


def listed(folder: Path, text: str, *files: str) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    file = folder / "list.csv"
    file.write_text(text)
    return file


def found(file: Path, *, column: str = "") -> list[tuple[str, str, str]]:
    entries = list(picture_set(str(file), column=column).entries())
    return [(e.name, e.class_name, e.split) for e in entries if isinstance(e, PictureEntry)]


@pytest.mark.parametrize(
    "text",
    [
        "class id,filepaths,labels,data set,scientific name\n0,train/JAY/1.jpg,JAY,train,CYANOCITTA\n",
        "file_name,label,split\ntrain/JAY/1.jpg,JAY,train\n",
        "Image Path;Category;Usage\r\ntrain\\\\JAY\\\\1.jpg;JAY;train\r\n",
        "\tfilename\tspecies\tset\n0\ttrain/JAY/1.jpg\tJAY\ttrain\n",
        "# written by a tool\nimage_id,breed,dataset\ntrain/JAY/1.jpg,JAY,train\n",
        "IMG_NAME,CLASS,SPLIT\ntrain/JAY/1.jpg,JAY,train\n",
        "\nimage,id,label,partition\n,,,\ntrain/JAY/1.jpg,17,JAY,train\n",
    ],
    ids=["birds", "Hugging Face", "Excel", "pandas' tabs", "cassava", "capitals", "numbers of rows"],
)
def test_columns_of_which_one_can_be_meant_are_read(tmp_path: Path, text: str) -> None:
    file = listed(tmp_path, text.replace("\\\\", "\\"), "train/JAY/1.jpg")
    assert found(file) == [("train/JAY/1.jpg", "JAY", "train")]
    (entry,) = LabelledSplit(picture_set(str(file)), "train").entries.values()
    assert entry.class_name == "JAY"


def test_of_several_columns_of_files_the_one_whose_file_is_there_counts(tmp_path: Path) -> None:
    text = "filename,filepath,label\n1.jpg,a/1.jpg,JAY\n2.jpg,a/2.jpg,JAY\n"
    assert [name for name, _, _ in found(listed(tmp_path, text, "a/1.jpg", "a/2.jpg"))] == ["a/1.jpg", "a/2.jpg"]


def test_where_several_may_be_meant_none_is_guessed(tmp_path: Path) -> None:
    file = listed(tmp_path, "filename,filepath,label\n1.jpg,a/1.jpg,JAY\n", "a/1.jpg", "1.jpg")
    with pytest.raises(DatasetError, match=r"it has filename, filepath, label\. Call the one with the pictures' paths"):
        found(file)


@pytest.mark.parametrize("columns", ["class_num", "label,species", "score"])
def test_where_nothing_says_the_class_the_option_is_named(tmp_path: Path, columns: str) -> None:
    file = listed(tmp_path, f"filepath,{columns}\na/1.jpg{',0' * (columns.count(',') + 1)}\n", "a/1.jpg")
    with pytest.raises(DatasetError) as refused:
        found(file)
    assert f"has no column “class”; it has filepath, {columns.replace(',', ', ')}: call the one" in str(refused.value)
    assert "--label-column" in str(refused.value)
    assert found(file, column=columns.partition(",")[0]) == [("a/1.jpg", "0", "")]


def test_a_column_is_found_by_the_name_that_the_file_has_for_it(tmp_path: Path) -> None:
    file = listed(tmp_path, "filepath,Label\na/1.jpg,JAY\n", "a/1.jpg")
    for column in ("class", "Label", "label"):
        assert found(file, column=column) == [("a/1.jpg", "JAY", "")]


def test_it_is_written_back_as_the_official_tools_call_it(tmp_path: Path) -> None:
    dirmap = DirmapFile.at(listed(tmp_path, "n;filepath;label\n1;a/1.jpg;JAY\n", "a/1.jpg"))
    said = b"".join(dirmap.rewritten(("difficulty",), lambda _: ("0.5",)))
    assert said == b"n,im_path,class,difficulty\n1,a/1.jpg,JAY,0.5\n"


def test_a_list_that_has_our_names_keeps_what_others_mean_by_theirs() -> None:
    names = ("im_path", "image", "class", "label", "split", "set")
    assert as_read(names, ("1.jpg", "2.jpg", "a", "b", "train", "val"), is_file=bool) == names


def test_a_set_that_is_no_split_stays_what_it_is() -> None:
    assert as_read(("path", "dataset"), ("1.jpg", "HAM10000"), is_file=bool) == ("im_path", "dataset")


@pytest.mark.parametrize(
    ("cell", "is_one"),
    [("a/b.jpg", True), ("C:\\x\\b.JPEG", True), ("ISIC_1", False), ("0.5", False), ("", False), (".jpg", False)],
)
def test_a_path_ends_as_a_file_does(cell: str, is_one: bool) -> None:
    assert names_a_file(cell) is is_one


def test_a_folder_s_own_classes_stay_where_the_guide_guesses(tmp_path: Path) -> None:
    file = listed(tmp_path, "image\n1.jpg\n", "1.jpg")
    assert [e.name for e in DirmapSet(DirmapFile.at(file), "").entries() if isinstance(e, PictureEntry)] == ["1.jpg"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cat/1.png,cat\ndog/1.png,dog\n", "begins with a picture and not with the names of its columns"),
        ("cat\\1.png;cat\r\ndog\\1.png;dog\r\n", "begins with a picture and not with the names of its columns"),
        ("im_path,class\nhttps://example.org/1.png,cat\n", "names the address “https://example.org/1.png” and no file"),
        ("image,label\ns3://bucket/1.png,cat\n", "names the address “s3://bucket/1.png” and no file"),
        ("\ufeff<!DOCTYPE html>\n<html>", "is a web page and no CSV"),
        ("<table><tr><td>a</td></tr></table>", "is a web page and no CSV"),
    ],
    ids=[
        "no heading",
        "no heading in Excel's",
        "addresses",
        "addresses of storage",
        "a web page",
        "a table of a web page",
    ],
)
def test_what_is_no_list_of_files_is_called_what_it_is(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        found(listed(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", "cat/1.png 0\ndog/1.JPG 1\n"),
        ("metadata.jsonl", '{"file_name": "cat/1.png", "label": "cat"}\n'),
        ("list.lst", "0\t1\tcat/1.jpeg\n"),
    ],
)
def test_a_text_that_names_pictures_is_told_how_to_be_a_list(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DatasetError, match=rf"“{name}” is a text that names pictures; write it as a CSV whose first"):
        picture_set(str(tmp_path / name))
