"""What a zip says of its directory's size, however it says it."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from lwise_core._utils.zip_ends import directory_bytes

_RECORD = struct.Struct("<4sQ2H2L4Q")
_ELSEWHERE = 0xFFFFFFFF


def end(*, size: int, comment: bytes = b"") -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, size, 0, len(comment)) + comment


def record(*, size: int) -> bytes:
    return _RECORD.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, size, 0)


def locator(*, place: int) -> bytes:
    return struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)


@pytest.mark.parametrize("comment", [b"", b"made by hand"])
def test_a_zip_says_how_large_its_directory_is(comment: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a", b"")
        archive.writestr("bc", b"")
        archive.comment = comment
    assert directory_bytes(stream) == 2 * 46 + 3


def test_what_is_no_zip_has_no_directory() -> None:
    assert [directory_bytes(io.BytesIO(data)) for data in (b"", b"PK", b"PK\x05\x06", b"x" * 100)] == [0] * 4


@pytest.mark.parametrize(("told", "granted"), [(7, 7 * 10**9), (7 * 10**9, 7)], ids=["before", "told"])
def test_of_two_larger_records_the_one_that_says_more_counts(told: int, granted: int) -> None:
    """Python 3.11.7 takes the one just before the locator, whatever that says; others go where it leads."""
    data = record(size=told) + record(size=granted) + locator(place=0) + end(size=_ELSEWHERE)
    assert directory_bytes(io.BytesIO(data)) == 7 * 10**9
