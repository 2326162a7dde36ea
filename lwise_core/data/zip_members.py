"""Members of untrusted zip archives, read without unpacking anything to the disk."""

from __future__ import annotations

import zlib
from lzma import LZMAError
from zipfile import BadZipFile, ZipFile, ZipInfo

from lwise_core._utils.errors import LWiseError

_DAMAGED = (OSError, EOFError, BadZipFile, zlib.error, LZMAError, UnicodeDecodeError)
_NOT_GIVEN_OUT = (RuntimeError, NotImplementedError, KeyError)  # locked, packed in a way of its own, not there


class MemberUnreadable(LWiseError, OSError):
    """A member that the archive does not give out. The message is one sentence."""


def member_of(archive: ZipFile, member: str | ZipInfo, *, at_most: int) -> bytes:
    """Return the bytes of a member, the first ``at_most`` of them, whatever size it claims.

    Raises:
        MemberUnreadable: It is damaged, locked, packed in a way of its own, or not there.
    """
    try:
        with archive.open(member) as file:
            return file.read(at_most)
    except (*_DAMAGED, *_NOT_GIVEN_OUT) as error:
        raise MemberUnreadable(f"The archive does not give it out ({error}).") from error
