"""A verb that is stopped by hand, in whatever it does, ends as the system expects of a program that was."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwise_core.data import training_images
from lwise_core.teaching.courses.builder import CourseBuilder
from tests.cli.conftest import shell
from tests.cli.test_course import NATURAL, PHANTOM
from tests.support.cli import Shell
from tests.support.toys import toy_folder

__all__ = ["shell"]

STOPPED = 130  # 128 and the number of the signal


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_training_that_is_stopped_says_nothing_of_python(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_folder(tmp_path / "data" / "train", per_class=3)
    (tmp_path / "about.json").write_text(
        '{"name": "toys", "domain": "natural", "data": "x", "licence": "x", "limits": "x", "intended_use": "x"}'
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(training_images, "open_photograph", interrupted)
    words = ("train", str(tmp_path / "data"), "--out", str(tmp_path / "run"), "--about", str(tmp_path / "about.json"))
    code, _, errors = shell(*words, "--size", "16", "--epochs", "1")
    assert code == STOPPED
    assert "Traceback" not in errors


def test_a_course_that_is_stopped_says_nothing_of_python(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CourseBuilder, "make", interrupted)
    code, _, errors = shell(*PHANTOM, *NATURAL, "--out", str(tmp_path / "course"))
    assert code == STOPPED
    assert "Traceback" not in errors
