"""Answers in a zip, as JATOS exports them: a file for each person, or one for each part of an experiment."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass

from lwise_core._utils.zip_ends import DAMAGED
from lwise_core.data.errors import DatasetError
from lwise_core.data.system_files import is_somebodys
from lwise_core.data.zip_directory import open_zip
from lwise_core.data.zip_members import MemberUnreadable, member_of
from lwise_core.study.response_columns import UNCHANGED, ResponsesError

_MOST_FILES = 20_000
_LOCKED = 0x1
_ENDINGS = (".txt", ".json", ".csv", ".tsv")
_NO_ANSWERS = "metadata.json"  # what JATOS says of the results


_UNPACK, _EXPORT = "unpack it, and choose the file in it", "export its table as CSV in UTF-8, and choose that"
_NO_ANSWERS_BEGIN = {
    b"\x1f\x8b": f"packed with gzip; {_UNPACK}",
    b"BZh": f"packed with bzip2; {_UNPACK}",
    b"\xfd7zXZ": f"packed with xz; {_UNPACK}",
    b"7z\xbc\xaf\x27\x1c": f"a 7-Zip archive; {_UNPACK}",
    b"Rar!\x1a\x07": f"a RAR archive; {_UNPACK}",
    b"\xd0\xcf\x11\xe0": f"an old workbook; {_EXPORT}",
    b"$FL2": f"a file of SPSS; {_EXPORT}",
    b"SQLite format 3": f"a database; {_EXPORT}",
    b"PAR1": f"a Parquet table; {_EXPORT}",
    b"RDX": f"a file of R; {_EXPORT}",
    b"%PDF": f"a PDF; {_EXPORT}",
    b"<?xml": f"an XML file; {_EXPORT}",
    b"\xef\xbb\xbf<?xml": f"an XML file; {_EXPORT}",
}
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*+<(?:!doctype html|html)\b", re.IGNORECASE)


@dataclass(frozen=True)
class AnswerFile:
    """A file of answers: its ``content``, and its ``name`` in the zip that it lay in, with folders."""

    content: bytes
    name: str = ""


def files_in(content: bytes, *, at_most: int) -> tuple[AnswerFile, ...]:
    """Return the files of answers in a zip, in its order; other bytes as they are, as the only file.

    Raises:
        ResponsesError: It is a workbook, locked or damaged, holds no such file, or more than ``at_most`` bytes of them;
            or it is packed otherwise, or no text.
    """
    if _WEB_PAGE.match(content):
        said = "The file is a web page; what was downloaded may ask to log in: open it to read that."
        raise ResponsesError(f"{said} {UNCHANGED}")
    kind = next((words for sign, words in _NO_ANSWERS_BEGIN.items() if content.startswith(sign)), None)
    if kind is not None:
        raise ResponsesError(f"The file is {kind}. {UNCHANGED}")
    if not content.startswith(b"PK"):
        return (AnswerFile(content),)
    try:
        with open_zip(content, called="the zip").archive as archive:  # which measures its directory before reading it
            return _answers_in(archive, at_most=at_most)
    except (*DAMAGED, DatasetError, MemberUnreadable, NotImplementedError) as error:
        said = f"The zip is damaged or cut off, or lists too many files; export it anew. {UNCHANGED}"
        raise ResponsesError(said) from error


def _answers_in(archive: zipfile.ZipFile, *, at_most: int) -> tuple[AnswerFile, ...]:
    members = [m for m in archive.infolist() if not m.filename.endswith("/")]
    if any(m.filename.startswith("xl/") or m.filename == "content.xml" for m in members):
        raise ResponsesError(f"The file is a workbook; save its sheet as CSV in UTF-8, and choose that. {UNCHANGED}")
    if any(m.flag_bits & _LOCKED for m in members):
        raise ResponsesError(f"The zip is locked with a password; {_UNPACK}. {UNCHANGED}")
    members = [m for m in members if is_somebodys(m.filename) and m.filename.lower().endswith(_ENDINGS)]
    members = [m for m in members if m.filename.rpartition("/")[2] != _NO_ANSWERS]
    if not 0 < len(members) <= _MOST_FILES:
        raise ResponsesError(f"The zip holds no answers as text, JSON or CSV; choose another one. {UNCHANGED}")
    files, room = list[AnswerFile](), at_most
    for member in members:
        files.append(AnswerFile(member_of(archive, member, at_most=room + 1), member.filename))
        room -= len(files[-1].content)
        if room < 0:
            raise ResponsesError(
                f"The zip holds more than {at_most // 1_000_000} MB; split it by experiment. {UNCHANGED}"
            )
    return tuple(files)
