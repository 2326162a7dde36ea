"""Zips byte by byte, as programs write them that Python's own module does not imitate."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping


def raw_zip(members: Mapping[bytes, bytes], *, flag: int = 0, method: int = 0, extra: bytes = b"") -> bytes:
    """Return a zip whose members are called by these bytes, stored, with ``flag`` and ``method`` as they are said."""
    data, directory = b"", b""
    for name, content in members.items():
        sizes = zlib.crc32(content), len(content), len(content)
        said = struct.pack("<HHHHIIIHH", flag, method, 0, 0x21, *sizes, len(name), len(extra))
        directory += b"PK\x01\x02\x14\0\x14\0" + said + struct.pack("<HHHII", 0, 0, 0, 0, len(data)) + name + extra
        data += b"PK\x03\x04\x14\0" + said + name + extra + content
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(data), 0)
    return data + directory + b"PK\x05\x06" + end


def array_of_any_size(dtype: str) -> bytes:
    """Return a file of NumPy of 128 bytes that says that it has 10¹⁵ numbers."""
    said = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': (1000000000000000,), }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(said)) + said


def begins_beyond_every_file(data: bytes) -> bytes:
    """Return the zip ``data``, whose first member is said to begin where no file reaches (2⁶³ bytes)."""
    entry = data.index(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    (name, extra), said = struct.unpack_from("<HH", data, entry + 28), struct.pack("<HHQ", 1, 8, 2**63)
    behind = entry + 46 + name
    directory = bytearray(data[entry:end])
    struct.pack_into("<H", directory, 30, extra + len(said))
    struct.pack_into("<I", directory, 42, 0xFFFFFFFF)
    directory[behind - entry : behind - entry] = said
    record = bytearray(data[end:])
    struct.pack_into("<I", record, 12, len(directory))
    return data[:entry] + bytes(directory) + bytes(record)
