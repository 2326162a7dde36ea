"""On the map of a ranking: the photograph under the pointer, and what a click on a point marks (assets/glimpse)."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit import runtime

from lwise_core.batch.ranking import RankedPhotograph
from pages.parts.rank.map_panel import CHART
from pages.parts.rank.state import kept, mark
from pages.parts.ui.browser_modules import component
from pages.parts.ui.component_state import told_by

_GLIMPSE = component("lwise_glimpse", folder="glimpse")
_KEY = "map-glimpse"
_MOST = 2000
"""Photographs that have addresses: every run names each anew."""


def map_glimpse(weights: str) -> None:
    """Show the photograph under the pointer on the map of a ranking, where there is one, and mark what is clicked.

    Of more than 2,000 photographs the first ones are shown; all can be clicked.
    """
    ranked = kept(weights)
    if ranked is None or ranked.map is None:
        return
    pictures = {p.sha256: _address(p) for p in ranked.ranking.photographs[:_MOST]}
    _GLIMPSE(key=_KEY, data={"chart": CHART, "pictures": pictures}, on_chosen_change=partial(_mark, weights))


def _mark(weights: str) -> None:
    told = told_by(_KEY, "chosen")
    if told is not None:
        mark(weights, {str(told["hash"])})


def _address(photograph: RankedPhotograph) -> str:
    """Return where the browser finds its thumbnail, as long as every run asks for it; empty without a server."""
    if not runtime.exists():
        return ""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    found = runtime.get_instance().media_file_mgr.add(photograph.thumbnail, "image/png", f"{_KEY}-{photograph.sha256}")
    return f"/{base}{found}" if base else found
