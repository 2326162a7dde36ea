"""Zips of answers: a file for each person is read, and what else they hold is not."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from lwise_core.data import zip_directory
from lwise_core.study.answer_archives import AnswerFile, files_in
from lwise_core.study.response_columns import ResponsesError
from lwise_core.study.response_files import read_csv
from tests.support.raw_zips import begins_beyond_every_file, raw_zip


def zipped(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def test_the_files_of_people_follow_one_another() -> None:
    content = zipped(
        ("metadata.json", b"{}"),
        ("study_result_1/comp-result_1/data.txt", b"\xef\xbb\xbf[1]"),
        ("__MACOSX/study_result_1/._data.txt", b"\0\5"),
        ("study_result_2/comp-result_2/data.txt", b"[2]"),
        ("study_result_2/comp-result_2/files/photo.png", b"\x89PNG"),
    )
    assert [file.content for file in files_in(content, at_most=100)] == [b"\xef\xbb\xbf[1]", b"[2]"]
    assert [file.name for file in files_in(content, at_most=100)] == [
        "study_result_1/comp-result_1/data.txt",
        "study_result_2/comp-result_2/data.txt",
    ]


def test_a_member_without_a_name_holds_no_answers() -> None:
    content = raw_zip({b"a.txt": b"[1]", b"": b"[2]", b"\0b.txt": b"[3]"})
    assert files_in(content, at_most=100) == (AnswerFile(b"[1]", "a.txt"),)


def test_what_is_no_zip_passes() -> None:
    assert files_in(b"[1]", at_most=1) == (AnswerFile(b"[1]"),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(("xl/workbook.xml", b"<a/>")), "is a workbook; save its sheet as CSV"),
        (zipped(("a.png", b"x")), "holds no answers"),
        (zipped(("a.txt", bytes(200))), "holds more than 0 MB"),
        (zipped(("a.txt", b"[1]"))[:-30], "damaged or cut off"),
        (zipped(("a.txt", b"[1]")).replace(b"[1]", b"[2]"), "damaged or cut off"),
        (begins_beyond_every_file(zipped(("a.txt", b"[1]"))), "damaged or cut off"),
        (zipped(("content.xml", b"<a/>"), ("mimetype", b"x")), "is a workbook; save its sheet as CSV"),
        (raw_zip({b"a.txt": b"[1]"}, flag=1), "is locked with a password; unpack it"),
    ],
    ids=["a workbook", "pictures", "too much", "cut off", "a changed byte", "no place", "OpenDocument", "locked"],
)
def test_a_zip_that_cannot_be_used_is_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(ResponsesError, match=said):
        files_in(content, at_most=100)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "is packed with gzip; unpack it"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7-Zip archive; unpack it"),
        (b"$FL2@(#) SPSS DATA FILE", "is a file of SPSS; export its table as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old workbook; export its table as CSV"),
        (b"SQLite format 3\0", "is a database; export its table as CSV"),
        (b"PAR1\x15\x04", "is a Parquet table; export its table as CSV"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(ResponsesError, match=said):
        read_csv(content)


def test_a_directory_that_says_it_is_huge_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(*((f"{i}/data.txt", b"[1]") for i in range(20)))
    monkeypatch.setattr(zip_directory, "_MAX_UPLOADED_BYTES", 500)
    with pytest.raises(ResponsesError, match="lists too many files"):
        files_in(content, at_most=1000)
