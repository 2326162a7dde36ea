"""Two rights, who gives courses and who may name paths on the server, and that neither switch gives the other."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from pages.parts.session.access import ALLOW_PATHS, TEACHER

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
WORD = "a word of the teacher's"
ADDRESSES = {"local": "http://localhost:8501", "remote": "http://school.example:8501"}


def opened(page: str) -> AppTest:
    at = AppTest.from_file(str(MAIN), default_timeout=120)
    at.switch_page(page)
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.mark.parametrize(("where", "paths", "word"), list(product(ADDRESSES, (False, True), (False, True))))
def test_neither_switch_gives_the_others_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, paths: bool, word: bool
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setenv(ALLOW_PATHS, "1" if paths else "")
    monkeypatch.setenv(TEACHER, WORD if word else "")
    monkeypatch.setattr(ContextProxy, "url", property(lambda _: ADDRESSES[where]))
    results, curriculum, models = map(opened, ("results.py", "curriculum.py", "models.py"))
    is_here = where == "local"
    assert ("Answers of" in [s.label for s in results.selectbox]) == is_here
    assert ("Make the course" in [b.label for b in curriculum.button]) == is_here
    assert ("The word for whoever gives the courses" in [t.label for t in results.text_input]) == (word and not is_here)
    assert any("path on this machine" in t.label for t in models.text_input) == (is_here or paths)


def test_a_page_that_was_handed_on_is_not_asked_for_at_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr(ContextProxy, "url", property(lambda _: ADDRESSES["local"]))
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"X-Forwarded-For": "192.0.2.1"}))
    assert "Answers of" not in [s.label for s in opened("results.py").selectbox]
