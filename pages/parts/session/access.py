"""What not everybody may do: give courses, name paths on the server, and, where many can reach it, more than learn.

Each is opened by something that a person knows: the link that the server printed where it was started, or the word that
it was started with. What a browser says of itself opens nothing.
"""

from __future__ import annotations

import logging
import math
import os
import time
from hmac import compare_digest
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.session.terminal_link import browsers_key, terminal_keys
from pages.parts.session.wrong_words import wrong_words
from pages.parts.ui.notices import notice

_log = logging.getLogger("lwise_studio")

TEACHER = "LWISE_TEACHER"
"""The environment's word that opens these pages from elsewhere."""

SHORTEST = 12
"""Characters; a shorter word is soon guessed, and opens nothing."""

ALLOW_PATHS = "LWISE_ALLOW_PATHS"
"""The environment's switch that lets everybody name a path on the server's disk; it opens nothing else."""

OPEN_PAGES = "LWISE_OPEN_PAGES"
"""The environment's switch that opens all pages to whoever can reach a server that others reach; no right with them."""

OPEN_SECONDS = 30 * 60
"""How long the word opens these pages."""

_OPEN_TO_ALL, _PHOTOGRAPHS = "rank.py", ":material/photo_library:"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_OPENED = "teacher"


def sits_at_the_server() -> bool:
    """Return whether this session's browser opened the link that was printed where the server was started."""
    return terminal_keys().holds(browsers_key())


def paths_offered() -> bool:
    """Return whether a path on the server may be entered: only by whoever gives courses, or where it was allowed.

    A path from elsewhere would let a visitor try which files the server has.
    """
    return os.environ.get(ALLOW_PATHS) == "1" or is_teacher()


def is_teacher() -> bool:
    """Return whether whoever uses this session gives the courses.

    Who may name paths is another question: a switch that answers it must not open all answers to everybody.
    """
    return sits_at_the_server() or _said_the_word()


def is_served_to_others() -> bool:
    """Return whether people at other machines can reach this server, by nothing but what it was started with."""
    named = [st.get_option("server.address") or "", *(st.get_option("server.allowedHosts") or [""])]
    origins = (urlsplit(origin).hostname or "" for origin in st.get_option("server.corsAllowedOrigins"))
    return not _HERE.issuperset((*named, *origins))


def all_pages_open() -> bool:
    """Return whether this session may use every page; else it learns, and that is all."""
    return not is_served_to_others() or os.environ.get(OPEN_PAGES) == "1" or is_teacher()


def teachers_only() -> None:
    """Stop the page unless the person sits at the server, or knows the word that it was started with."""
    if is_teacher():
        if st.button("Lock these pages", icon=":material/lock:", type="tertiary"):
            terminal_keys().withdraw(browsers_key())
            st.session_state.pop(_OPENED, None)
            st.rerun()
        return
    teachers_door()
    st.page_link(_OPEN_TO_ALL, label="Rank needs no link: sort photographs and make a lesson", icon=_PHOTOGRAPHS)
    st.stop()


def teachers_door() -> None:
    """Draw how whoever gives the courses comes in."""
    if len(_word()) < SHORTEST:
        notice(
            "info",
            "This page is for whoever gives the courses. In the window where this program was started, the last line "
            "has a link: open it in this browser. If somebody else looks after the program, ask them for that link, or "
            "for a passphrase.",
        )
        st.caption(
            f"For whoever starts the program: with a passphrase of at least {SHORTEST} characters in `{TEACHER}`, this "
            "page asks for it and opens to whoever knows it, from any machine."
        )
        return
    _ask()


def _word() -> str:
    return os.environ.get(TEACHER, "")


def _said_the_word() -> bool:
    opened: float | None = st.session_state.get(_OPENED)
    return opened is not None and len(_word()) >= SHORTEST and time.monotonic() - opened < OPEN_SECONDS


def _ask() -> None:
    """Ask for the word, once every so often for everybody together, and open these pages to whoever knows it."""
    with st.form("teacher-word", border=False):
        said = st.text_input("The passphrase for whoever gives the courses", type="password")
        if not st.form_submit_button("Open these pages") or not said:  # judged once, not whenever the page is drawn
            return
    guesses = wrong_words()
    seconds = guesses.take_turn()
    if seconds > 0:
        notice("error", f"Wrong words were tried. Please try again in {math.ceil(seconds)} s.")
    elif compare_digest(said.encode(), _word().encode()):
        guesses.forget()
        st.session_state[_OPENED] = time.monotonic()
        st.rerun()
    else:
        _log.warning("A wrong word for the pages of whoever gives the courses: number %d in a row.", guesses.count)
        notice("error", "That is not the passphrase that this server was started with.")
