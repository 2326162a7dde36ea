"""Sets of pictures: every kind lists and reads the same, and nothing leads outside."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from lwise_core._utils.file_errors import FileError
from lwise_core._utils.zip_ends import END
from lwise_core.data.archives import close_archives
from lwise_core.data.entries import Labels
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.picture_sets import FolderSet, GlobSet, picture_set
from tests.support.picture_sets import dirmap_of, listed, passed_over, zip_of
from tests.support.toys import archive_of, toy_folder

# The end of a zip beyond 4 GB in two files: a locator that says so, and the end that refers to it.
LAST_OF_TWO = b"PK\x03\x04" + bytes(60) + struct.pack("<4sLQL", b"PK\x06\x07", 1, 0, 2) + END + bytes(18)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_archives()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "toys" / "train", per_class=3).parent


@pytest.mark.parametrize("kind", ["folder", "csv", "zip", "tar", "glob"])
def test_every_kind_gives_the_same_pictures(folder: Path, tmp_path: Path, kind: str) -> None:
    source = {
        "folder": lambda: folder,
        "csv": lambda: dirmap_of(folder),
        "zip": lambda: zip_of(folder, tmp_path / "toys.zip"),
        "tar": lambda: archive_of(folder / "train", tmp_path / "toys.tar.gz"),
        "glob": lambda: folder / "**" / "*.png",
    }[kind]()
    pictures = picture_set(str(source))
    entries = listed(pictures)
    assert pictures.name == "toys"
    assert sorted(e.name for e in entries) == sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*.png"))
    for entry in reversed(entries):  # in any order, a compressed tar too
        assert entry.class_name == entry.name.split("/")[1]
        assert entry.split == ("" if kind == "glob" else "train")
        assert pictures.read(entry) == (folder / entry.name).read_bytes()


def test_a_folder_without_splits_and_what_it_passes_over(folder: Path) -> None:
    train = folder / "train"
    (train / ".hidden.png").write_bytes(b"")
    (train / "README").write_bytes(b"")
    deep = train / "top" / "a" / "b" / "c.png"
    deep.parent.mkdir(parents=True)
    deep.write_bytes(b"")
    pictures = FolderSet(LocalStore(train))
    assert {e.split for e in listed(pictures)} == {""}
    assert [s.split("”")[0] for s in passed_over(pictures)] == ["“README", "“top/a/b/…"]


def test_a_folder_s_links_are_followed_within_it_and_not_out_of_it(folder: Path, tmp_path: Path) -> None:
    train, elsewhere = folder / "train", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.png").write_bytes(b"secret")
    (train / "out").symlink_to(elsewhere)
    (train / "left" / "link.png").symlink_to(elsewhere / "secret.png")
    (train / "left" / "again.png").symlink_to(next(train.rglob("*.png")).resolve())
    pictures = FolderSet(LocalStore(train))
    assert "left/again.png" in {e.name for e in listed(pictures)}
    assert not any(pictures.read(e) == b"secret" for e in listed(pictures))
    assert [s for s in passed_over(pictures) if "leads out of the folder" in s] == [
        f"“{name}” was passed over: it is a link that leads out of the folder; copy it there instead."
        for name in ("left/link.png", "out")
    ]


def test_where_the_guide_says_the_classes_any_layout_does(folder: Path) -> None:
    (folder / "loose.png").write_bytes(b"")
    entries = listed(FolderSet(LocalStore(folder), Labels.GUIDE))
    assert len(entries) == 10
    assert {e.class_name for e in entries} == {""}


def test_a_state_changes_when_the_picture_does(folder: Path) -> None:
    before = listed(FolderSet(LocalStore(folder)))
    (folder / before[0].name).write_bytes(b"other")
    after = listed(FolderSet(LocalStore(folder)))
    assert [a == b for a, b in zip(after, before, strict=True)] == [False, *[True] * 8]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"source": "{tmp}/nowhere"}, "no folder, archive or CSV"),
        ({"source": "{tmp}/text"}, "no dirmap CSV, zip or tar"),
        ({"source": "{tmp}", "labels": Labels.COLUMN}, "Only a dirmap CSV has columns"),
        ({"source": "{tmp}", "column": "class"}, "Only a dirmap CSV has columns"),
        ({"source": "{tmp}/d.csv", "labels": Labels.FOLDER}, "in a column"),
    ],
)
def test_a_source_that_cannot_be_is_one_sentence(tmp_path: Path, words: dict[str, str], sentence: str) -> None:
    (tmp_path / "text").write_text("text")
    (tmp_path / "d.csv").write_text("im_path\n")
    source = words.pop("source").format(tmp=tmp_path)
    with pytest.raises(DatasetError, match=sentence):
        picture_set(source, **words)  # type: ignore[arg-type]


def test_a_csv_names_its_columns_and_a_glob_its_root(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("im_path,species\na.png,Cat\n")
    (entry,) = listed(picture_set(str(tmp_path / "d.csv"), column="species"))
    assert (entry.class_name, entry.row) == ("Cat", 0)
    (guess,) = listed(picture_set(str(tmp_path / "d.csv"), labels=Labels.GUIDE))
    assert guess.class_name == ""
    assert GlobSet(f"{tmp_path}/*/x?.png").place == tmp_path


@pytest.mark.parametrize(
    ("name", "begin", "sentence"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive, which is not read; unpack it"),
        ("a.rar", b"Rar!\x1a\x07\x01", "is a RAR archive, which is not read; unpack it"),
        ("a.tar.zst", b"\x28\xb5\x2f\xfd", "is packed with Zstandard"),
        ("a.zip", b"PK\x03\x04 and no end", "is a zip that was cut off"),
        ("a.zip", b"", r"is empty \(0 bytes\); download or make it again"),
        ("a.zip", LAST_OF_TWO, "is a zip that was cut off, or a part of one"),
        ("a.tar.gz", b"\n<!DOCTYPE html>", "is a web page and no archive"),
        ("d.csv.gz", gzip.compress(b"im_path,class", mtime=0), "is packed with gzip and holds no tar; unpack it"),
        ("d.csv.xz", lzma.compress(b"im_path,class"), "is packed with xz and holds no tar; unpack it"),
        ("d.csv.bz2", bz2.compress(b"im_path,class"), "is packed with bzip2 and holds no tar; unpack it"),
        ("d.parquet", b"PAR1" + bytes(9), "is a Parquet table; save it as CSV"),
        ("d.h5", b"\x89HDF\r\n" + bytes(9), "is an HDF5 file; write its pictures into a folder for each class"),
        ("a.png", b"\x89PNG\r\n" + bytes(9), "is one picture; give the folder that it lies in"),
        ("d.ods", b"PK\x03\x04", "is a workbook; save its sheet as CSV"),
        ("a.xlsx", b"PK\x03\x04", "is a workbook; save its sheet as CSV"),
    ],
)
def test_a_file_that_is_no_set_is_called_what_it_is(tmp_path: Path, name: str, begin: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(begin)
    with pytest.raises(DatasetError, match=sentence):
        picture_set(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "text"), [("d.tsv", "class\tim_path\ncat\ta.png\n"), ("D.TSV", "class,im_path\ncat,a.png\n")]
)
def test_a_list_may_be_called_tsv(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / name).write_text(text)
    pictures = picture_set(str(tmp_path / name))
    assert [(e.class_name, pictures.read(e)) for e in listed(pictures)] == [("cat", b"x")]


def test_a_list_that_may_not_be_read_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> BinaryIO:
        raise PermissionError(errno.EACCES, "Permission denied", "/somewhere/d.csv")

    (tmp_path / "d.csv").write_text("class,im_path\n")
    monkeypatch.setattr(LocalStore, "opened", refuse)
    with pytest.raises(FileError, match=r"d\.csv” may not be read or written by you; check its permissions"):
        list(picture_set(str(tmp_path / "d.csv")).entries())


def test_names_that_are_no_text_are_passed_over_in_a_folder_and_in_a_tar(folder: Path, tmp_path: Path) -> None:
    train = folder / "train"
    first = next(train.rglob("*.png"))
    whole = {e.name for e in listed(FolderSet(LocalStore(train)))}
    for strange in (b"left/stra\xdfe.png", b"K\xe4fer/1.png"):
        file = Path(os.fsdecode(os.fsencode(train) + b"/" + strange))
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(first.read_bytes())
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(train, arcname=".")
    for source in (train, tmp_path / "a.tar"):
        pictures = picture_set(str(source))
        assert {e.name.removeprefix("./") for e in listed(pictures)} == whole
        sentences = sorted(passed_over(pictures))
        assert len(sentences) == 2
        assert "K\\xe4fer/" in sentences[0]
        assert "left/stra\\xdfe.png" in sentences[1]
        assert all(s.endswith("was passed over: its name is not in UTF-8; rename it.") for s in sentences)


@pytest.mark.parametrize("name", ["mine [2]", "a*b", "what?", "50% #1 & co"])
def test_a_folder_whose_name_looks_like_a_pattern_is_that_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name / "cat").mkdir(parents=True)
    (tmp_path / name / "cat" / "[1] a&b=c'~.png").write_bytes(b"x")
    pictures = picture_set(str(tmp_path / name))
    assert [(e.class_name, pictures.read(e)) for e in listed(pictures)] == [("cat", b"x")]
