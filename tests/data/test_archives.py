"""Zip and tar archives: nothing leads outside, and what cannot be read is said."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lwise_core.data.archives import TarSet, ZipInMemory, ZipSet, close_archives, is_tar
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from tests.support.picture_sets import listed, passed_over
from tests.support.toys import add_member, archive_of, toy_folder, toy_picture


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_archives()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "toys" / "train", per_class=3).parent


@pytest.mark.parametrize("name", ["/etc/passwd", "../up/x.png", "a/../../x.png", "c:/x.png", "a\\..\\x.png"])
def test_no_member_of_an_archive_leads_outside(tmp_path: Path, name: str) -> None:
    tar, packed = tmp_path / "a.tar", tmp_path / "a.zip"
    tarfile.open(tar, "w").close()
    add_member(tar, name, toy_picture("top", seed=0))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, toy_picture("top", seed=0))
    for pictures in (TarSet(tar), ZipSet(packed)):
        (sentence,) = pictures.entries()
        assert isinstance(sentence, str)
        assert "outside" in sentence


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as archive:
        link = tarfile.TarInfo("cat/x.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        pipe = tarfile.TarInfo("cat/y.png")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
    assert len(passed_over(TarSet(tar))) == 2
    assert listed(TarSet(tar)) == []


def test_an_archive_that_ends_too_early_is_refused(tmp_path: Path, folder: Path) -> None:
    whole = archive_of(folder / "train", tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match="read to its end"):
        listed(TarSet(tmp_path / "half.tar.gz"))
    (tmp_path / "half.zip").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(DatasetError, match="zip"):
        listed(ZipSet(tmp_path / "half.zip"))


def test_a_zip_of_a_program_that_writes_backslashes_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, data in {"train\\cat\\": b"", "train\\cat\\a.png": b"a", "train\\dog\\b.png": b"b"}.items():
            archive.writestr(name, data)
    pictures = ZipSet(tmp_path / "a.zip")
    found = [(e.split, e.class_name, e.name, pictures.read(e)) for e in listed(pictures)]
    assert found == [("train", "cat", "train/cat/a.png", b"a"), ("train", "dog", "train/dog/b.png", b"b")]


def test_two_members_of_one_name_are_two_pictures(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/a.png", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("cat/a.png", b"last")
    pictures = ZipSet(tmp_path / "a.zip")
    assert [pictures.read(e) for e in listed(pictures)] == [b"first", b"last"]


def test_a_zip_that_changed_since_it_was_listed_gives_no_other_picture(tmp_path: Path) -> None:
    for names in ("ab", "ba"):
        with zipfile.ZipFile(tmp_path / f"{names}.zip", "w") as archive:
            for name in names:
                archive.writestr(f"cat/{name}.png", name.encode())
    entry = listed(ZipSet(tmp_path / "ab.zip"))[0]
    with pytest.raises(DatasetError, match="has changed since its pictures were listed"):
        ZipSet(tmp_path / "ba.zip").read(entry)


def test_names_with_colons_and_backslashes_in_a_tar_lie_inside(tmp_path: Path) -> None:
    tarfile.open(tmp_path / "a.tar", "w").close()
    for name in ("cat/12:30.png", "cat/a\\b.png"):
        add_member(tmp_path / "a.tar", name, b"x")
    assert [e.name for e in listed(TarSet(tmp_path / "a.tar"))] == ["cat/12:30.png", "cat/a\\b.png"]


def test_a_zip_in_memory_takes_the_class_from_the_folder_that_a_file_lies_in(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("loose.png", "cat/a.png", "deep/er/dog/b.png", "../up.png", "cat/.hidden.png"):
            archive.writestr(name, name)
    pictures = ZipInMemory((tmp_path / "a.zip").read_bytes(), "mine.zip")
    assert {e.name: e.class_name for e in listed(pictures)} == {
        "loose.png": "",
        "cat/a.png": "cat",
        "deep/er/dog/b.png": "dog",
    }
    assert all(pictures.read(e) == e.name.encode() for e in listed(pictures))
    assert len(passed_over(pictures)) == 1


def test_threads_that_read_the_same_tar_do_not_disturb_each_other(tmp_path: Path, folder: Path) -> None:
    pictures = TarSet(archive_of(folder / "train", tmp_path / "a.tar.gz"))
    entries = listed(pictures)

    def read(entry: PictureEntry) -> bytes:
        try:
            return pictures.read(entry)
        finally:
            close_archives()

    with ThreadPoolExecutor(4) as threads:
        for entry, data in zip(4 * entries, threads.map(read, 4 * entries), strict=True):
            assert data == (folder / entry.name).read_bytes()


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
def test_a_header_that_claims_a_name_of_megabytes_is_not_read(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("cat/x.png")
    header.type, header.size = kind, 2**20 + 1
    for file, extension in (("first.tar", b""), ("later.tar", tarfile.TarInfo("cat/a.png").tobuf())):
        (tmp_path / file).write_bytes(extension + header.tobuf() + bytes(4096))
    assert not is_tar(tmp_path / "first.tar")
    with pytest.raises(DatasetError, match="not an archive that can be read to its end"):
        list(TarSet(tmp_path / "later.tar").entries())


def test_a_name_of_a_thousand_characters_is_read(tmp_path: Path) -> None:
    name = f"cat/{'x' * 1000}.png"
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo(name))
    assert is_tar(tmp_path / "a.tar")
    assert [e.name for e in TarSet(tmp_path / "a.tar").entries() if isinstance(e, PictureEntry)] == [name]
