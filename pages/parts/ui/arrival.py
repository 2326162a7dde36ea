"""What a click opens begins at its top (assets/arrival)."""

from __future__ import annotations

import streamlit as st

from pages.parts.ui.browser_modules import component

_ARRIVAL = component("lwise_arrival", folder="arrival")
_OPENED = "opened"


def begin_at_the_top(page: str) -> None:
    """Let the browser show the top of ``page``, by its name, where it showed another one, or something was opened."""
    _ARRIVAL(key="arrival", data={"place": f"{page} {st.session_state.get(_OPENED, 0)}"})


def was_opened() -> None:
    """Count that a person has opened something in place of what the page showed, before it is drawn."""
    st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1
