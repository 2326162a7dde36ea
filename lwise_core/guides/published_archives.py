"""Archives of published guides: what of them is unpacked, and to where. Whoever made them is not trusted."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from lwise_core._utils.atomic_files import whole_file
from lwise_core._utils.file_errors import make_folder
from lwise_core._utils.zip_ends import DAMAGED, directory_bytes
from lwise_core.guides.downloads import DownloadError, why_it_broke

_LARGEST_DIRECTORY = 2**20  # bytes: ten thousand files


def extract(archive: Path, wanted: Mapping[str, Path], *, limit: int) -> tuple[str, ...]:
    """Unpack the files of a zip ``archive`` whose base names are in ``wanted`` to the paths that it gives them.

    Paths and folders inside the archive are ignored, so nothing is written anywhere else; case does not count.

    Args:
        archive: The zip file.
        wanted: Base name → path.
        limit: Largest unpacked size of one file in bytes.

    Returns:
        The wanted names that the archive has not.

    Raises:
        DownloadError: The archive is damaged or lists too many files, or a wanted file is encrypted, twice in it, or
            too large.
    """
    try:
        with archive.open("rb") as measured:
            listed = directory_bytes(measured)
        if listed > _LARGEST_DIRECTORY:
            raise DownloadError(f"The archive “{archive.name}” lists more files than guides have; it is not unpacked.")
        with zipfile.ZipFile(archive) as opened:
            return _extract(opened, wanted, limit=limit)
    except (*DAMAGED, NotImplementedError) as error:
        raise DownloadError(f"The archive “{archive.name}” is damaged; fetch it again.") from error
    except OSError as error:
        raise DownloadError(f"“{archive.name}” could not be unpacked ({why_it_broke(error)}).") from error


def check_archive(archive: Path) -> None:
    """Accept a zip file whose list of files can be read.

    Raises:
        DownloadError: It cannot.
    """
    extract(archive, {}, limit=0)


def _extract(archive: zipfile.ZipFile, wanted: Mapping[str, Path], *, limit: int) -> tuple[str, ...]:
    members: dict[str, list[zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        members.setdefault(member.filename.rsplit("/", 1)[-1].casefold(), []).append(member)
    missing = []
    for name, target in wanted.items():
        match members.get(name.casefold(), []):
            case []:
                missing.append(name)
            case [member] if _may_be_unpacked(member, limit=limit):
                _unpack(archive, member, target)
            case _:
                raise DownloadError(f"The archive has “{name}” twice, encrypted or too large, so it is not unpacked.")
    return tuple(missing)


def _may_be_unpacked(member: zipfile.ZipInfo, *, limit: int) -> bool:
    """Return whether a member takes no more than ``limit``: of bzip2 and LZMA zipfile unpacks all, whatever is said."""
    bounded = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return bounded and not member.flag_bits & 1 and member.file_size <= limit


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    make_folder(target.parent)
    with archive.open(member) as source, whole_file(target) as sink:
        shutil.copyfileobj(source, sink)  # zipfile stops at the size that the archive states, and checks the CRC
