"""The directory of a zip: members of every program are found, and one that cannot be read has its true reason."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from lwise_core.data.archives import ZipInMemory, ZipSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.listing import FoundFile
from lwise_core.data.zip_directory import open_zip
from tests.support.picture_sets import listed
from tests.support.raw_zips import raw_zip

TWO = {b"cat/1.png": b"one", b"dog/2.png": b"two"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (raw_zip(TWO, flag=1), "is locked with a password; unpack it"),
        (raw_zip(TWO, method=9), "is packed with Deflate64; unpack it"),
        (raw_zip(TWO, method=93), "is packed with Zstandard; unpack it"),
        (raw_zip(TWO, method=77), "is packed with method 77; unpack it"),
    ],
)
def test_an_archive_that_cannot_be_read_has_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(DatasetError, match=f"“mine.zip” {why}"):
        list(open_zip(data, called="mine.zip").files())


def test_where_some_members_are_locked_the_others_are_read() -> None:
    data = bytearray(raw_zip({**TWO, b"owl/3.png": b"three"}))
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(sign) + flags] |= 1
    *found, sentence = open_zip(bytes(data), called="mine.zip").files()
    assert [f.path for f in found if isinstance(f, FoundFile)] == ["cat/1.png", "dog/2.png"]
    assert sentence == (
        "1 file of “mine.zip” cannot be read, locked with a password; unpack it, and give the folder instead."
    )


def test_a_flag_that_lies_about_the_encoding_loses_no_picture(tmp_path: Path) -> None:
    members = {"cat/strä.png".encode("latin-1"): b"one", b"dog/2.png": b"two"}
    (tmp_path / "a.zip").write_bytes(raw_zip(members, flag=0x800))
    for pictures in (ZipSet(tmp_path / "a.zip"), ZipInMemory(raw_zip(members, flag=0x800), "a.zip")):
        found = {entry.name: pictures.read(entry) for entry in listed(pictures)}
        assert found == {"cat/strä.png": b"one", "dog/2.png": b"two"}


def test_a_trail_byte_that_is_a_backslash_parts_no_folders() -> None:
    names = ["forktail/表0.png", "forktail/ソ1.png"]
    data = raw_zip({name.encode("cp932"): name.encode() for name in names})
    directory = open_zip(data, called="a.zip")
    for found in directory.files():
        assert isinstance(found, FoundFile)
        assert directory.read(found.offset, found.path, at_most=99) == found.path.encode()


@pytest.mark.parametrize("name", [b"", b"\0", b"\0cat/2.png"])
def test_a_member_without_a_name_keeps_no_other_from_being_read(name: bytes) -> None:
    pictures = ZipInMemory(raw_zip({b"cat/1.png": b"one", name: b"two"}), "a.zip")
    assert {e.name: pictures.read(e) for e in listed(pictures)}["cat/1.png"] == b"one"


def test_a_member_that_asks_for_a_later_zip_is_refused_in_one_sentence() -> None:
    data = bytearray(raw_zip(TWO))
    data[data.rindex(b"PK\x01\x02") + 6] = 64  # the version that is needed: 6.4
    with pytest.raises(DatasetError, match=r"“a\.zip” is not a zip that can be read"):
        open_zip(bytes(data), called="a.zip")


def test_a_directory_is_no_file() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.mkdir("cat")
        archive.writestr("cat/1.png", b"x")
    assert [f.path for f in open_zip(stream.getvalue(), called="a").files() if isinstance(f, FoundFile)] == [
        "cat/1.png"
    ]


def _without_reading(monkeypatch: pytest.MonkeyPatch, source: bytes | Path) -> None:
    """Refuse ``source`` for what its directory says of its size, with a zipfile that opens nothing."""

    def unread(*_: object) -> zipfile.ZipFile:
        pytest.fail("the directory was read")

    monkeypatch.setattr(zipfile, "ZipFile", unread)
    with pytest.raises(DatasetError, match=r"“many\.zip” lists more files than are read at once"):
        open_zip(source, called="many.zip")


def _says(data: bytes, size: int) -> bytes:
    """Return a zip whose end says that its directory has ``size`` bytes."""
    said = bytearray(data)
    struct.pack_into("<I", said, said.rindex(b"PK\x05\x06") + 12, size)
    return bytes(said)


@pytest.mark.parametrize("comment", [b"", b"a comment", b"PK\x05\x06" + bytes(30)])
def test_a_directory_that_is_too_large_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, comment: bytes
) -> None:
    data = _says(raw_zip(TWO), 9 * 2**20)
    commented = data[:-2] + struct.pack("<H", len(comment)) + comment
    if comment.startswith(b"PK"):
        commented = _says(commented, 9 * 2**20)
    _without_reading(monkeypatch, commented)


def test_the_directory_of_a_zip_beyond_four_gigabytes_is_looked_at_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = _says(raw_zip(TWO), 0xFFFFFFFF)
    end = data.rindex(b"PK\x05\x06")
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, 2**40, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    (tmp_path / "many.zip").write_bytes(data[:end] + record + locator + data[end:])
    _without_reading(monkeypatch, tmp_path / "many.zip")


def test_on_this_machine_a_longer_directory_is_read_than_from_a_stranger(tmp_path: Path) -> None:
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for i in range(140):
            archive.writestr(f"cat/{i}{'x' * 60_000}.png", b"")
    (tmp_path / "many.zip").write_bytes(many.getvalue())
    assert len(open_zip(tmp_path / "many.zip", called="many.zip").paths) == 140
    with pytest.raises(DatasetError, match="lists more files"):
        open_zip(many.getvalue(), called="many.zip")
