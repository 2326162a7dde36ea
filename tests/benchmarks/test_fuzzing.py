"""Fuzzing: whole files to begin with, what is kept of an error, and what is said of the end of a reader."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.chaos import document, fuzz_targets, fuzzed_reader, fuzzing
from benchmarks.chaos.fuzz_targets import Target, targets
from benchmarks.chaos.fuzzed_reader import SUMMARY, Feeding
from benchmarks.chaos.fuzzing import Fuzzed, fuzz
from lwise_core._utils.errors import LWiseError

TARGETS = targets()


@pytest.mark.parametrize("name", list(TARGETS))
def test_every_reader_reads_the_whole_files_from_which_it_is_fuzzed(name: str) -> None:
    assert TARGETS[name].seeds
    for seed in TARGETS[name].seeds:
        TARGETS[name].read(seed)


@pytest.mark.parametrize("name", list(TARGETS))
def test_what_is_no_file_of_the_kind_is_refused_or_read(name: str) -> None:
    for data in (b"", b"\0", bytes(range(256))):
        with suppress(TARGETS[name].refusal):
            TARGETS[name].read(data)


def read(data: bytes) -> None:
    if data == b"refused":
        raise LWiseError
    if data.startswith(b"number"):
        int(data)
    if data == b"none":
        raise KeyError


@pytest.fixture
def feeding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Feeding:
    monkeypatch.setattr(fuzz_targets, "targets", lambda: {"toy": Target(read, LWiseError, [b"whole"])})
    return Feeding("toy", seconds=1e9, folder=tmp_path)


def test_what_a_reader_raises_is_kept_once_for_each_place_and_its_own_error_is_not(
    feeding: Feeding, tmp_path: Path
) -> None:
    for data in (b"whole", b"refused", b"number 1", b"number 2", b"none"):
        feeding.feed(data)
    kept = {f.read_bytes(): f.with_suffix(".txt").read_text() for f in tmp_path.iterdir() if not f.suffix}
    assert set(kept) == {b"number 1", b"none"}
    assert "ValueError: invalid literal" in kept[b"number 1"]


def test_the_process_ends_when_its_time_is_over_and_says_how_many_files_it_was_fed(
    feeding: Feeding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(fuzzed_reader.os, "_exit", ended.append)
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr(fuzzed_reader, "time", SimpleNamespace(process_time=lambda: next(clock)))
    feeding._begun, feeding._seconds = 0, 10
    feeding.feed(b"whole")
    assert not ended
    feeding.feed(b"whole")
    assert ended == []
    feeding.feed(b"whole")
    assert ended == [0]
    said = json.loads((tmp_path / SUMMARY).read_text())
    assert (said["fed"], said["slowest"]) == (3, 3)


LOG = "#7 NEW    cov: 5 ft: 12 corp: 3/9b\n#9 NEW    cov: 6 ft: 14 corp: 4/12b\n"
END = "==1== ERROR: libFuzzer: timeout after 61 seconds\n"


def test_a_process_that_ends_is_started_again_with_what_is_left_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def fed(_: str, seconds: float, folder: Path, *, seed: int) -> tuple[int, str]:
        asked.append(seconds)
        spent = 4 if seed == 1 else seconds
        (folder / SUMMARY).write_text(json.dumps({"fed": 100, "seconds": spent, "slowest": seed}))
        (folder / "found.txt").write_text("Traceback\nValueError: too long\n")
        return (70, LOG + END) if seed == 1 else (0, LOG)

    monkeypatch.setattr(fuzzing, "_fed", fed)
    found = fuzz("toy", seconds=10, folder=tmp_path / "toy")
    assert asked == [10, 6]
    assert found == Fuzzed("toy", 10, 200, 14, 2, ("timeout after 61 seconds", "ValueError: too long"))


@pytest.mark.parametrize("status", [0, 1])
def test_a_process_that_does_not_begin_is_said_and_not_started_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    ends = iter([(status, "ModuleNotFoundError")])
    monkeypatch.setattr(fuzzing, "_fed", lambda *_, **__: next(ends))
    assert fuzz("toy", seconds=10, folder=tmp_path / "toy") == Fuzzed("toy", 0, 0, 0, 0, (f"ended with {status}",))


def test_a_row_takes_the_place_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "DOCUMENT", tmp_path / "reliability.md")
    fuzzing.write([Fuzzed("zips", 60, 10, 5, 0.1, ()), Fuzzed("cards", 60, 20, 5, 0.1, ("KeyError: 'a|b'",))])
    fuzzing.write([Fuzzed("zips", 120, 1000, 7, 0.2, ())])
    rows = document.rows_in(document.DOCUMENT, section=fuzzing.SECTION)
    assert rows["zips"].startswith("| zips | 2.0 min | 1,000 | 7 | 0.2 s | nothing |")
    assert "KeyError: 'a/b'" in rows["cards"]
