"""The way from a choice of a guide to its card on the Models page."""

from __future__ import annotations

import streamlit as st

from lwise_core.guides.card_words import accuracy_words
from pages.parts.session.guides import guide_catalog
from pages.parts.ui.notices import plain

GUIDE = "guide"
"""The part of the Models page's address that names the guide whose card is open."""


def card_link(name: str) -> None:
    """Draw the link that opens the card of the guide called ``name``, with how often it is right."""
    card = next((e.card for e in guide_catalog() if e.name == name), None)
    figures = "" if card is None else f": {accuracy_words(card)}"
    st.page_link(
        "models.py",
        label=plain(f"Card of {name}{figures}"),
        icon=":material/id_card:",
        query_params={GUIDE: name},
    )
