"""The headers of a tar, looked at before tarfile takes them at their word.

A few bytes of a header can say that the archive goes on before where it is, or ask for lists and texts of many GB; and
what tarfile looks for in a header with a pattern takes the square of its digits (CVE-2024-6232, mended in Python
3.11.10). It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any, Self, TypeVar

Header = TypeVar("Header", bound=tarfile.TarInfo)

TAR_DAMAGED = (tarfile.TarError, EOFError, zlib.error, LZMAError, ValueError, IndexError, RecursionError)
"""What reading a tar may raise beside OSError: tarfile lets through what Python says of a number that is none."""

_RECORDS = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE})
_EXTENSIONS = _RECORDS | {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_LONGEST_EXTENSION = 2**18  # bytes
_RECORD = re.compile(rb"(\d{1,7}) [^=\n]{1,255}=")  # its length, itself included, a word, and its value
_LONGEST_NUMBER = 100  # digits
_MOST_FOR_ALL = 1000  # things that are said of all members that follow
_GOES_ON = 482  # where a header of a file with holes says that a list of them follows


def open_tar(file: Path) -> tarfile.TarFile:
    """Open a tar archive, compressed or not.

    Raises:
        OSError, or one of :data:`TAR_DAMAGED`: It is none, or damaged.
    """
    return tarfile.open(file, tarinfo=ModestHeader)


class ModestHeader(tarfile.TarInfo):
    """A header that has no more than a member's can have; tarfile reads what belongs to it whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Return the header in a block of 512 bytes.

        Raises:
            tarfile.ReadError: It leads backwards, or what belongs to it is longer than any name.
        """
        found = super().frombuf(buf, encoding, errors)
        if found.type in _EXTENSIONS and found.size > _LONGEST_EXTENSION:
            raise tarfile.ReadError("A header is longer than any name.")
        if found.type == tarfile.GNUTYPE_SPARSE and buf[_GOES_ON]:
            raise tarfile.ReadError("A list of holes has no end that is known.")
        return _forwards(found)

    def _proc_pax(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        """Return the member that this header is about, as tarfile does, once what it says was gone through."""
        stream: Any = archive.fileobj
        header = stream.read(self._block(self.size))  # type: ignore[attr-defined]
        _check_records(header[: self.size])
        archive.fileobj = _Again(header, stream)
        try:
            found: tarfile.TarInfo = super()._proc_pax(archive)  # type: ignore[misc]
        finally:
            archive.fileobj = stream
        if len(archive.pax_headers) > _MOST_FOR_ALL:
            raise tarfile.ReadError("More is said of all members than there is to say.")
        return _forwards(found)

    def _proc_gnusparse_10(self, member: tarfile.TarInfo, *_: object) -> None:
        """Know a file with holes as one, which is passed over, without its list of holes."""
        member.sparse = []  # type: ignore[assignment]


class _Again:
    """A stream of which a part that was read already is read first once more."""

    def __init__(self, part: bytes, stream: IO[bytes]) -> None:
        self._part, self._stream = part, stream

    def read(self, size: int) -> bytes:
        part, self._part = self._part, b""
        return part or self._stream.read(size)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the stream's own
        return getattr(self._stream, name)


def _forwards(found: Header) -> Header:
    """Return ``found``, behind which the archive goes on.

    Raises:
        tarfile.ReadError: By its size it goes on before.
    """
    if found.size < 0:
        raise tarfile.ReadError("A size is negative.")
    return found


def _check_records(said: bytes) -> None:
    """Accept what a header says if it is one record after another, each as long as it says.

    Raises:
        tarfile.ReadError: It is not, or holds a number without end.
    """
    at = 0
    while at < len(said):
        record = _RECORD.match(said, at)
        end = at + int(record[1]) if record else 0
        if record is None or not record.end() < end <= len(said) or said[end - 1 : end] != b"\n":
            raise tarfile.ReadError("A header does not say what it announces.")
        at = end
    if max(map(len, re.findall(rb"\d+", said)), default=0) > _LONGEST_NUMBER:
        raise tarfile.ReadError("A header holds a number without end.")
