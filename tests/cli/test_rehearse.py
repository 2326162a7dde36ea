"""``rehearse`` from a shell: simulated learners sit a course, and are never taken for people."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from lwise_core.cli.rehearse import room
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.response_files import read_csv
from lwise_core.study.responses import Responses
from lwise_core.study.simulated_learners import SIMULATED_SENTENCE
from lwise_core.teaching.courses.course import Course
from tests.support.cli import Shell


def test_a_rehearsal_begins_and_ends_with_what_it_is_not(shell: Shell, course: Course, tmp_path: Path) -> None:
    files = ("--csv", str(tmp_path / "table.csv"), "--answers", str(tmp_path / "answers.csv"))
    words = (
        "rehearse",
        str(course.folder),
        "--network",
        "cifar10-32",
        "--people",
        "2",
        "--ablation",
        "--recognition",
        *files,
    )
    code, out, err = shell(*words)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0] == lines[-1] == SIMULATED_SENTENCE
    assert "192 of 192 simulated sittings." in err
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 4 * (8 + 16)
    assert {(r["simulated"], r["network"], r["learners"]) for r in rows} == {("1", "cifar10-32", "2")}
    for row in rows:
        (line,) = (x for x in _table(lines, row["model"]) if x[:36].strip() == row["group"])
        assert f"{100 * float(row['accuracy']):.1f}%" in line
        assert (row["p"] == "") == (row["group"] == "control")
        assert (row["p"] == "") or f"{float(row['p']):.4f}" in line
    answers: Responses = read_csv((tmp_path / "answers.csv").read_bytes())
    assert answers.trials["simulated"].all()


def test_only_the_learners_that_are_asked_for_rehearse(shell: Shell, course: Course) -> None:
    words = ("--network", "cifar10-32", "--people", "2", "--learner", "relearning", "--control-accuracy", "0.4")
    code, out, err = shell("rehearse", str(course.folder), *words)
    assert code == 0, err
    assert "Simulated relearning learner, who sees raw features: its one free parameter" in out
    assert not any(f"Simulated {other} learner" in out for other in ("prototype", "exemplar", "linear"))


def _table(lines: list[str], model: str) -> list[str]:
    start = next(i for i, line in enumerate(lines) if line.lower().startswith(model))
    rest = lines[start:]
    return rest[: rest.index("")]


@pytest.mark.parametrize(
    ("control", "said"),
    [
        (Estimate(value=0.27, low=0.24, high=0.30), "may be at chance (25%)"),
        (Estimate(value=0.30, low=0.28, high=0.32), "nearer to chance than to halfway"),
        (Estimate(value=0.60, low=0.58, high=0.62), None),
        (Estimate(value=0.95, low=0.93, high=0.97), "at the ceiling (96%, for lapses)"),
        (CannotJudge("Nobody."), None),
        (None, None),
    ],
)
def test_control_at_chance_or_at_the_ceiling_is_said(control: Estimate | CannotJudge | None, said: str | None) -> None:
    sentences = list(room(control, chance=0.25, most=0.9625, target=0.625))
    assert len(sentences) == (said is not None)
    assert said is None or said in sentences[0]


def test_a_rehearsal_with_the_courses_own_guide_is_refused(shell: Shell, course: Course) -> None:
    code, out, err = shell("rehearse", str(course.folder), "--network", "phantom4-64")
    assert code == 2
    assert not out
    assert "rehearse with the features of another network" in err
