"""What participants read, agree to and are given at the end: the fields in which the author of a course writes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from lwise_core.teaching.design.study_terms import (
    LONGEST_COMPLETION_CODE,
    LONGEST_COMPLETION_LINK,
    LONGEST_TEXT,
    MOST_PEOPLE,
    StudyTerms,
    as_written,
)
from lwise_core.teaching.languages.catalogue import ENGLISH
from pages.parts.courses.terms_shown import authors_text, completion


def terms_fields() -> Callable[[], StudyTerms]:
    """Draw the fields and return what reads them, which raises StudyTermsError where a course cannot have that."""
    instructions = st.text_area(
        "Instructions, read before they begin", max_chars=LONGEST_TEXT, help=_PLAIN, key="course-instructions"
    )
    consent = st.text_area(
        "Consent, in your words", max_chars=LONGEST_TEXT, help=f"{_PLAIN} {_BESIDE}", key="course-consent"
    )
    columns = st.columns(2)
    code = columns[0].text_input("Completion code", max_chars=LONGEST_COMPLETION_CODE, key="course-completion-code")
    link = columns[1].text_input(
        "Completion link",
        max_chars=LONGEST_COMPLETION_LINK,
        placeholder="https://app.prolific.com/submissions/complete?cc=…",
        help="An https address. Who is done sees a button with its host.",
        key="course-completion-link",
    )
    target = st.number_input(
        "People who finish, in all groups together, after whom nobody may begin; 0: no end",
        0,
        MOST_PEOPLE,
        0,
        help="Those who are at it count too. Who leaves is made up for: a newcomer gets the place of fewest.",
        key="course-target",
    )
    return partial(StudyTerms, as_written(consent), as_written(instructions), code.strip(), link.strip(), int(target))


def terms_preview(terms: StudyTerms) -> None:
    """Draw what people read, as they read it; nothing where the author wrote nothing."""
    for title, text in (("Instructions", terms.instructions), ("Consent", terms.consent)):
        if text:
            st.markdown(f"**{title}**")
            authors_text(text)
    if terms.completion_code or terms.completion_link:
        st.markdown("**At the end**")
        completion(terms, ENGLISH)


_PLAIN = "Text; blank lines make paragraphs. It is shown as you write it, in your language, and is part of the course."
_BESIDE = "Nobody begins without agreeing to it; below it stands what this software itself stores and says."
