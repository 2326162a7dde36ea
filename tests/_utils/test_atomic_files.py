"""A file or a folder is there whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.atomic_files import stream_whole, whole_file, whole_folder, write_whole
from lwise_core._utils.file_errors import FileError


@given(pieces=st.lists(st.binary(max_size=50)))
def test_what_is_streamed_is_there_and_hashed(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    target = tmp_path_factory.mktemp("files") / "a"
    assert stream_whole(target, pieces) == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert target.read_bytes() == b"".join(pieces)


def test_what_fails_half_way_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    write_whole(tmp_path / "a", b"before")
    with pytest.raises(RuntimeError):
        stream_whole(tmp_path / "a", pieces())
    assert [f.name for f in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_full_disk_is_said_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    write_whole(tmp_path / "a", b"before")
    monkeypatch.setattr(*((os, "fsync") if where == "fsync" else (Path, "replace")), full)
    with pytest.raises(FileError, match=r"The disk is full: .*a” was not written"), whole_file(tmp_path / "a") as file:
        file.write(b"after")
    monkeypatch.undo()
    assert [f.name for f in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("none/a", "“{here}/none” is not there; check the path."),
        ("file/a", "“{here}/file” is no folder, where one is needed; choose another."),
        ("folder", "“{here}/folder” is a folder; name the files in it."),
    ],
)
def test_what_cannot_be_written_is_said_by_the_name_that_was_asked_for(
    tmp_path: Path, target: str, sentence: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError) as refused:
        write_whole(tmp_path / target, b"x")
    assert str(refused.value) == sentence.format(here=tmp_path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["file", "folder"]


def test_a_folder_appears_with_all_that_is_in_it(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "above" / "set") as part:
        (part / "inner").mkdir()
        (part / "inner" / "a").write_bytes(b"1")
        assert not (tmp_path / "above" / "set").exists()
    assert (tmp_path / "above" / "set" / "inner" / "a").read_bytes() == b"1"
    assert [f.name for f in (tmp_path / "above").iterdir()] == ["set"]


def test_of_a_folder_that_fails_nothing_is_left_and_another_process_s_stays(tmp_path: Path) -> None:
    def fill() -> None:
        with whole_folder(tmp_path / "set") as part:
            (part / "a").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fill()
    assert list(tmp_path.iterdir()) == []
    with whole_folder(tmp_path / "set") as part:
        (part / "mine").touch()
        (tmp_path / "set").mkdir()
        (tmp_path / "set" / "theirs").touch()
    assert [str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*")] == ["set", "set/theirs"]


def test_a_file_of_the_longest_name_is_written(tmp_path: Path) -> None:
    target = tmp_path / ("写" * 83 + ".png")
    write_whole(target, b"x")
    assert [f.name for f in tmp_path.iterdir()] == [target.name]
