"""What a click opens begins at its top, or at the part of the page that was asked for (assets/arrival)."""

from __future__ import annotations

import streamlit as st

from pages.parts.ui.browser_modules import component

_ARRIVAL = component("lwise_arrival", folder="arrival")
_OPENED = "opened"
_PLACE = "place-shown"
_SOUGHT = "part-sought"


def begin_at_the_top(page: str) -> None:
    """Let the browser show the top of ``page``, by its name, where it showed another one, or something was opened."""
    place = st.session_state[_PLACE] = f"{page} {st.session_state.get(_OPENED, 0)}"
    _ARRIVAL(key="arrival", data={"place": place})


def was_opened() -> None:
    """Count that a person has opened something in place of what the page showed, before it is drawn."""
    st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1


def seek(part: str) -> None:
    """Let the page that is drawn next show its container with the key ``part`` at the top of the screen."""
    _, times = st.session_state.get(_SOUGHT, ("", 0))
    st.session_state[_SOUGHT] = (part, times + 1)


def show_sought(*parts: str) -> None:
    """Let the browser go, once, to the one of these containers that was sought last; call it when they are drawn."""
    part, times = st.session_state.get(_SOUGHT, ("", 0))
    sought = {"part": part, "times": times} if part in parts else None
    _ARRIVAL(key="arrival-sought", data={"place": st.session_state.get(_PLACE, ""), "sought": sought})
