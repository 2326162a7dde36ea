"""What the system refuses is said in a sentence, and can still be told by the system's code."""

from __future__ import annotations

import copy
import errno
import os
from pathlib import Path

import pytest

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import DISK_FULL, FileError, check_places, file_errors, make_folder, read_file


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOENT, "“a.png” is not there; check the path."),
        (errno.EISDIR, "“a.png” is a folder; name the files in it."),
        (errno.ENOTDIR, "“a.png” is no folder, where one is needed; choose another."),
        (errno.EACCES, "“a.png” may not be read or written by you; check its permissions."),
        (errno.ENOSPC, "The disk is full: “a.png” was not written; make room and try again."),
        (errno.EIO, "“a.png” cannot be read or written: Input/output error."),
    ],
)
def test_the_system_s_word_becomes_a_sentence(code: int, sentence: str) -> None:
    with pytest.raises(FileError) as said, file_errors(Path("a.png")):
        raise OSError(code, os.strerror(code))
    assert str(said.value) == sentence
    assert said.value.errno == code
    assert (code in DISK_FULL) == ("full" in sentence)
    assert str(copy.copy(said.value)) == sentence


def test_the_file_that_the_system_names_is_named() -> None:
    with pytest.raises(FileError, match=r"“b\.png” is not there"), file_errors(Path("a.png")):
        raise FileNotFoundError(errno.ENOENT, "x", "b.png")


def test_a_sentence_stays_as_it_is() -> None:
    class Said(LWiseError, OSError):
        pass

    with pytest.raises(Said, match=r"^My own words\.$"), file_errors(Path("a.png")):
        raise Said("My own words.")


@pytest.mark.parametrize("error", [ValueError("operands"), OSError("of no code: a library's own")])
def test_what_is_not_the_system_s_passes(error: Exception) -> None:
    with pytest.raises(type(error)) as said, file_errors(Path("a.png")):
        raise error
    assert said.value is error


def test_a_folder_is_made_with_those_above_it_unless_a_file_is_in_the_way(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="is no folder"):
        make_folder(tmp_path / "file")
    with pytest.raises(FileError, match="is no folder"):
        make_folder(tmp_path / "file" / "below")


def test_no_more_of_a_file_is_read_than_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_file(tmp_path / "file") == b"12345"
    assert read_file(tmp_path / "file", at_most=2) == b"12"
    with pytest.raises(FileError, match="is a folder"):
        read_file(tmp_path)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("none/a", "“{here}/none” is not there; check the path."),
        ("file/a", "“{here}/file” is no folder, where one is needed; choose another."),
        ("", "“{here}” is a folder; name the files in it."),
    ],
)
def test_a_place_where_no_file_can_lie_is_said_before_the_work(tmp_path: Path, place: str, sentence: str) -> None:
    (tmp_path / "file").touch()
    check_places(tmp_path / "new", None, tmp_path / "file")
    with pytest.raises(FileError) as refused:
        check_places(tmp_path / "new", tmp_path / place)
    assert str(refused.value) == sentence.format(here=tmp_path)
