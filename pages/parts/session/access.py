"""What not everybody may do: give courses, whose pages show all answers and delete, and name paths on the server.

Where a word was set, it alone opens these: that somebody asked for the page on the server itself is only what a browser
says, and behind a proxy every request looks so.
"""

from __future__ import annotations

import logging
import math
import os
import time
from hmac import compare_digest
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.session.wrong_words import wrong_words
from pages.parts.ui.notices import notice

_log = logging.getLogger("lwise_studio")

TEACHER = "LWISE_TEACHER"
"""The environment's word that opens these pages from elsewhere."""

SHORTEST = 12
"""Characters; a shorter word is soon guessed, and opens nothing."""

ALLOW_PATHS = "LWISE_ALLOW_PATHS"
"""The environment's switch that lets everybody name a path on the server's disk; it opens nothing else."""

OPEN_SECONDS = 30 * 60
"""How long the word opens these pages."""

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
    return os.environ.get(ALLOW_PATHS) == "1" or is_teacher()


def is_teacher() -> bool:
    """Return whether whoever uses this session gives the courses.

    Who may name paths is another question: a switch that answers it must not open all answers to everybody.
    """
    if len(_word()) < SHORTEST:
        return sits_at_the_server()
    opened: float | None = st.session_state.get(_OPENED)
    return opened is not None and time.monotonic() - opened < OPEN_SECONDS


def teachers_only() -> None:
    """Stop the page unless the person knows the word that the server was started with, or sits at it where none is."""
    if is_teacher():
        if _OPENED in st.session_state and st.button("Lock these pages", icon=":material/lock:", type="tertiary"):
            del st.session_state[_OPENED]
            st.rerun()
        return
    if len(_word()) < SHORTEST:
        notice(
            "info",
            "This page is for whoever gives the courses, and opens on the server itself only. (To open it from "
            f"elsewhere, start the server with a word of at least {SHORTEST} characters in {TEACHER}.)",
        )
        st.stop()
    _ask()
    st.stop()


def _word() -> str:
    return os.environ.get(TEACHER, "")


def _ask() -> None:
    """Ask for the word, once every so often for everybody together, and open these pages to whoever knows it."""
    with st.form("teacher-word", border=False):
        said = st.text_input("The word for whoever gives the courses", type="password")
        if not st.form_submit_button("Open these pages") or not said:  # judged once, not whenever the page is drawn
            return
    guesses = wrong_words()
    seconds = guesses.seconds_to_wait()
    if seconds > 0:
        notice("error", f"Wrong words were tried. Please try again in {math.ceil(seconds)} s.")
    elif compare_digest(said.encode(), _word().encode()):
        guesses.forget()
        st.session_state[_OPENED] = time.monotonic()
        st.rerun()
    else:
        guesses.add()
        _log.warning("A wrong word for the pages of whoever gives the courses: number %d in a row.", guesses.count)
        notice("error", "That is not the word that this server was started with.")
