"""Nobody can ask a server whether a photograph that they have is open in somebody else's page (/media/…)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

import app  # noqa: F401 - which gives the addresses
from pages.parts.session import media_addresses

PNG = b"\x89PNG of a patient"


def address_in(session: str | None, content: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address that a page of ``session`` gets for ``content``; None is outside of every page."""
    context = None if session is None else SimpleNamespace(session_id=session)
    monkeypatch.setattr(media_addresses, "get_script_run_ctx", lambda **_: context)
    return MemoryMediaFileStorage("/media").load_and_get_id(content, "image/png", MediaFileKind.MEDIA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(content=st.binary(), sessions=st.lists(st.uuids().map(str), min_size=2, max_size=2, unique=True))
def test_an_address_is_one_session_s_own_and_not_that_of_the_content(
    content: bytes, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = (address_in(session, content, monkeypatch) for session in sessions)
    assert mine != theirs
    assert media_addresses._BY_CONTENT(content, "image/png") not in {mine, theirs}
    assert address_in(sessions[0], content, monkeypatch) == mine  # a page that is drawn anew fetches nothing twice


def test_what_is_stored_is_found_at_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_addresses, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id="a"))
    storage = MemoryMediaFileStorage("/media")
    address = storage.load_and_get_id(PNG, "image/png", MediaFileKind.MEDIA)
    assert storage.get_file(f"{address}.png").content == PNG


def test_outside_of_a_page_no_address_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address_in(None, PNG, monkeypatch) != address_in(None, PNG, monkeypatch)
