"""What the names that hid the classes stand for, said when a course is over."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.languages.catalogue import Catalogue
from lwise_core.teaching.server import Coming
from pages.parts.ui.notices import plain


def what_names_stand_for(coming: Coming, words: Catalogue) -> None:
    """Say what the names stand for, where they hid the classes."""
    course, language = coming.course, words.language.code
    real = course.names(language)
    hiding = [(label, real[c]) for c, label in course.labels(coming.sitting.participant, language=language).items()]
    said = ", ".join(
        words.translate("{name} is {kind}", name=plain(label), kind=plain(kind))
        for label, kind in hiding
        if label != kind
    )
    if said:
        st.markdown(words.translate("What the names stand for: {pairs}.", pairs=said))
