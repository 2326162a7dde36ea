"""What a list says of a picture leads to the file that is meant, and to none where several may be."""

from __future__ import annotations

from pathlib import Path

from lwise_core.data.file_stores import LocalStore
from lwise_core.data.listed_paths import ListedPaths


def test_a_path_that_is_there_or_has_an_ending_is_not_looked_for_elsewhere(tmp_path: Path) -> None:
    for name in ("here", "a/here.jpg", "a/1.jpg", "a/2.jpg", "b/2.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    paths = ListedPaths(LocalStore(tmp_path))
    assert paths.find("here") == "here"
    assert paths.find("A/1.JPG") == "a/1.jpg"
    assert paths.find("b/1.jpg") == "b/1.jpg"
    assert paths.find("1") == "a/1.jpg"
    assert paths.find("2") == "2"
    assert [paths.is_ambiguous(p) for p in ("2", "1", "here", "b/1.jpg")] == [True, False, False, False]
