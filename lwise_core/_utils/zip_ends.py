"""The end of a zip, which says how large its directory is: looked at before anything of the directory is read.

For each entry of a directory, of 47 bytes at least, an object is made that takes ten times as many.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO

END = b"PK\x05\x06"
"""How the record at the end of a zip begins."""

DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
)
"""What zipfile raises of a damaged zip; OverflowError where a member is said to begin beyond what a file can have."""

_END_BYTES, _LONGEST_COMMENT = 22, 2**16
_LOCATOR, _LOCATOR_BYTES = b"PK\x06\x07", 20
_RECORD_BYTES = 56
_ELSEWHERE = 0xFFFFFFFF  # a size that stands in the larger record of zips beyond 4 GB


def directory_bytes(stream: BinaryIO) -> int:
    """Return how many bytes the directory says that it has, before anything of it is read; 0 where there is none.

    The directory's end is found as zipfile finds it, which reads no more than is said there. Where the larger record of
    zips beyond 4 GB is, some programs are told and others take it for granted: of two, the one that says more counts.
    """
    length = stream.seek(0, io.SEEK_END)
    begin = max(0, length - _END_BYTES - _LONGEST_COMMENT - _LOCATOR_BYTES)
    stream.seek(begin)
    tail = stream.read()
    last = len(tail) - _END_BYTES
    end = last if tail[max(last, 0) :].startswith(END) and tail.endswith(b"\0\0") else tail.rfind(END)
    if end < 0 or len(tail) < end + _END_BYTES:
        return 0
    (size,) = struct.unpack_from("<I", tail, end + 12)
    locator = end - _LOCATOR_BYTES
    if locator < 0 or tail[locator : locator + 4] != _LOCATOR:
        return int(size)
    (place,) = struct.unpack_from("<Q", tail, locator + 8)
    larger = max(_said_at(stream, min(place, length)), _said_at(stream, max(0, begin + locator - _RECORD_BYTES)))
    return larger if size == _ELSEWHERE else max(int(size), larger)


def _said_at(stream: BinaryIO, place: int) -> int:
    """Return what the larger record at ``place`` says, 0 where the file ends there."""
    stream.seek(place)
    record = stream.read(_RECORD_BYTES)
    return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == _RECORD_BYTES else 0
