"""Members of zips: what cannot be read is one kind of error, whatever is wrong with it."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from lwise_core.data.zip_members import MemberUnreadable, member_of

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


def test_a_locked_member_and_one_that_is_not_there_are_oserrors() -> None:
    data = packed(how=zipfile.ZIP_STORED)
    data[data.index(b"PK\x01\x02") + 8] |= 1  # “encrypted”, says the directory
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in ("a.png", "b.png"):
        with pytest.raises(MemberUnreadable, match="does not give it out"):
            member_of(archive, name, at_most=10)
