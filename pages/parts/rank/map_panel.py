"""The map of a ranking: drawn where it is asked for, and what a person draws around is shown alone below it."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core._utils.counting import counted
from lwise_core.batch.ranking import RANKED_AT_ONCE
from lwise_core.batch.ranking_map import FEWEST_MAPPED, RankingMap, features_of
from lwise_core.guides.guide import GuideModel
from lwise_core.scheduler import QueueFull
from pages.parts.rank.plots import map_figure
from pages.parts.rank.state import GuideRanking, keep_map, mark, marked
from pages.parts.session.jobs import Place, ended, job_for, place, values_of
from pages.parts.ui.notices import notice
from pages.parts.ui.plots import show_to_select

CHART = "rank-map-chart"
"""The key of the map's plot."""

_MAP = "rank-map"
_AGAIN = "Looking at the photographs again"


def map_panel(ranked: GuideRanking, guide: GuideModel) -> frozenset[str] | None:
    """Draw the map where it is asked for, and return the hashes of what is marked on it; None where nothing is."""
    weights, photographs = guide.provenance.sha256, ranked.ranking.photographs
    wanted = st.toggle(
        "Map of these photographs",
        key=_MAP,
        persist_state="session",
        help="By what the guide makes of each before it names it: what it sees alike lies together, so that kinds of "
        "pictures within a class, and strangers in it, can be seen and chosen.",
        disabled=len(photographs) < FEWEST_MAPPED,
    )
    if not wanted or len(photographs) < FEWEST_MAPPED:
        return None
    there, drawn = place(), st.container()
    found = ranked.map or _found(ranked, guide, at=there)
    if found is None:
        return None
    with drawn:
        figure = map_figure(ranked.ranking.by_class(), found, chosen=ranked.chosen)
        show_to_select(figure, key=CHART, on_select=partial(_mark, weights))
    return _marked(weights, drawn)


def _found(ranked: GuideRanking, guide: GuideModel, *, at: Place) -> RankingMap | None:
    """Return the map once the guide has looked at every photograph again; None where that was stopped."""
    weights, photographs = guide.provenance.sha256, ranked.ranking.photographs
    question = (weights, tuple(p.sha256 for p in photographs))
    try:
        job = job_for(
            _MAP, question, lambda: features_of(photographs, guide), total=-(-len(photographs) // RANKED_AT_ONCE)
        )
    except QueueFull as error:
        notice("error", str(error))
        return None
    for _ in values_of(_MAP, job, at=at, what=_AGAIN):
        pass  # half a map would move with every photograph more
    if not ended(_MAP, job, at=at, what=_AGAIN):
        return None
    return keep_map(weights, RankingMap.of(job.latest or {}))


def _mark(weights: str) -> None:
    """Remember what a person has drawn around on the map."""
    points = st.session_state[CHART].selection.points
    mark(weights, frozenset(str(found) for point in points for found in point.get("customdata", ())))


def _marked(weights: str, drawn: DeltaGenerator) -> frozenset[str] | None:
    """Draw how many photographs are marked, with the way to all of them, and return their hashes."""
    found = marked(weights)
    if not found:
        return None
    said, again = drawn.columns([5, 2], vertical_alignment="center")
    said.markdown(f"**{counted(len(found), 'photograph')} marked on the map:** below they are shown alone.")
    again.button("Show all again", on_click=mark, args=(weights, frozenset()), width="stretch")
    return found
