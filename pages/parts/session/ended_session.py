"""A page that comes back to a session that is no more says what is gone and what is kept.

A browser that lost its connection names the session that it had. Where that is still here, it is given back, and
nothing is lost. Where the server was started again, or the page was away for too long, the page gets a new one.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lwise_core.teaching.languages.catalogue import Catalogue, Message
from pages.parts.ui.notices import plain

ENDED = Message(
    "Photographs and rankings of this page are gone: the server was started again, or the page was away for too long, "
    "and they were in its memory only. Courses, guides and answers are kept, and a course that was being made goes on "
    "when it is asked for again."
)

_HEADER = "Sec-WebSocket-Protocol"
_PLACE = 2  # Streamlit's: after the protocol's own name and a token
_SAID = "ended_session_said"


def say_what_ended(words: Catalogue) -> None:
    """Say once, wherever on the page the person is, that the session that this page had is gone."""
    if st.session_state.get(_SAID) or not came_back_to_another(_session_id()):
        return
    st.toast(plain(words.translate(ENDED)), icon=":material/info:", duration="infinite")
    st.session_state[_SAID] = True  # only now: another run may take the place of this one before anything is said


def came_back_to_another(session: str) -> bool:
    """Return whether this page's browser had a session before, and it was not this one."""
    named = [part.strip() for part in str(st.context.headers.get(_HEADER, "")).split(",")]
    return len(named) > _PLACE and named[_PLACE] not in {"", session}


def _session_id() -> str:
    context = get_script_run_ctx()
    return "" if context is None else context.session_id
