"""Zip and tar archives: nothing leads outside, and what cannot be read is said."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from lwise_core.data.archives import TarSet, ZipInMemory, ZipSet, close_archives, is_tar
from lwise_core.data.entries import PictureEntry
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
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


def test_pictures_whose_names_begin_at_the_root_get_one_sentence(tmp_path: Path) -> None:
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as archive:
        for name in ("/home/me/cat/1.png", "/home/me/cat/2.png", "../notes.txt", "/home/me/.DS_Store", "cat/3.png"):
            archive.addfile(tarfile.TarInfo(name))
    assert [entry.name for entry in listed(TarSet(tar))] == ["cat/3.png"]
    assert passed_over(TarSet(tar)) == [
        "2 files were passed over, such as “/home/me/cat/1.png”: their names lead outside the archive; unpack it, and "
        "give the folder instead."
    ]


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as archive:
        link = tarfile.TarInfo("cat/x.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        pipe = tarfile.TarInfo("cat/y.png")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
        twin = tarfile.TarInfo("cat/z.png")
        twin.type, twin.linkname = tarfile.LNKTYPE, "cat/a.png"
        archive.addfile(twin)
    assert passed_over(TarSet(tar)) == [
        "“cat/x.png” was passed over: it is a link to another file; unpack the archive, and give the folder instead.",
        "“cat/y.png” was passed over: it is no ordinary file.",
        "“cat/z.png” was passed over: it is a link to another file; unpack the archive, and give the folder instead.",
    ]
    assert listed(TarSet(tar)) == []


MEMBERS = {"cat/ä 1.png": b"one" * 99, f"dog/{'d' * 120}.png": b"two" * 99}


def tarred(file: Path, *, mode: str, form: int) -> Path:
    with tarfile.open(file, mode, format=form) as archive:  # type: ignore[call-overload]
        for name, data in MEMBERS.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), 1.5  # type: ignore[assignment]
            archive.addfile(member, io.BytesIO(data))
    return file


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_tar_is_read_whatever_wrote_and_packed_it(tmp_path: Path, mode: str, form: int) -> None:
    file = tarred(tmp_path / "a.tar", mode=mode, form=form)
    pictures = picture_set(str(file))
    assert {e.name: pictures.read(e) for e in listed(pictures)} == MEMBERS


class Pipe:
    """What a program writes a zip into that cannot go back: sizes follow behind each member."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None: ...


def zipped(how: str) -> bytes:
    """Return a zip as it is piped, with records for sizes beyond 4 GB, or behind a program that unpacks it."""
    stream = Pipe()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, data in MEMBERS.items():
            with archive.open(name, "w", force_zip64=how == "zip64") as member:
                member.write(data)
        archive.comment = b"made on 3 May"
    return b"#!/bin/sh\nexit\n" * 9 + bytes(stream.data) if how == "behind a program" else bytes(stream.data)


@pytest.mark.parametrize("how", ["piped", "zip64", "behind a program"])
def test_a_zip_is_read_whatever_wrote_it(tmp_path: Path, how: str) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(how))
    for pictures in (picture_set(str(tmp_path / "a.zip")), ZipInMemory(zipped(how), "a.zip")):
        assert {e.name: pictures.read(e) for e in listed(pictures)} == MEMBERS


# What is damaged in a tar that is plain or packed with gzip may look whole as far as it is listed.
@pytest.mark.parametrize(
    ("mode", "harm"),
    [*((mode, "cut off") for mode in ("w", "w:gz", "w:bz2", "w:xz")), ("w:bz2", "damaged"), ("w:xz", "damaged")],
)
def test_a_tar_that_cannot_be_read_to_its_end_is_refused(tmp_path: Path, mode: str, harm: str) -> None:
    file = tmp_path / "a.tar"
    noise = np.random.default_rng(0).integers(0, 16, 2**18, dtype=np.uint8).tobytes()
    with tarfile.open(file, mode) as archive:  # type: ignore[call-overload]
        for i in range(3):
            member = tarfile.TarInfo(f"cat/{i}.png")
            member.size = len(noise)
            archive.addfile(member, io.BytesIO(noise))
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(b ^ 0x5A for b in data[middle : middle + 600])
    file.write_bytes(data[:middle] if harm == "cut off" else data)
    with pytest.raises(DatasetError, match="is not an archive that can be read to its end"):
        list(TarSet(file).entries())


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


def test_a_zip_of_windows_with_both_slashes_is_read(tmp_path: Path) -> None:
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, system in (("cat/1.png", 0), ("cat\\2.png", 0), ("cat\\3.png", 3)):
            member = zipfile.ZipInfo(name)
            member.create_system = system
            archive.writestr(member, toy_picture("top", seed=0))
    assert [entry.name for entry in listed(ZipSet(packed))] == ["cat/1.png", "cat/2.png"]


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


@pytest.mark.parametrize(
    "classes",
    [
        {"cat/train/a.png": "cat", "cat/val/b.png": "cat", "dog/train/c.png": "dog"},  # splits within classes
        {"train/cat/a.png": "cat", "test/b.png": "", "test/c.png": ""},  # a test set that is handed out without labels
        {"train/a.png": "train", "boat/b.png": "boat"},  # a class of trains
    ],
)
def test_a_split_is_no_class_in_a_zip_in_memory(tmp_path: Path, classes: dict[str, str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in classes:
            archive.writestr(name, name)
    found = listed(ZipInMemory((tmp_path / "a.zip").read_bytes(), "mine.zip"))
    assert {e.name: e.class_name for e in found} == classes


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


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_header_that_claims_a_name_of_megabytes_is_not_read(tmp_path: Path, form: int) -> None:
    """The name is there to its end, so that nothing but its length speaks against it."""
    for file, before in (("first.tar", ()), ("later.tar", ("cat/a.png",))):
        with tarfile.open(tmp_path / file, "w", format=form) as archive:
            for name in (*before, f"cat/{'x' * 2**20}.png"):
                archive.addfile(tarfile.TarInfo(name))
    assert not is_tar(tmp_path / "first.tar")
    with pytest.raises(DatasetError, match="not an archive that can be read to its end"):
        list(TarSet(tmp_path / "later.tar").entries())


def test_a_name_of_a_thousand_characters_is_read(tmp_path: Path) -> None:
    name = f"cat/{'x' * 1000}.png"
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo(name))
    assert is_tar(tmp_path / "a.tar")
    assert [e.name for e in TarSet(tmp_path / "a.tar").entries() if isinstance(e, PictureEntry)] == [name]
