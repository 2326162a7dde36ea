"""Who may do what: the table of modes and rights in SECURITY.md, the link of the terminal, and the teacher's word."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from pages.parts.session.access import (
    ALLOW_PATHS,
    OPEN_PAGES,
    OPEN_SECONDS,
    TEACHER,
    all_pages_open,
    is_teacher,
    paths_offered,
)
from pages.parts.session.terminal_link import TerminalKeys, browsers_key, link_route, print_link
from pages.parts.session.wrong_words import WrongWords

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
WORD = "a word of the teacher's"


def opened(page: str) -> AppTest:
    at = AppTest.from_file(str(MAIN), default_timeout=120)
    at.switch_page(page)
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the server be started with these settings, and this session's browser come with this key."""
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    for name in (ALLOW_PATHS, TEACHER, OPEN_PAGES):
        monkeypatch.delenv(name, raising=False)
    keys, options = TerminalKeys(), dict[str, object](ALONE)
    monkeypatch.setattr("pages.parts.session.access.terminal_keys", lambda: keys)
    original = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: options.get(name, original(name)))

    def served(*, link: bool = False, **started: object) -> None:
        given = keys.exchange(keys.link_key) if link else "made up"
        monkeypatch.setattr("pages.parts.session.access.browsers_key", lambda: given)
        options.update({name.replace("__", "."): value for name, value in started.items() if "__" in name})
        for name in started.keys() & {ALLOW_PATHS, TEACHER, OPEN_PAGES}:
            monkeypatch.setenv(name, str(started[name]))

    return served


ALONE = {
    "server.address": "localhost",
    "server.allowedHosts": ["localhost", "127.0.0.1", "::1"],
    "server.corsAllowedOrigins": [],
}
CLASS: dict[str, object] = {
    "server__address": "192.0.2.7",
    "server__allowedHosts": ["localhost", "school.example"],
}
PROXY: dict[str, object] = {"server__corsAllowedOrigins": ["https://school.example"]}
RIGHTS = (all_pages_open, is_teacher, paths_offered)


@pytest.mark.parametrize(
    ("started", "rights"),
    [
        ({"link": True}, "yes yes yes"),  # alone on localhost, whose terminal they see
        ({}, "yes no no"),  # another account of the same workstation, or a proxy that says nothing of itself
        ({ALLOW_PATHS: "1"}, "yes no yes"),
        (CLASS, "no no no"),
        (CLASS | {"link": True}, "yes yes yes"),
        (CLASS | {TEACHER: "a word of the teacher's"}, "no no no"),
        (CLASS | {OPEN_PAGES: "1"}, "yes no no"),  # an open demonstration
        (PROXY, "no no no"),  # https://school.example handed on to localhost
        (PROXY | {"link": True}, "yes yes yes"),
        ({"server__allowedHosts": ["localhost", "*"]}, "no no no"),
        ({"server__allowedHosts": []}, "no no no"),  # every name is allowed
        ({"server__address": None}, "no no no"),  # Streamlit's own default: every address of the machine
    ],
)
def test_the_table_of_modes_and_rights(served: Callable[..., None], started: dict[str, object], rights: str) -> None:
    served(**started)
    assert " ".join("yes" if right() else "no" for right in RIGHTS) == rights


@pytest.mark.parametrize("url", ["http://localhost:8501", "http://school.example:8501"])
def test_nothing_that_a_browser_says_of_itself_opens_anything(
    served: Callable[..., None], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    served()
    monkeypatch.setattr(ContextProxy, "url", property(lambda _: url))
    monkeypatch.setattr(ContextProxy, "ip_address", property(lambda _: None))  # what Streamlit says of this machine
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"Host": "localhost:8501"}))
    assert not is_teacher()
    assert not paths_offered()


def test_a_link_opens_once_and_what_it_gave_is_locked_for_good() -> None:
    keys = TerminalKeys()
    link = keys.link_key
    assert keys.exchange("") is None
    assert keys.exchange("é") is None
    given = keys.exchange(link)
    assert given is not None
    assert keys.exchange(link) is None
    assert link != keys.link_key
    assert keys.holds(given)
    assert not keys.holds(link)
    assert not keys.holds("")
    keys.withdraw(given)
    assert not keys.holds(given)


def test_the_printed_link_gives_the_browser_a_cookie_that_no_script_reads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = TerminalKeys()
    monkeypatch.setattr("pages.parts.session.terminal_link.terminal_keys", lambda: keys)
    print_link()
    browser = TestClient(Starlette(routes=[link_route()]), follow_redirects=False)
    printed = urlsplit(capsys.readouterr().out.split()[-1])
    assert printed.hostname == "localhost"
    answer = browser.get(f"{printed.path}?{printed.query}")
    ((name, value),) = answer.cookies.items()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["Set-Cookie"].split("; "))
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {name: value}))
    assert keys.holds(browsers_key())
    again = browser.get(f"{printed.path}?{printed.query}")
    assert (again.status_code, again.headers["Location"]) == (303, "/")  # this browser is let in already
    elsewhere = TestClient(Starlette(routes=[link_route()])).get(f"{printed.path}?{printed.query}")
    assert elsewhere.status_code == 403
    assert "opens once, and was used" in elsewhere.text
    assert "the last line has the next link" in elsewhere.text
    assert keys.link_key not in elsewhere.text
    assert keys.link_key in capsys.readouterr().out  # the next one


def test_a_class_learns_and_the_teacher_opens_the_rest(served: Callable[..., None]) -> None:
    served(**CLASS, **{TEACHER: WORD})
    learn = opened("learn.py")
    assert [t.value for t in learn.title] == ["Learn"]
    for page in ("studio.py", "inspection.py", "rank.py", "models.py", "curriculum.py", "results.py"):
        at = opened(page)
        assert [t.value for t in at.title] == ["L-WISE Studio"], page
        assert not at.get("file_uploader")
    say(at, WORD)
    assert [t.value for t in at.title] == ["Results"]


def test_lock_ends_what_the_link_opened(served: Callable[..., None]) -> None:
    served(link=True)
    at = opened("results.py")
    assert "Answers of" in [s.label for s in at.selectbox]
    next(b for b in at.button if b.label == "Lock these pages").click().run()
    assert "Answers of" not in [s.label for s in at.selectbox]
    assert not is_teacher()


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


def test_whoever_opened_the_link_reads_once_what_it_opened(
    served: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TerminalKeys()
    served()
    given = keys.exchange(keys.link_key)
    for name, value in (("terminal_keys", lambda: keys), ("browsers_key", lambda: given)):
        monkeypatch.setattr(f"pages.parts.session.let_in.{name}", value)
    at = opened("learn.py")
    assert [n.value.startswith("This browser may now give courses") for n in at.success] == [True]
    assert len(at.run().success) == 1  # a page draws itself again while it is read
    assert not at.switch_page("models.py").run().success
    assert not at.switch_page("learn.py").run().success
    assert not opened("learn.py").success


def test_a_key_that_nobody_was_given_opens_nothing_and_is_told_nothing() -> None:
    keys = TerminalKeys()
    assert not keys.met_first("")
    assert not keys.met_first("made up")
