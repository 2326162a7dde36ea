"""Photographs of a ranking that a person set aside, since they show none of the guide's classes."""

from __future__ import annotations

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.guides.guide import GuideModel
from pages.parts.rank.state import GuideRanking, take_back
from pages.parts.ui.notices import plain

_COLUMNS = 6


def set_aside(ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw what was set aside, with the way back for each; nothing where nothing was."""
    found, weights = ranked.ranking.set_aside, guide.provenance.sha256
    if not found:
        return
    with st.expander(f"{counted(len(found), 'photograph')} set aside: none of these classes"):
        for start in range(0, len(found), _COLUMNS):
            for column, photograph in zip(st.columns(_COLUMNS), found[start : start + _COLUMNS], strict=False):
                with column:
                    st.image(photograph.thumbnail, alt=f"Set aside: {photograph.name}", width="stretch")
                    st.caption(plain(photograph.name.rsplit("/", 1)[-1]))
                    key = f"back-{weights[:8]}-{photograph.sha256[:16]}"
                    st.button("Take it back", key=key, on_click=take_back, args=(weights, photograph.sha256))
