"""From a guide to the Studio with one click, on its card and where it was added."""

from __future__ import annotations

import streamlit as st

from pages.parts.session.guides import ask_for_guide, session_guides
from pages.parts.ui.notices import notice

_ADDED = "guide_added"


def use_guide(name: str, *, key: str) -> None:
    """Draw the button that opens the Studio with the guide called ``name``."""
    if st.button("Use it in the Studio", key=f"{key}-{name}", icon=":material/arrow_forward:"):
        ask_for_guide(name)
        st.session_state.pop(_ADDED, None)
        st.switch_page("studio.py")


def announce(name: str, *, where: str) -> None:
    """Let the page say from its next run on, at the place ``where``, that the guide called ``name`` was added."""
    st.session_state[_ADDED] = (where, name)


def announced(where: str) -> None:
    """Draw which guide was added at this place last, with the way to use it, until it is used or removed."""
    place, name = st.session_state.get(_ADDED, ("", ""))
    if place == where and name in session_guides():
        notice("done", f"“{name}” is added for this session, to the guides on this page.")
        use_guide(name, key="use-added")
