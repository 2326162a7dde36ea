"""Answers in a zip, as JATOS exports them: a file for each person, read as if they stood one after the other."""

from __future__ import annotations

import zipfile

from lwise_core.data.errors import DatasetError
from lwise_core.data.system_files import is_somebodys
from lwise_core.data.zip_directory import open_zip
from lwise_core.data.zip_members import MemberUnreadable, member_of
from lwise_core.study.response_columns import UNCHANGED, ResponsesError

_MOST_FILES = 20_000
_ENDINGS = (".txt", ".json", ".csv", ".tsv")
_NO_ANSWERS = "metadata.json"  # what JATOS says of the results


def unpacked(content: bytes, *, at_most: int) -> bytes:
    """Return the files of answers in a zip, each from a new line on, in the order of the zip; other bytes as they are.

    Raises:
        ResponsesError: It is a workbook or damaged, holds no such file, or more than ``at_most`` bytes of them.
    """
    if not content.startswith(b"PK"):
        return content
    try:
        with open_zip(content, called="the zip").archive as archive:  # which measures its directory before reading it
            return _joined(archive, at_most=at_most)
    except (DatasetError, zipfile.BadZipFile, MemberUnreadable, ValueError, NotImplementedError) as error:
        said = f"The zip is damaged or cut off, or lists too many files; export it anew. {UNCHANGED}"
        raise ResponsesError(said) from error


def _joined(archive: zipfile.ZipFile, *, at_most: int) -> bytes:
    members = [m for m in archive.infolist() if not m.is_dir()]
    if any(m.filename.startswith("xl/") for m in members):
        raise ResponsesError(f"The file is a workbook; save its sheet as CSV in UTF-8, and choose that. {UNCHANGED}")
    members = [m for m in members if is_somebodys(m.filename) and m.filename.lower().endswith(_ENDINGS)]
    members = [m for m in members if m.filename.rpartition("/")[2] != _NO_ANSWERS]
    if not 0 < len(members) <= _MOST_FILES:
        raise ResponsesError(f"The zip holds no answers as text, JSON or CSV; choose another one. {UNCHANGED}")
    joined = bytearray()
    for member in members:
        joined += member_of(archive, member, at_most=at_most - len(joined) + 1).removeprefix(b"\xef\xbb\xbf") + b"\n"
        if len(joined) > at_most:
            raise ResponsesError(
                f"The zip holds more than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}"
            )
    return bytes(joined)
