"""The hardest and the easiest photographs of a ranking, before anything else of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.batch.ranking import RankedPhotograph, Ranking
from lwise_core.batch.ranking_view import ends_of, odd_in_words
from pages.parts.ui.notices import plain

_ROOM = 6
_WIDTH = 104


def first_sight(ranking: Ranking) -> None:
    """Draw a few photographs of either end, where there are any that nothing odd is known of."""
    hardest, easiest = ends_of(ranking, room=_ROOM)
    if not hardest:
        return
    left, right = st.columns(2)
    with left:
        _few("Hardest of their class here", hardest)
    with right:
        _few("Easiest of their class here", easiest)
    shown, there = len({p.class_name for p in hardest}), len(ranking.by_class())
    if shown < there:
        st.caption(f"These are of {shown} of the {there} classes; all of them follow below.")
    if left_out := odd_in_words(ranking):
        st.caption(left_out)


def _few(title: str, photographs: Sequence[RankedPhotograph]) -> None:
    st.markdown(f"**{title}**")
    st.image(
        [p.thumbnail for p in photographs],
        caption=[plain(p.class_name) for p in photographs],
        width=_WIDTH,
        alt=[f"{title}: {p.class_name}" for p in photographs],
    )
