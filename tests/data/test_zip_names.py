"""Names in zips: in whichever encoding a system wrote them, they are read as it meant them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.file_names import is_text
from lwise_core.data import zip_names
from lwise_core.data.zip_names import names_of
from tests.support.raw_zips import raw_zip


def read(data: bytes) -> tuple[str, ...]:
    return names_of(zipfile.ZipFile(io.BytesIO(data)).infolist())


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["表紙/0.png", "ソメイ/0.png", "猫/1.png"], "cp932"),
        (["forktail/表0.png", "forktail/ソ1.png", "forktail/写真2.png"], "cp932"),
        (["カブトムシ/1.png", "桜/a.png", "梅/b.png"], "cp932"),
        (["Käfer/0.png", "Bär/1.png", "Straße/2.png"], "cp850"),
        (["Käfer/0.png", "Bär/1.png", "Straße/2.png"], "cp1252"),
        (["forêt/été.png", "école/façade.jpg"], "cp850"),
        (["forêt/été.png", "cœur/façade.jpg"], "cp1252"),
        (["niño/corazón.png"], "cp850"),
        (["Æble/rødgrød.png"], "cp1252"),
        (["照片/猫.png", "狗/1.png"], "gbk"),
        (["玫瑰/1.jpg", "向日葵/2.jpg"], "gbk"),
        (["고양이/1.png", "강아지/2.png"], "cp949"),
        (["Жук/1.png", "медведь/2.png"], "cp866"),
        (["Käfer/0.png", "猫/1.png", "Жук/1.png"], "utf-8"),
    ],
)
def test_names_are_read_in_the_encoding_of_the_system_that_wrote_them(names: list[str], encoding: str) -> None:
    assert read(raw_zip({name.encode(encoding): b"" for name in names})) == tuple(names)


@given(names=st.lists(st.binary(min_size=1, max_size=12).filter(lambda n: 0 not in n), min_size=1, unique=True))
def test_whatever_the_bytes_are_every_name_is_text(names: list[bytes]) -> None:
    found = read(raw_zip(dict.fromkeys(names, b"")))
    assert len(found) == len(names)
    assert all(map(is_text, found))


def test_a_name_that_is_also_written_in_utf_8_is_read_as_that() -> None:
    name = b"K?fer.png"
    field = b"\x01" + struct.pack("<I", zlib.crc32(name)) + "Käfer.png".encode()
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    assert read(raw_zip({name: b""}, extra=extra)) == ("Käfer.png",)


def test_a_directory_of_long_names_is_not_read_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    likeness = zip_names._likeness

    def counted(name: bytes, encoding: str) -> float:
        looked_at.append(len(name))
        return likeness(name, encoding)

    monkeypatch.setattr(zip_names, "_likeness", counted)
    names = [f"Käfer {i} {'Bär' * 600}.png" for i in range(100)]
    assert read(raw_zip({name.encode("cp850"): b"" for name in names})) == tuple(names)
    assert 0 < sum(looked_at) <= 6 * 20_000
