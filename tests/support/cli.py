"""The command line in this process, and a photograph for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.resources import files

import pytest

from lwise_core.cli import app as cli
from lwise_core.data.samples import SAMPLES

Shell = Callable[..., tuple[int, str, str]]
"""Takes the words of a command; returns its exit code, what it printed, and what it said of errors."""

CAT = SAMPLES[0]
CAT_FILE = str(files("skimage.data").joinpath(CAT.file))
CROP = f"{CAT.crop.left},{CAT.crop.top},{CAT.crop.side}"


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["lwise_core", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, captured.out, captured.err
