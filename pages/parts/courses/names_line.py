"""What the names that hid the classes stand for, said when a visit of practice is over."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.courses.debriefed import what_names_stand_for
from lwise_core.teaching.languages.catalogue import Catalogue
from lwise_core.teaching.server import Coming
from pages.parts.ui.notices import plain


def names_line(coming: Coming, words: Catalogue) -> None:
    """Say what the names stand for, where they hid the classes."""
    if said := what_names_stand_for(coming.course, coming.sitting.participant, words):
        st.markdown(plain(said))
