"""What every test of the command line may ask for."""

from __future__ import annotations

import pytest

from tests.support.cli import Shell, run


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return lambda *words: run(capsys, monkeypatch, *words)
