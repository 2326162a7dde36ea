"""Sentences that every page shares: what this is not, what happened, what went wrong."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Literal

import streamlit as st

from lwise_core.teaching.languages.catalogue import ENGLISH, Catalogue, Message
from pages.parts.ui.log_traces import kind_and_place

_LOG = logging.getLogger("lwise_studio")
_REPORTED = "errors-reported"
_MOST_REPORTED = 50  # of one page

NOT_FOR_DIAGNOSIS = Message("A tool for teaching and research, not for diagnosis.")

Kind = Literal["info", "caution", "error", "done"]

_SHOWN_AS = {"info": st.info, "caution": st.warning, "error": st.error, "done": st.success}
_ICONS = {
    "info": ":material/info:",
    "caution": ":material/warning:",
    "error": ":material/error:",
    "done": ":material/check_circle:",
}
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"  # has no width: the eye does not see it, and no pattern matches across it
_LIVE = re.compile(
    r"(?<=www)(?=\.)|(?=://)|(?<=@)"  # addresses, which browsers are shown as links
    r"|(?<=:)(?=[\w+/-]+:)"  # names of icons and emoji
    r"|(?<=(?<!\S)[-<>~])(?=[-=>]{1,2}(?:\s|$))",  # arrows and signs of comparison written out, alone between spaces
    re.IGNORECASE,
)
"""Where Streamlit's Markdown would make something else of text even when its punctuation is escaped."""

_LINE_BREAKS = re.compile(r"[\t\r\n]")


def plain(text: str) -> str:
    """Return ``text`` so that Streamlit's Markdown shows it as it is, on one line.

    File, class and model names are other people's text: without this, a name could fetch a picture or be a link.
    """
    lines = (line.strip() for line in _LINE_BREAKS.split(text))
    inert = _LIVE.sub(_JOINER, " ".join(filter(None, lines)))
    return _PUNCTUATION.sub(r"\\\1", inert)


def notice(kind: Kind, text: str) -> None:
    """Show one plain sentence (Markdown in it has no effect), with an icon so that colour is not the only sign."""
    _SHOWN_AS[kind](plain(text), icon=_ICONS[kind])


def intended_use(*, device: str, words: Catalogue = ENGLISH) -> None:
    """Show the line that stands on every page: what this is not for, and what computes."""
    computes = words.translate("Computes locally, on {device}.", device=plain(words.translate(device)))
    st.caption(f"**{plain(words.translate(NOT_FOR_DIAGNOSIS))}** {computes}")


def report(error: Exception, *, words: Catalogue = ENGLISH) -> bool:
    """Show an unexpected ``error`` as one sentence with a number that finds it in the log, and log that number.

    An error's message, which may repeat a person's text, is not in the log.
    Returns True: nothing else about the error is shown.
    """
    number = secrets.token_hex(4)
    reported = st.session_state[_REPORTED] = st.session_state.get(_REPORTED, 0) + 1
    if reported <= _MOST_REPORTED:
        _LOG.error("Error %s: %s", number, kind_and_place(error))
    if reported == _MOST_REPORTED:
        _LOG.error("No further errors of this page are logged.")
    notice(
        "error",
        words.translate(
            "Something went wrong that should not have (error {number}). Nothing that you entered is lost: try again, "
            "and if it happens again, send this number and the log to whoever looks after this program.",
            number=number,
        ),
    )
    return True
