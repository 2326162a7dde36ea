"""The rows of a dirmap CSV as pictures: in its order, each with its class and split, or a sentence on why not."""

from __future__ import annotations

from pathlib import Path

from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import PictureEntry
from lwise_core.data.file_stores import GONE


def set_of(folder: Path, text: str) -> DirmapSet:
    for name in ("a/1.png", "a/2.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "list.csv").write_text(text)
    return DirmapSet(DirmapFile.at(folder / "list.csv"))


def test_rows_keep_their_order_and_numbers_and_are_read_as_they_lie(tmp_path: Path) -> None:
    pictures = set_of(tmp_path, "im_path,class,split\na/2.png,cat ,val\na/1.png,dog,\n")
    found = [e for e in pictures.entries() if isinstance(e, PictureEntry)]
    assert [(e.name, e.class_name, e.split, e.row) for e in found] == [
        ("a/2.png", "cat", "val", 0),
        ("a/1.png", "dog", "", 1),
    ]
    assert [pictures.read(e) for e in found] == [b"a/2.png", b"a/1.png"]
    assert pictures.place == tmp_path / "list.csv"


def test_a_row_without_a_picture_and_hidden_files_are_passed_over_and_what_is_gone_is_an_entry(tmp_path: Path) -> None:
    pictures = set_of(tmp_path, "class,im_path\ncat,\ncat,a/.hidden.png\ncat,a/9.png\n")
    empty, hidden, gone = pictures.entries()
    assert empty == "Row 1 of “list.csv” was passed over: it names no picture."
    assert hidden == "“a/.hidden.png” was passed over: it is hidden, or a file of a system."
    assert isinstance(gone, PictureEntry)
    assert gone.state == GONE
