"""The head of a page about one picture: its title and, beside it on the first screen, the place of the uploader."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.picture import links
from pages.parts.session.case import Case
from pages.parts.ui.notices import plain


def head(title: str, *, case: Case | None, welcome: str, parts: tuple[int, int]) -> DeltaGenerator:
    """Draw ``title`` and, while no picture lies on the desk, ``welcome`` (Markdown); return the place of the uploader.

    ``parts`` are the widths of the page's two columns, so that the head stands in line with them.
    """
    with st.container(key="picture-head"):
        words, photographs = st.columns(parts, gap="large")
    with words:
        st.title(title)
        with st.container():  # always there: what comes after a notice that goes would lose its place in the page
            links.say_what_was_not_found()
            if case is None:
                st.markdown(welcome)
    label = "Your own photograph" if case is None else f"Photograph: {plain(case.photograph.name)}"
    return photographs.expander(label, expanded=case is None)  # the uploader keeps its place in it
