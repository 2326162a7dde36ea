"""The directory of a zip as programs of every system write it: what it holds, and what of that can be read.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lwise_core._utils.zip_ends import DAMAGED, END, directory_bytes
from lwise_core.data.errors import DatasetError
from lwise_core.data.listing import FoundFile
from lwise_core.data.system_files import is_somebodys, may_be_a_picture
from lwise_core.data.zip_members import member_of
from lwise_core.data.zip_names import IN_UTF_8, names_of

_LOCKED = 0x1
_WINDOWS = (0, 10, 14)  # FAT, NTFS, VFAT
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_METHODS = {6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 96: "WinZip's JPEG", 98: "PPMd", 99: "AES"}
_MEMBER = b"PK\x01\x02"
_LARGEST_MENDED = 2**31  # bytes; a zip whose flags have to be put right is read whole

MAX_DIRECTORY_BYTES = 48 * 2**20
"""Directories with more bytes are not read: half a million pictures have as many, and each is an object in memory."""

_MAX_UPLOADED_BYTES = 8 * 2**20  # of a directory that somebody sends to a server: some 80,000 pictures


@dataclass(frozen=True)
class ZipDirectory:
    """A zip that is open, and what a person calls it."""

    archive: zipfile.ZipFile
    called: str

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The path of every member with slashes; some programs for Windows write backslashes.

        No file of Windows can have one in its name, so there they part folders; of others only where nothing else does.
        """
        members = self.archive.infolist()
        names = names_of(members)
        backslashes = not any("/" in name for name in names)
        return tuple(
            name.replace("\\", "/") if backslashes or member.create_system in _WINDOWS else name
            for name, member in zip(names, members, strict=True)
        )

    def files(self) -> Iterator[FoundFile | str]:
        """Yield its files that can be read, and one sentence for each reason why others cannot.

        Raises:
            DatasetError: None of its pictures can be read.
        """
        unread, read = Counter[str](), 0
        for number, (path, member) in enumerate(zip(self.paths, self.archive.infolist(), strict=True)):
            if not path or path.endswith("/") or (member.filename.endswith("/") and not member.file_size):
                continue  # zipfile's own is_dir fails where a name is empty
            picture = is_somebodys(path) and may_be_a_picture(path)
            if picture and (why := _unreadable(member)):
                unread[why] += 1
                continue
            read += picture
            yield FoundFile(path, f"{member.CRC}:{member.file_size}", number)
        if unread and not read:
            raise DatasetError(f"“{self.called}” is {next(iter(unread))}; unpack it, and give the folder instead.")
        for why, count in unread.items():
            files = "1 file" if count == 1 else f"{count:,} files"
            yield f"{files} of “{self.called}” cannot be read, {why}; unpack it, and give the folder instead."

    def read(self, number: int, path: str, *, at_most: int) -> bytes:
        """Return the first ``at_most`` bytes of the member at ``number``, which was listed as ``path``.

        Raises:
            DatasetError: Another one is there now.
            MemberUnreadable: It is damaged.
        """
        if number >= len(self.paths) or self.paths[number] != path:
            raise DatasetError(f"“{self.called}” has changed since its pictures were listed; begin again.")
        return member_of(self.archive, self.archive.infolist()[number], at_most=at_most)

    def close(self) -> None:
        """Close the archive."""
        self.archive.close()


def open_zip(source: Path | bytes, *, called: str) -> ZipDirectory:
    """Open a zip, a file of this machine or its bytes.

    Raises:
        DatasetError: It is none, it is damaged, or it lists more files than are read.
    """
    most = MAX_DIRECTORY_BYTES if isinstance(source, Path) else _MAX_UPLOADED_BYTES
    try:
        with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as stream:
            listed = directory_bytes(stream)
        if listed > most:
            raise DatasetError(f"“{called}” lists more files than are read at once; zip fewer in each of several.")
        try:
            archive = zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source))
        except UnicodeDecodeError:
            archive = zipfile.ZipFile(io.BytesIO(_mended(source)))
    except (*DAMAGED, NotImplementedError) as error:
        raise DatasetError(f"“{called}” is not a zip that can be read; zip the folder again.") from error
    return ZipDirectory(archive, called)


def _unreadable(member: zipfile.ZipInfo) -> str:
    """Return why a member cannot be read, empty where it can."""
    if member.flag_bits & _LOCKED:
        return "locked with a password"
    if member.compress_type not in _READ:
        return f"packed with {_METHODS.get(member.compress_type, f'method {member.compress_type}')}"
    return ""


def _mended(source: Path | bytes) -> bytes:
    """Return a zip without the flag that says UTF-8 where a name is not; zipfile does not open it with that flag."""
    if isinstance(source, Path) and source.stat().st_size > _LARGEST_MENDED:
        raise zipfile.BadZipFile("Its names are not in the encoding that it says.")
    data = bytearray(source.read_bytes() if isinstance(source, Path) else source)
    end = data.rindex(END)
    size, start = struct.unpack_from("<II", data, end + 12)
    place = end - size
    before = place - start  # bytes of another file that the zip was put behind
    while data[place : place + 4] == _MEMBER:
        name, *others = struct.unpack_from("<HHH", data, place + 28)
        try:
            data[place + 46 : place + 46 + name].decode("utf-8")
        except UnicodeDecodeError:
            (header,) = struct.unpack_from("<I", data, place + 42)
            for flags in (place + 8, before + header + 6):
                struct.pack_into("<H", data, flags, struct.unpack_from("<H", data, flags)[0] & ~IN_UTF_8)
        place += 46 + name + sum(others)
    return bytes(data)
