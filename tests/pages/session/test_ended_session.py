"""A page whose session is no more says so, once; one that got its session back says nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.datastructures import Headers
from streamlit.runtime.context import ContextProxy
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_websocket import _parse_subprotocols

from lwise_core.teaching.languages.catalogue import ENGLISH, catalogue_for
from pages.parts.session.ended_session import ENDED, came_back_to_another, say_what_ended
from pages.parts.ui.notices import plain

MAIN = Path(__file__).parents[3] / "pages" / "main.py"
CAME_BACK = "streamlit, token, the session before"


@pytest.mark.parametrize(
    ("sent", "ended"),
    [
        (None, False),
        ("streamlit", False),
        ("streamlit, token", False),  # a page that is opened
        ("streamlit, token, mine", False),  # one that got its session back
        ("streamlit,token,another", True),
        ("streamlit, token, ", False),
    ],
)
def test_a_page_that_had_another_session_is_told_from_one_that_had_none(
    monkeypatch: pytest.MonkeyPatch, sent: str | None, ended: bool
) -> None:
    headers = Headers({} if sent is None else {"Sec-WebSocket-Protocol": sent})
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: headers))
    assert came_back_to_another("mine") is ended


def test_streamlit_reads_the_session_before_at_the_same_place() -> None:
    assert _parse_subprotocols(Headers({"Sec-WebSocket-Protocol": CAME_BACK}))[2] == "the session before"


def test_it_is_said_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    at = AppTest.from_file(str(MAIN), default_timeout=120)
    at.switch_page("learn.py")
    assert not at.run().toast
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"Sec-WebSocket-Protocol": CAME_BACK}))
    assert [t.value for t in at.run().toast] == [plain(ENDED)]
    assert not at.run().toast


def test_where_another_run_takes_the_place_of_the_first_it_is_said_by_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def toast(words: str, **_: object) -> None:
        if not said:
            said.append("not this time")
            raise RerunException(RerunData())
        said.append(words)

    context = SimpleNamespace(headers={"Sec-WebSocket-Protocol": CAME_BACK})
    page = SimpleNamespace(session_state={}, context=context, toast=toast)
    monkeypatch.setattr("pages.parts.session.ended_session.st", page)
    with pytest.raises(RerunException):
        say_what_ended(ENGLISH)
    say_what_ended(ENGLISH)
    say_what_ended(ENGLISH)
    assert said[1:] == [plain(ENDED)]


def test_a_learner_reads_it_in_their_language_and_whoever_has_another_page_open_in_english(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: {"Sec-WebSocket-Protocol": CAME_BACK}))
    monkeypatch.setattr(ContextProxy, "locale", property(lambda _: "de-AT"))
    for page, language in (("learn.py", "de"), ("models.py", "en")):
        at = AppTest.from_file(str(MAIN), default_timeout=120)
        at.switch_page(page)
        said = catalogue_for(language).translate(ENDED)
        assert [t.value for t in at.run().toast] == [plain(said)]
        assert ("Fotos" in said) == (language == "de")
