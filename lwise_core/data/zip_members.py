"""Members of untrusted zip archives, read without unpacking anything to the disk."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from copy import copy
from typing import IO
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.zip_ends import DAMAGED

_NOT_GIVEN_OUT = (RuntimeError, NotImplementedError, KeyError)  # locked, packed in a way of its own, not there
_PIECE = 2**16  # bytes
_LEAST_DICTIONARY = 2**12  # bytes, by LZMA's own rules
_LZMA_HEAD, _LZMA_SETTINGS = struct.Struct("<HH"), struct.Struct("<BI")


class MemberUnreadable(LWiseError, OSError):
    """A member that the archive does not give out. The message is one sentence."""


def member_of(archive: ZipFile, member: str | ZipInfo, *, at_most: int) -> bytes:
    """Return the bytes of a member, the first ``at_most`` of them, whatever size it claims and however it is packed.

    Raises:
        MemberUnreadable: It is damaged, locked, packed in a way of its own, or not there.
    """
    try:
        found = member if isinstance(member, ZipInfo) else archive.getinfo(member)
        if found.compress_type in (ZIP_BZIP2, ZIP_LZMA):
            return _unpacked(archive, found, at_most=at_most)
        with archive.open(found) as file:
            return file.read(at_most)
    except (OSError, *DAMAGED, *_NOT_GIVEN_OUT) as error:
        why = "it is damaged there; download or make the archive again"
        if isinstance(error, _NOT_GIVEN_OUT):
            why = "it is locked, packed in a way that is not read here, or not there; unpack the archive"
        raise MemberUnreadable(f"The archive does not give it out: {why}.") from error


def _unpacked(archive: ZipFile, member: ZipInfo, *, at_most: int) -> bytes:
    """Return the first ``at_most`` bytes of a member in bzip2 or LZMA.

    Of these zipfile unpacks all that it has read before it looks at the size: 40 bytes of bzip2 become 46 MB.
    """
    wanted = min(at_most, member.file_size)
    found = bytearray()
    with archive.open(_as_it_is_stored(member)) as packed:
        unpacking = (
            bz2.BZ2Decompressor() if member.compress_type == ZIP_BZIP2 else _lzma(packed, largest=max(wanted, 1))
        )
        while len(found) < wanted and not unpacking.eof:
            piece = packed.read(_PIECE) if unpacking.needs_input else b""
            if not piece and unpacking.needs_input:
                break
            found += unpacking.decompress(piece, wanted - len(found))
    if len(found) < wanted or (wanted == member.file_size and zlib.crc32(found) != member.CRC):
        raise BadZipFile("It differs from its checksum.")
    return bytes(found)


def _as_it_is_stored(member: ZipInfo) -> ZipInfo:
    """Return ``member`` as if it were not packed, so that zipfile gives out its packed bytes."""
    stored = copy(member)
    stored.compress_type, stored.file_size = ZIP_STORED, member.compress_size
    del stored.CRC  # that of what it unpacks to
    return stored


def _lzma(packed: IO[bytes], *, largest: int) -> lzma.LZMADecompressor:
    """Return what unpacks LZMA, after its settings were read, with no more memory than ``largest`` bytes need."""
    _, length = _LZMA_HEAD.unpack(packed.read(_LZMA_HEAD.size))
    settings, dictionary = _LZMA_SETTINGS.unpack_from(packed.read(length))
    rest, lc = divmod(settings, 9)
    pb, lp = divmod(rest, 5)
    # Nothing reaches back further than to the first byte, whatever dictionary is claimed.
    size = max(_LEAST_DICTIONARY, min(dictionary, largest))
    kind = {"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[kind])
