"""What no person put there is no picture: hidden files, files of systems, and files of other kinds."""

from __future__ import annotations

import pytest

from lwise_core.data.system_files import is_somebodys, may_be_a_picture


@pytest.mark.parametrize(
    "name",
    [
        "a/Thumbs.db",
        "THUMBS.DB",
        "a\\desktop.ini",
        "a\\.DS_Store",
        "__MACOSX/a/b.png",
        "__macosx",
        "",
        "train/.ipynb_checkpoints/a.png",
        "train/@eaDir/SYNOFILE_THUMB_M.png",
        "$RECYCLE.BIN/a.png",
        "System Volume Information/a.png",
        "#recycle/a.png",
        "cat/._a.png",
        "cat/Icon\r",
        "cat/~$list.png",
        "cat/a.png:Zone.Identifier",
        "cat/Thumbs.db:encryptable",
        "cat/@__thumb/a.jpg",
        "FOUND.000/FILE0001.jpg",
        "LOST.DIR/12.jpg",
        "~snapshot/hourly.0/cat/a.png",
        "Catalog Previews.lrdata/0/a.jpg",
        "cat/CaptureOne/Cache/a.jpg",
        "cat/a.jpg~",
        "cat/#a.jpg#",
        "CACHEDIR.TAG",
        "@SynoEAStream/a.png",
        "RECYCLER/S-1-5/a.png",
        "PaxHeaders.1234/a.png",
    ],
)
def test_what_a_system_puts_beside_photographs_is_nobodys(name: str) -> None:
    assert not is_somebodys(name)


@pytest.mark.parametrize(
    "name", ["a.png", "a\\b.png", "./a/b.png", "thumbs/db.png", "recycled/a.png", "found/a.png", "#1.png", "a~b.png"]
)
def test_a_photograph_is_somebodys(name: str) -> None:
    assert is_somebodys(name)


@pytest.mark.parametrize(
    "name",
    [
        "a.txt",
        "IMG_1.jpg.json",
        "a\\IMG_1.MOV",
        "IMG_1.AAE",
        "data.yaml",
        "_classes.csv",
        "a.jpg.part",
        "a.jpg.crdownload",
        "a.png.dvc",
        "a.pp3",
        "x.torrent",
        "a.png.icloud",
        "a.png.filepart",
        "a.png.meta",
    ],
)
def test_an_ending_can_say_that_a_file_is_no_picture(name: str) -> None:
    assert not may_be_a_picture(name)


@pytest.mark.parametrize("name", ["a.jfif", "a.jpe", "a.mpo", "a.PNG", "no ending", "1.5 m", "a.n01440764", "README"])
def test_any_other_ending_may_be_of_a_picture(name: str) -> None:
    assert may_be_a_picture(name)
