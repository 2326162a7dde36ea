"""A mend that is undone is noticed or not, and afterwards everything is as it was."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.undone_mends import ROOT, Mend, mends, undone

MENDED, UNDONE = "def sum_of(a, b):\n    return a + b\n", "def sum_of(a, b):\n    return a - b\n"
MEND = Mend(of="S1", file="sums.py", mended="a + b", undone="a - b", test="test_sums.py::test_a_sum")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a repository of one file."""
    (tmp_path / "sums.py").write_text(MENDED)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "said", "noticed", "words"),
    [
        (0, "1 passed", False, "**passes**"),
        (1, "F\nFAILED test_sums.py::test_a_sum[a b] - assert -1 == 3\n", True, "fails: assert -1 == 3"),
        (1, "E\n1 error", False, "**could not be run** (code 1)"),  # what the test needs could not be made
        (4, "no such test", False, "**could not be run** (code 4)"),
        (1, "++++ Timeout ++++", False, "does not end"),
    ],
)
def test_a_test_that_fails_without_its_mend_is_told_from_one_that_does_not(
    copy: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str, noticed: bool, words: str
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert (copy / "sums.py").read_text() == UNDONE
        return subprocess.CompletedProcess(command, code, said, "")

    monkeypatch.setattr("benchmarks.undone_mends.subprocess.run", run)
    seen = undone(MEND, copy)
    assert (seen.noticed, seen.words) == (noticed, words)
    assert [file.name for file in copy.iterdir()] == ["sums.py"]
    assert (copy / "sums.py").read_text() == MENDED
    if words == "does not end":
        assert undone(replace(MEND, endless=True), copy).noticed


def test_a_mend_that_is_somewhere_else_by_now_is_not_taken_for_noticed(copy: Path) -> None:
    assert not undone(replace(MEND, mended="a * b"), copy).noticed
    assert (copy / "sums.py").read_text() == MENDED


def test_every_mend_of_the_list_is_where_it_was_and_has_a_test_that_is_there() -> None:
    listed = list(mends())
    assert len(listed) > 80
    moved = [m.of for m in listed if (ROOT / m.file).read_text(encoding="utf-8").count(m.mended) != 1]
    assert moved == []
    for mend in listed:
        file, _, test = mend.test.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8"), mend.test
    named = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert [m.of for m in listed if not all(f"| {one} |" in named for one in m.of.split(", "))] == []
