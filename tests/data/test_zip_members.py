"""Members of zips: what cannot be read is one kind of error, whatever is wrong with it."""

from __future__ import annotations

import io
import lzma
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.data.zip_members import MemberUnreadable, member_of
from tests.support.raw_zips import begins_beyond_every_file

CONTENT = np.random.default_rng(0).integers(0, 99, 5000, dtype=np.uint8).tobytes()


def packed(*, how: int) -> bytearray:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        archive.writestr("a.png", CONTENT)
    return bytearray(stream.getvalue())


def test_no_more_is_read_than_was_asked_for() -> None:
    archive = zipfile.ZipFile(io.BytesIO(packed(how=zipfile.ZIP_DEFLATED)))
    assert member_of(archive, "a.png", at_most=5001) == CONTENT
    assert member_of(archive, archive.infolist()[0], at_most=10) == CONTENT[:10]


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("place", [40, 60, 300, 2000])
def test_a_damaged_member_is_an_oserror(how: int, place: int) -> None:
    data = packed(how=how)
    data[place : place + 20] = bytes(b ^ 0xFF for b in data[place : place + 20])
    with pytest.raises(MemberUnreadable, match="does not give it out"):
        member_of(zipfile.ZipFile(io.BytesIO(data)), "a.png", at_most=10**6)


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@given(content=st.binary(max_size=3000), at_most=st.integers(0, 4000))
def test_what_zipfile_unpacks_without_bounds_is_read_as_it_reads_it(how: int, content: bytes, at_most: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        archive.writestr("a.png", content)
    assert member_of(zipfile.ZipFile(stream), "a.png", at_most=at_most) == content[:at_most]


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_small_member_that_unpacks_to_much_takes_no_more_memory_than_is_asked_for(how: int) -> None:
    """80 MB of zeros take some hundred bytes of bzip2; the directory says that they are 9 bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        archive.writestr("a.png", bytes(80_000_000))
    archive = zipfile.ZipFile(stream)
    for claimed in (80_000_000, 9):
        archive.infolist()[0].file_size = claimed
        tracemalloc.start()
        with suppress(MemberUnreadable):  # what is not its size is damaged
            assert member_of(archive, "a.png", at_most=1000) == bytes(1000)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 10_000_000


def test_a_dictionary_of_four_gigabytes_is_not_made_for_a_small_member(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(how=zipfile.ZIP_LZMA)
    settings = data.index(b"\x05\x00\x5d", 30) + 3  # after the length of the settings and their first byte
    data[settings : settings + 4] = b"\xff\xff\xff\xff"
    made = []
    decompressor = lzma.LZMADecompressor

    def noted(kind: int, *, filters: list[dict[str, int]]) -> lzma.LZMADecompressor:
        made.append(filters[0]["dict_size"])
        return decompressor(kind, filters=filters)

    monkeypatch.setattr("lwise_core.data.zip_members.lzma.LZMADecompressor", noted)
    assert member_of(zipfile.ZipFile(io.BytesIO(data)), "a.png", at_most=10**6) == CONTENT
    assert made == [len(CONTENT)]


def test_a_locked_member_and_one_that_is_not_there_are_oserrors() -> None:
    data = packed(how=zipfile.ZIP_STORED)
    data[data.index(b"PK\x01\x02") + 8] |= 1  # “encrypted”, says the directory
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in ("a.png", "b.png"):
        with pytest.raises(MemberUnreadable, match="does not give it out"):
            member_of(archive, name, at_most=10)


def test_a_member_that_begins_beyond_every_file_is_damaged() -> None:
    archive = zipfile.ZipFile(io.BytesIO(begins_beyond_every_file(bytes(packed(how=zipfile.ZIP_STORED)))))
    with pytest.raises(MemberUnreadable, match="damaged"):
        member_of(archive, "a.png", at_most=10)
