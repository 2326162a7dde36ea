"""Tests that are repeated on a busy machine: what is kept, what is run again, and what the table says."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from benchmarks.repeat_under_load import Row, files_in, kept_busy, lacking, repeat, rows_in, table

FLAKY = """
from pathlib import Path

def test_it():
    pass

def test_flaky():
    marker = Path(__file__).with_suffix(".seen")
    seen = marker.exists()
    marker.touch()
    assert seen
"""


def row(file: str, number: int, *failed: str) -> Row:
    return Row(file=file, round=number, passed=1, failed=failed, seconds=1.0, revision="abc")


def test_what_lacks_or_failed_is_run_round_by_round() -> None:
    rows = [row("a", 1), row("b", 1, "b::test"), row("a", 2, "a::test"), row("a", 2)]
    assert lacking(["a", "b"], rows, times=2) == [(1, "b"), (2, "b")]


def test_the_table_counts_rounds_once_and_forgets_no_failure() -> None:
    lines = table(["a", "b"], [row("a", 1), row("a", 1), row("a", 2, "a::test"), row("a", 2)], times=10).splitlines()
    assert lines[2:] == ["| `a` | 2 of 10 | 1 | 1 |", "| `b` | 0 of 10 | 0 | 0 |", "- round 2 at abc: a::test"]


@pytest.mark.slow
def test_a_run_that_is_repeated_goes_on_where_it_stopped(tmp_path: Path) -> None:
    (tmp_path / "test_flaky.py").write_text(FLAKY)
    files, kept = files_in([tmp_path]), tmp_path / "out" / "rows.jsonl"
    first = repeat(files, times=2, kept=kept, cores=0)
    assert [(r.round, r.passed, len(r.failed)) for r in first] == [(1, 1, 1), (2, 2, 0)]
    assert first[0].failed[0].endswith("::test_flaky")
    assert rows_in(kept) == first
    assert len(list((tmp_path / "out" / "rows.logs").iterdir())) == 1
    again = repeat(files, times=2, kept=kept, cores=0)
    assert [(r.round, r.passed) for r in again[2:]] == [(1, 2)]
    assert repeat(files, times=2, kept=kept, cores=0) == again


def test_as_many_cores_as_asked_are_busy_and_none_afterwards() -> None:
    before = set(psutil.Process().children())
    with kept_busy(2):
        assert len(set(psutil.Process().children()) - before) == 2
    assert set(psutil.Process().children()) <= before
