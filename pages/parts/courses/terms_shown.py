"""What the author of a course wrote, as participants see it: text as it stands, and what proves that they are done."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.design.study_terms import StudyTerms, paragraphs
from lwise_core.teaching.languages.catalogue import Catalogue
from pages.parts.ui.notices import plain


def authors_text(text: str) -> None:
    """Draw a text with its paragraphs and lines; nothing in it is Markdown."""
    for lines in paragraphs(text):
        st.markdown("  \n".join(map(plain, lines)))


def completion(terms: StudyTerms, words: Catalogue) -> None:
    """Draw the code and the address that prove to a recruiting service that somebody is done, where there are any."""
    if terms.completion_code:
        st.markdown(words.translate("Your completion code. Copy it before you close this page:"))
        st.code(terms.completion_code, language=None)
    if terms.completion_link:
        st.link_button(
            words.translate("Finish at {host}", host=plain(terms.completion_host)),
            terms.completion_link,
            type="primary",
            icon=":material/open_in_new:",
        )
        st.caption(
            words.translate(
                "It opens {host}, which whoever gives this course has chosen. Your answers are stored already.",
                host=plain(terms.completion_host),
            )
        )
