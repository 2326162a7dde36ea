"""The photographs whose labels the guide doubts, together, before they have to be looked for page by page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.batch.ranking import RankedPhotograph, Ranking
from lwise_core.batch.ranking_view import is_mistaken
from pages.parts.rank.gallery import MISTAKEN, WHICH
from pages.parts.ui.notices import plain

_MOST = 6
_WIDTH = 104


def doubts(ranking: Ranking) -> None:
    """Draw which labels may be wrong, how many more the guide takes for another class, and the way to all of them."""
    mistaken = [p for p in ranking.photographs if is_mistaken(p, ranking)]
    doubted = [p for p in mistaken if p.sha256 in ranking.issues]
    with st.container():  # always there: what follows keeps its place when the last doubt is settled
        if not mistaken:
            return
        if doubted:
            _shown(doubted, ranking)
        if (unsure := len(mistaken) - len(doubted)) > 0:
            st.markdown(_unsure(unsure, more=bool(doubted)))
        every = f"the {len(mistaken):,}" if len(mistaken) > 1 else "it"
        st.button(f"Show {every} below", on_click=_show_them)


def _shown(doubted: Sequence[RankedPhotograph], ranking: Ranking) -> None:
    one = len(doubted) == 1
    st.markdown(
        f"**{counted(len(doubted), 'label')} may be wrong.** "
        f"{'It is' if one else 'They are'} out of the lesson until you choose {'it' if one else 'them'} or correct "
        f"{'its label' if one else 'their labels'}. The guide may be mistaken too: you decide."
    )
    first = doubted[:_MOST]
    said = [f"filed as {plain(p.class_name)}, or {plain(ranking.issues[p.sha256].class_name)}?" for p in first]
    st.image([p.thumbnail for p in first], caption=said, width=_WIDTH, alt=[f"Wrong label? {words}" for words in said])


def _unsure(count: int, *, more: bool) -> str:
    further = f"{count:,} more" if more else counted(count, "photograph")
    stay = "stays" if count == 1 else "stay"
    return (
        f"It takes {further} for another class, but not surely enough to doubt a label: it confuses these kinds "
        f"itself, and would miss a wrong label among them. {'It' if count == 1 else 'They'} {stay} in the lesson."
    )


def _show_them() -> None:
    st.session_state[WHICH] = MISTAKEN
