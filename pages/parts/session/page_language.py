"""The language of the page that is open: what its frame, a session that ended and an unexpected error are said in."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.languages.catalogue import ENGLISH, Catalogue, catalogue_for
from pages.parts.ui.notices import report

_SAID_IN = "page_language"


def said_in(words: Catalogue) -> Catalogue:
    """Keep the language of the page that is drawn now, and return what it is written with."""
    st.session_state[_SAID_IN] = words.language.code
    return words


def report_to_reader(error: Exception) -> bool:
    """Show an unexpected ``error`` in the language of the page that it happened on; nothing else about it is shown.

    For ``st.App(on_script_error=…)``, which calls it for pages, fragments and callbacks and logs the trace itself.
    """
    return report(error, words=catalogue_for(st.session_state.get(_SAID_IN, ENGLISH.language.code)))
