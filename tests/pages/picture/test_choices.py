"""The choice of a guide: without a photograph too, the next page begins with the guide that was chosen last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.session.guides import ASKED

MAIN = Path(__file__).parents[3] / "pages" / "main.py"


def guide_choice(at: AppTest) -> Any:  # noqa: ANN401 - AppTest's selectbox is generic in what it holds
    assert not at.exception, at.exception
    return next(s for s in at.selectbox if s.label.startswith("Guide model"))


def test_a_guide_that_was_chosen_without_a_photograph_is_there_on_the_next_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    at = AppTest.from_file(str(MAIN), default_timeout=60)
    at.session_state[ASKED] = "phantom4-64"
    assert guide_choice(at.switch_page("studio.py").run()).value == "phantom4-64"
    assert guide_choice(at.switch_page("inspection.py").run()).value == "phantom4-64"
    guide_choice(at).set_value("cifar10-32").run()
    assert guide_choice(at.switch_page("studio.py").run()).value == "cifar10-32"
