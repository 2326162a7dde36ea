"""``lwise data``: what is kept is listed with its size, and removed by name and nothing else is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lwise_core._utils.temporary_folders import temporary_folder
from lwise_core.cli import data
from lwise_core.cli.data import kept_data
from lwise_core.guides import catalog
from tests.support.cli import Shell


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder in which everything is kept."""
    home, cache = tmp_path / "home", tmp_path / "cache"
    monkeypatch.setenv("LWISE_HOME", str(home))
    monkeypatch.setattr(data, "user_cache_path", lambda *_, **__: cache)
    (tmp_path / "passing").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "passing"))
    for kept in kept_data(home, cache):
        for path in kept.paths:
            file = path if path.suffix.startswith(".db") else path / "deep" / "file"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(1_000_000))
    return home


def test_everything_is_listed_with_its_place_size_and_limit(home: Path, shell: Shell) -> None:
    (home / "foreign").mkdir()
    _, out, _ = shell("data")
    lines = out.splitlines()
    what = "Enhancements of natural pictures, to be had again at once"
    assert f"paths: 1.0 MB (at most 512 MiB). {what}. {home}/paths" in lines
    assert any(line.startswith("records: 3.0 MB") for line in lines)
    assert lines[-1].endswith(f": {home}/foreign")


def test_what_is_removed_is_gone_and_nothing_else(home: Path, shell: Shell) -> None:
    (home / "paths" / "link").symlink_to(home / "models")
    assert shell("data", "remove", "paths", "records", "--yes")[1] == "paths: removed.\nrecords: removed.\n"
    assert sorted(path.name for path in home.iterdir()) == [
        "calibrations",
        "courses",
        "models",
        "published",
        "tuning",
        "verdicts",
    ]
    assert (home / "models" / "deep" / "file").exists()
    assert shell("data", "remove", "paths", "--yes")[1] == "paths: there is nothing.\n"


def test_what_a_killed_process_left_for_a_while_is_listed_and_removed(
    home: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = home.parent / "passing"
    what = "What is removed when its page or command ends, unless that is killed"
    assert f"temporary: nothing (no limit). {what}. {passing}" in shell("data")[1].splitlines()
    left = [temporary_folder() for _ in range(2)]
    (passing / "somebody else's").mkdir()
    for folder in left:
        Path(folder.name, "table.csv").write_bytes(bytes(1_000_000))
    assert "temporary: 2.0 MB" in shell("data")[1]
    with monkeypatch.context() as another:
        another.setattr("os.getuid", lambda: 12345)
        assert "temporary: nothing" in shell("data")[1]
    assert shell("data", "remove", "temporary", "--yes")[1] == "temporary: removed.\n"
    assert [path.name for path in passing.iterdir()] == ["somebody else's"]
    for folder in left:
        folder.cleanup()


def test_an_unknown_name_removes_nothing(home: Path, shell: Shell) -> None:
    _, _, said = shell("data", "remove", "paths", "..", "--yes")
    assert "Nothing is kept under the name “..”" in said
    assert (home / "paths").exists()


def test_whoever_says_no_keeps_it(home: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell) -> None:
    monkeypatch.setattr("typer.confirm", lambda _question: False)
    shell("data", "remove", "courses")
    assert (home / "courses").exists()


def test_where_nobody_answers_nothing_is_removed(home: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, err = shell("data", "remove", "paths")
    assert code == 2
    assert "Nobody answered, so nothing more was removed; --yes removes without asking." in err
    assert (home / "paths").exists()


def test_all_that_a_catalogue_keeps_is_listed(home: Path) -> None:
    """A folder that the catalogue gets one day stands in this list too."""
    names = {path.name for kept in kept_data(home, home) for path in kept.paths}
    assert {catalog.here().calibrations.folder.name, "models", "published"} <= names
