"""What not everybody may do: give courses, whose pages show all answers and delete, and name paths on the server."""

from __future__ import annotations

import os
from hmac import compare_digest
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.ui.notices import notice

TEACHER = "LWISE_TEACHER"
"""The environment's word that opens these pages from elsewhere."""

SHORTEST = 12
"""Characters; a shorter word is soon guessed, and opens nothing."""

ALLOW_PATHS = "LWISE_ALLOW_PATHS"
"""The environment's switch that lets everybody name a path on the server's disk; it opens nothing else."""

_HERE = ("localhost", "127.0.0.1", "::1")
_OPENED = "teacher"


def sits_at_the_server() -> bool:
    """Return whether whoever uses this session asked for the page on the machine that serves it."""
    served_here = st.get_option("server.address") in _HERE
    asked_here = urlsplit(st.context.url or "").hostname in _HERE
    forwarded = any(name in st.context.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    return served_here and asked_here and not forwarded


def paths_offered() -> bool:
    """Return whether a path on the server may be entered: only by a person who sits at it, or where it was allowed.

    A path from elsewhere would let a visitor try which files the server has.
    """
    return os.environ.get(ALLOW_PATHS) == "1" or sits_at_the_server()


def is_teacher() -> bool:
    """Return whether whoever uses this session gives the courses.

    Who may name paths is another question: a switch that answers it must not open all answers to everybody.
    """
    return sits_at_the_server() or bool(st.session_state.get(_OPENED))


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
