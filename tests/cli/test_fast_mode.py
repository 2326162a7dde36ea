"""The fast mode of a shell: checked once on this machine, and refused in a sentence where it does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lwise_core.cli import fast_mode
from lwise_core.cli.options import Refused
from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks
from lwise_core.guides.guide import GuideModel
from tests.conftest import eight_pictures


@pytest.fixture(autouse=True)
def a_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that computes a twin in float32, has checked none, and has one small sample."""
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr(fast_mode, "fast_dtype", lambda _device: torch.float32)
    monkeypatch.setattr(fast_mode, "seen_samples", lambda *, size: eight_pictures(size)[:1])


def test_what_nobody_has_checked_is_checked_once(tiny_guide: GuideModel, capsys: pytest.CaptureFixture[str]) -> None:
    fast_mode.check_fast_mode(tiny_guide)
    assert "checked on this machine first" in capsys.readouterr().err
    verdict = TwinChecks.of_this_machine().read(tiny_guide)
    assert verdict is not None
    assert verdict.passes
    assert verdict.pairs == len(tiny_guide.classes)
    fast_mode.check_fast_mode(tiny_guide)
    assert capsys.readouterr().err == ""


def test_a_twin_that_paints_something_else_is_refused_with_its_figures(tiny_guide: GuideModel) -> None:
    TwinChecks.of_this_machine().keep(tiny_guide, TwinCheck(cosine=0.9, gain_error=0.07, pairs=1))
    with pytest.raises(Refused, match=r"not paint the same \(cosine 0\.9000, gain 7\.0% apart\); leave"):
        fast_mode.check_fast_mode(tiny_guide)


def test_a_machine_without_the_arithmetic_is_told(tiny_guide: GuideModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_mode, "fast_dtype", lambda _device: None)
    with pytest.raises(Refused, match="does not compute in bf16"):
        fast_mode.check_fast_mode(tiny_guide)
