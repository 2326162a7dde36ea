"""Choosing many photographs of a ranking at once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.batch.ranking_view import hardest_of_each
from pages.parts.rank.state import GuideRanking, choose_only


def selection(shown: Sequence[RankedPhotograph], ranked: GuideRanking, *, weights: str) -> None:
    """Draw the buttons that choose all of the photographs that the filters show, none of them, or the hardest ones."""
    among = frozenset(p.sha256 for p in shown)
    columns = st.columns([2, 2, 2, 3], vertical_alignment="bottom")
    _button(columns[0], "Choose all shown", weights, ranked.chosen | among)
    _button(columns[1], "Choose none shown", weights, ranked.chosen - among)
    count = int(columns[2].number_input("Of each class", 1, 1000, 10, key="rank-hardest", persist_state="session"))
    hardest = (ranked.chosen - among) | hardest_of_each(shown, count)
    _button(columns[3], f"Choose the {count} hardest of each class shown", weights, hardest)


def _button(column: DeltaGenerator, label: str, weights: str, chosen: set[str]) -> None:
    column.button(label, on_click=choose_only, args=(weights, frozenset(chosen)), width="stretch")
