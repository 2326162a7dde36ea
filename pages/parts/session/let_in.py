"""Whoever opens the link that the server printed reads once what it has opened."""

from __future__ import annotations

import streamlit as st

from pages.parts.session.terminal_link import browsers_key, terminal_keys
from pages.parts.ui.notices import notice

OPENED = (
    "This browser may now give courses: Curriculum makes them, Results shows the answers, and folders of this machine "
    "can be read. That holds until the server is stopped; both pages have a button that locks it before."
)

_SAID_ON = "let_in_said_on"


def say_what_was_opened(page: str) -> None:
    """Say it on the first ``page``, by its name, after the link was opened, for as long as that page is shown."""
    if terminal_keys().met_first(browsers_key()):
        st.session_state[_SAID_ON] = page
    if st.session_state.get(_SAID_ON) == page:
        notice("done", OPENED)
    else:
        st.session_state.pop(_SAID_ON, None)
