"""Two rights, who gives courses and who may name paths on the server, and that neither switch gives the other."""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from pages.parts.session.access import ALLOW_PATHS, OPEN_SECONDS, TEACHER
from pages.parts.session.wrong_words import WrongWords

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
    is_here = where == "local" and not word  # where a word is set, nothing that a browser says opens anything
    assert ("Answers of" in [s.label for s in results.selectbox]) == is_here
    assert ("Make the course" in [b.label for b in curriculum.button]) == is_here
    assert ("The word for whoever gives the courses" in [t.label for t in results.text_input]) == word
    assert any("path on this machine" in t.label for t in models.text_input) == (is_here or paths)


def test_a_page_that_was_handed_on_is_not_asked_for_at_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr(ContextProxy, "url", property(lambda _: ADDRESSES["local"]))
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"X-Forwarded-For": "192.0.2.1"}))
    assert "Answers of" not in [s.label for s in opened("results.py").selectbox]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> WrongWords:
    """The server's count of wrong words, at a standing clock."""
    found = WrongWords(lambda: 0.0)
    monkeypatch.setattr("pages.parts.session.access.wrong_words", lambda: found)
    return found


def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setenv(TEACHER, WORD)
    return opened("results.py")


def say(at: AppTest, word: str) -> None:
    at.text_input[0].set_value(word)
    next(b for b in at.button if b.label == "Open these pages").click().run()


@pytest.mark.usefixtures("words")
def test_the_word_opens_for_half_an_hour_and_a_button_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = asked(tmp_path, monkeypatch)
    say(at, WORD)
    assert "Answers of" in [s.label for s in at.selectbox]
    next(b for b in at.button if b.label == "Lock these pages").click().run()
    assert "Answers of" not in [s.label for s in at.selectbox]
    say(at, WORD)
    now = time.monotonic()
    monkeypatch.setattr("pages.parts.session.access.time.monotonic", lambda: now + OPEN_SECONDS + 60)
    assert "Answers of" not in [s.label for s in at.run().selectbox]


def test_after_some_wrong_words_even_the_right_one_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: WrongWords, caplog: pytest.LogCaptureFixture
) -> None:
    at = asked(tmp_path, monkeypatch)
    for i in range(3):
        say(at, f"wrong {i}")
        at.run()  # drawn once more, for whatever reason: no second guess
    assert words.count == 3
    assert sum("wrong word" in record.getMessage() for record in caplog.records) == 3
    assert not any("wrong 2" in record.getMessage() for record in caplog.records)
    say(at, WORD)
    assert [e.value for e in at.error] == ["Wrong words were tried\\. Please try again in 1 s\\."]
    assert "Answers of" not in [s.label for s in at.selectbox]
