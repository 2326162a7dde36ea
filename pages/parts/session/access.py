"""Pages that only whoever gives the courses may open: they show all answers, and delete."""

from __future__ import annotations

import os
from hmac import compare_digest

import streamlit as st

from pages.parts.models.add_guide import paths_offered
from pages.parts.ui.notices import notice

TEACHER = "LWISE_TEACHER"
"""The environment's word that opens these pages from elsewhere."""

SHORTEST = 12
"""Characters; a shorter word is soon guessed, and opens nothing."""

_OPENED = "teacher"


def is_teacher() -> bool:
    """Return whether whoever uses this session gives the courses."""
    return paths_offered() or bool(st.session_state.get(_OPENED))


def teachers_only() -> None:
    """Stop the page unless the person sits at the server, or knows the word that it was started with."""
    if is_teacher():
        return
    word = os.environ.get(TEACHER, "")
    if len(word) < SHORTEST:
        notice(
            "info",
            "This page is for whoever gives the courses, and opens on the server itself only. (To open it from "
            f"elsewhere, start the server with a word of at least {SHORTEST} characters in {TEACHER}.)",
        )
        st.stop()
    said = st.text_input("The word for whoever gives the courses", type="password")
    if not compare_digest(said.encode(), word.encode()):
        if said:
            notice("error", "That is not the word that this server was started with.")
        st.stop()
    st.session_state[_OPENED] = True
    st.rerun()
