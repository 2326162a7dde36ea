"""Thumbnails of a ranking: sorted within class, filtered, chosen for the lesson one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core._utils.counting import counted
from lwise_core.batch.rank_wobbles import wobble_words, wobbles_of
from lwise_core.batch.ranking import RankedPhotograph
from lwise_core.batch.ranking_view import RankingView
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.wobble import Wobble
from lwise_core.scheduler import QueueFull
from pages.parts.rank.map_glimpse import map_glimpse
from pages.parts.rank.map_panel import map_panel
from pages.parts.rank.photograph_card import card, card_place, decisions
from pages.parts.rank.selection import selection
from pages.parts.rank.set_aside_panel import set_aside
from pages.parts.rank.state import GuideRanking, looked_closer_at
from pages.parts.session.jobs import Place, ended, job_for, place, values_of
from pages.parts.ui.arrival import seek
from pages.parts.ui.notices import notice, plain

PHOTOGRAPHS = "rank-photographs"
"""The key of the container with the thumbnails (assets/style.css knows it)."""

_COLUMNS = 6
_A_PAGE = 12
_ALL = "every class"
_ODD = "odd ones only"
MISTAKEN = "taken for another class"
"""What shows the photographs alone that the guide takes for another class than they are filed under."""

WHICH = "rank-which"
"""The key of the choice which photographs are shown."""

_SHOWN: Mapping[str, Literal["all", "odd", "mistaken"]] = {"all": "all", _ODD: "odd", MISTAKEN: "mistaken"}
_WOBBLES = "rank-wobbles"


def gallery(ranked: GuideRanking, guide: GuideModel) -> None:
    """Draw what narrows the photographs down, and one page of thumbnails."""
    with st.expander("Narrow them down, choose many, or see them on a map"):
        among = map_panel(ranked, guide)
        map_glimpse(guide.provenance.sha256)
        found = replace(_filters(tuple(ranked.ranking.by_class())), among=among).of(ranked.ranking)
        selection(found, ranked, weights=guide.provenance.sha256)
        wobbling = st.toggle(
            "By how much each rank wobbles",
            key="rank-wobbles",
            help="Each photograph of this page moved a little, mirrored, and saved again as JPEG. People see no "
            "change, so a difference between two photographs that is smaller says nothing.",
        )
    there = place()
    with st.container(key=PHOTOGRAPHS):
        notes = _page(found, ranked, guide)
    set_aside(ranked, guide)
    if wobbling:
        _wobbles(ranked, guide, notes, at=there)


def _filters(classes: Sequence[str]) -> RankingView:
    """Draw what narrows down the photographs, and return what is wanted.

    It stands in the page's address, so that a link restores it, and is kept while another page is open.
    """
    columns = st.columns([2, 2, 2, 3])
    shown = columns[0].selectbox("Class", [_ALL, *classes], key="rank-class", bind="query-params")
    hardest = columns[1].segmented_control(
        "First",
        ["easiest", "hardest"],
        default="hardest",
        required=True,
        key="rank-first",
        bind="query-params",
        help="By the place within its class in this folder; “harder than” compares with the guide's references.",
    )
    which = columns[2].segmented_control(
        "Show",
        list(_SHOWN),
        default=None if WHICH in st.session_state else "all",  # Streamlit warns of both
        required=True,
        key=WHICH,
        bind="query-params",
    )
    words = columns[3].text_input("Name contains", key="rank-words", bind="query-params")
    low, high = st.slider(
        "Percentile within its class here: the share that is easier",
        0,
        100,
        (0, 100),
        format="%d%%",
        key="rank-percentiles",
        bind="query-params",
    )
    return RankingView(
        None if shown == _ALL else shown,
        words,
        _SHOWN[which or "all"],
        (low, high),
        "easiest" if hardest == "easiest" else "hardest",
    )


def _wobbles(ranked: GuideRanking, guide: GuideModel, notes: Mapping[str, DeltaGenerator], *, at: Place) -> None:
    """Draw by how much the photographs of ``notes`` wobble, each once it is known."""
    photographs = {p.sha256: p for p in ranked.ranking.photographs if p.sha256 in notes}

    def say(found: Mapping[str, Wobble]) -> None:
        for sha256, photograph in photographs.items():
            if sha256 in found:
                words = wobble_words(photograph, found[sha256], ranked.ranking)
                notes[sha256].caption(f":material/swap_vert: {plain(words)}")

    say(ranked.wobbles)
    missing = [p for p in photographs.values() if p.sha256 not in ranked.wobbles]
    if not missing:
        return
    question = (guide.provenance.sha256, tuple(p.sha256 for p in missing))
    try:
        job = job_for(_WOBBLES, question, lambda: wobbles_of(missing, guide), total=len(missing))
    except QueueFull as error:
        notice("error", str(error))
        return
    for found in values_of(_WOBBLES, job, at=at, what="Looking at small changes"):
        ranked.wobbles.update(found)
        say(found)
    ended(_WOBBLES, job, at=at, what="Looking at small changes")


def _page(found: Sequence[RankedPhotograph], ranked: GuideRanking, guide: GuideModel) -> Mapping[str, DeltaGenerator]:
    """Draw one page of thumbnails, and return the place for a further note on each, by its hash."""
    notes: dict[str, DeltaGenerator] = {}
    pages = max(1, -(-len(found) // _A_PAGE))
    closer = looked_closer_at(guide.provenance.sha256)
    begin = next((i // _A_PAGE + 1 for i, p in enumerate(found) if p.sha256 == closer), 1)
    _say_how_many(len(found), of=len(ranked.ranking.photographs))
    pictures = st.container()
    number = _page_number(pages, begin) if pages > 1 else 1
    if not found:
        st.caption("None fits.")
        return notes
    first = (int(number) - 1) * _A_PAGE
    last = min(first + _A_PAGE, len(found))
    with pictures:
        if pages > 1:
            st.caption(f"Photographs {first + 1:,} to {last:,} of {len(found):,}.")
        _thumbnails(found[first:last], ranked, guide, notes=notes)
    return notes


def _say_how_many(count: int, *, of: int) -> None:
    """Say how many photographs are left out of sight: a link narrows them down too, and nothing else would tell."""
    with st.container():  # always there: what follows keeps its place
        if count < of:
            st.caption(f"Narrowed down above to {count:,} of {counted(of, 'photograph')}.")
            if st.session_state.get(WHICH, "all") != "all":
                st.button("Show all photographs", on_click=_show_all)


def _show_all() -> None:
    st.session_state[WHICH] = "all"


def _page_number(pages: int, begin: int) -> int:
    """Draw the choice of the page below its photographs, and return it; another one is shown from its top on."""
    label = f"Page (there are {pages})"
    return int(st.number_input(label, 1, pages, begin, on_change=seek, args=(PHOTOGRAPHS,)))


def _thumbnails(
    found: Sequence[RankedPhotograph], ranked: GuideRanking, guide: GuideModel, *, notes: dict[str, DeltaGenerator]
) -> None:
    """Draw one page of thumbnails, and put the place for a further note on each among ``notes``."""
    places = ranked.ranking.standing()
    for name, block in groupby(found, key=lambda p: p.class_name):
        st.subheader(plain(name))
        of_class = list(block)
        for start in range(0, len(of_class), _COLUMNS):
            for column, photograph in zip(st.columns(_COLUMNS), of_class[start : start + _COLUMNS], strict=False):
                with column, st.container(key=card_place(photograph.sha256)):
                    card(photograph, ranked, guide, standing=places[photograph.sha256])
                    notes[photograph.sha256] = st.empty()
                    decisions(photograph, ranked, guide)
