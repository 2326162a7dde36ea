"""What was handed over is a folder like any other to a list: pictures are there by their names, and cannot be read."""

from __future__ import annotations

import pytest

from lwise_core.data.file_stores import GONE
from lwise_core.data.names_store import NamesStore

STORE = NamesStore("set", "list.csv", b"image,label\n", frozenset({"a/1.jpg", "a/b/2.jpg", "3.jpg"}))


def test_folders_are_listed_by_name() -> None:
    assert [(f.name, f.is_folder) for f in STORE.listed("")] == [("3.jpg", False), ("a", True)]
    assert [(f.name, f.is_folder) for f in STORE.listed("a")] == [("1.jpg", False), ("b", True)]
    assert STORE.listed("elsewhere") == ()
    assert [f.name for f in STORE.below("a").listed("b")] == ["2.jpg"]


def test_pictures_are_there_and_only_the_list_is_read() -> None:
    state = STORE.states()
    assert (state("a/1.jpg") == GONE, state("a/9.jpg") == GONE) == (False, True)
    assert STORE.size("a/1.jpg") > 0
    assert STORE.opened("list.csv").read() == STORE.read("list.csv", at_most=100) == b"image,label\n"
    assert STORE.read("list.csv", at_most=5) == b"image"
    for path in ("a/1.jpg", "nowhere"):
        with pytest.raises(FileNotFoundError):
            STORE.read(path, at_most=1)
    with pytest.raises(FileNotFoundError):
        STORE.size("nowhere")
