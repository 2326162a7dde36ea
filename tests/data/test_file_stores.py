"""A folder of this machine: listed without what is hidden, read no further than asked, and never left."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core._utils.file_errors import FileError
from lwise_core.data.file_stores import GONE, Found, LocalStore

NAMES = st.lists(st.sampled_from([".hidden", "a.png", "B.png", "b", "ä.png", "z"]), unique=True)


@settings(max_examples=20)
@given(files=NAMES)
def test_a_folder_lists_what_is_not_hidden_sorted_by_name(files: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for file in files:
            (Path(name) / "in" / file).parent.mkdir(exist_ok=True)
            (Path(name) / "in" / file).write_bytes(b"x")
        (Path(name) / "in" / "folder").mkdir(parents=True)
        found = LocalStore(Path(name)).listed("in")
    assert [f.name for f in found] == sorted([*(f for f in files if not f.startswith(".")), "folder"])
    assert [f for f in found if f.is_folder] == [Found("folder", True, "")]


@given(data=st.binary(max_size=50), at_most=st.integers(0, 60))
def test_no_more_is_read_than_was_asked_for(data: bytes, at_most: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "file").write_bytes(data)
        store = LocalStore(Path(name))
        assert store.read("file", at_most=at_most) == data[:at_most]
        assert store.size("file") == len(data)
        with store.opened("file") as file:
            assert file.read() == data


def test_a_state_is_that_of_the_listing_and_changes_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"12345")
    store = LocalStore(tmp_path)
    before = store.states()("a.png")
    assert [f.state for f in store.listed("")] == [before]
    assert store.states()("a.png") == before
    later = file.stat().st_mtime_ns + 1
    os.utime(file, ns=(later, later))
    moved = store.states()("a.png")
    file.write_bytes(b"other")
    os.utime(file, ns=(later, later))
    file.write_bytes(b"123456")
    os.utime(file, ns=(later, later))
    assert len({before, moved, store.states()("a.png"), store.states()("none.png")}) == 4
    assert store.states()("none.png") == GONE


def test_a_folder_below_is_a_store_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "a.png").write_bytes(b"x")
    below = LocalStore(tmp_path).below("cats")
    assert (below.name, below.place) == ("cats", tmp_path / "cats")
    assert below.read("a.png", at_most=1) == b"x"


def test_a_store_is_called_what_its_folder_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert LocalStore(Path()).name == tmp_path.name
    assert LocalStore(Path()).place == Path()


def test_a_link_that_leads_out_is_said_to(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.png").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"x")
    (inside / "out").symlink_to(tmp_path)
    (inside / "about").symlink_to(inside / "a.png")
    store = LocalStore(inside)
    assert store.holds("a.png")
    assert store.holds("about")
    assert store.holds("not/there.png")
    assert not store.holds("out/secret")


def test_what_the_system_refuses_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not there"):
        LocalStore(tmp_path).listed("none")
    with pytest.raises(FileNotFoundError):
        LocalStore(tmp_path).read("none", at_most=1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that have a name")
def test_a_pipe_is_not_waited_for_and_a_device_without_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to("/dev/zero")
    for name in ("a.png", "b.png"):
        with pytest.raises(OSError, match="no ordinary file"):
            LocalStore(tmp_path).read(name, at_most=10)


def test_a_folder_is_still_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        LocalStore(tmp_path.parent).read(tmp_path.name, at_most=10)
