"""The way from the Studio back to the ranking from which a photograph was opened."""

from __future__ import annotations

import streamlit as st

from pages.parts.rank.photograph_card import card_place
from pages.parts.rank.state import ranking_of, want_guide
from pages.parts.session.case import Case
from pages.parts.ui.arrival import seek


def way_back(case: Case) -> None:
    """Draw the way back to the ranking where the photograph of ``case`` was opened from one that is still kept."""
    ranked = ranking_of(case.photograph.sha256)
    if ranked is not None and st.button("Back to the ranking", icon=":material/arrow_back:"):
        want_guide(ranked.guide)
        seek(card_place(case.photograph.sha256))
        st.switch_page("rank.py")
