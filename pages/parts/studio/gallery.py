"""The gallery of the start page: ready pairs with a slider each, and one click into the Studio or Inspect."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.data.gallery import PAINTED, StoredPair, gallery_samples, stored_pairs
from lwise_core.data.samples import SAMPLES, Sample
from pages.parts.picture.upload import open_sample
from pages.parts.session.case import desk, put
from pages.parts.session.guides import available_guides
from pages.parts.studio.stored_pair import stored_pair

_CHOSEN = "start_guide"
_ACROSS = 3
_PAINTING = "Watch it paint a spider into a cup"
_PAINTING_STORY = (
    "There is no animal here. Slide ε: a network that knows only animals paints strokes of a spider that was never "
    "there. One click says whether that is to be trusted."
)


def remember_guide(name: str) -> None:
    """Let the cards open their pictures with the guide called ``name``, which the page drew after the first of them."""
    st.session_state[_CHOSEN] = name


def first_pairs() -> None:
    """Draw the pairs that stand above everything else: they wait for no guide."""
    st.caption(
        "Drag a slider: left the photograph, right what a network made of it. Computed beforehand, by the guide that "
        "each opens with; between stored pictures the slider blends."
    )
    _row(gallery_samples()[:_ACROSS])


def more_pairs() -> None:
    """Draw the other pairs."""
    st.header("More to slide")
    others = gallery_samples()[_ACROSS:]
    for first in range(0, len(others), _ACROSS):
        _row(others[first : first + _ACROSS])


def _row(samples: tuple[Sample, ...]) -> None:
    for column, chosen in zip(st.columns(_ACROSS, gap="medium"), samples, strict=False):
        with column.container(border=True, height="stretch"):
            _card(chosen, stored_pairs()[chosen.key])


def _card(chosen: Sample, pair: StoredPair) -> None:
    paints = chosen.true_class is None
    title = _PAINTING if paints else chosen.title
    stored_pair(pair, title=title, key=f"pair-{chosen.key}")
    st.markdown(f"**{title}**{_difficulty(pair)}")
    st.markdown(_PAINTING_STORY if paints else chosen.story)
    with st.container(horizontal=True):
        st.button("Open this one", key=f"sample-{chosen.key}", on_click=_open, args=(chosen,), help=chosen.credit)
        inspects = st.button("Is it to be trusted?" if paints else "Inspect it", key=f"inspect-{chosen.key}")
    st.caption(chosen.credit)
    if inspects:
        _open_as_stored(chosen, pair)
        st.switch_page("inspection.py")


def _difficulty(pair: StoredPair) -> str:
    return f"  \nPredicted for people: {pair.difficulty}" if pair.difficulty else ""


def _open(chosen: Sample) -> None:
    """Put a sample on the desk: the first ones with the guide that is chosen, the others with their own."""
    there = available_guides()
    own = chosen.guide if chosen not in SAMPLES and chosen.guide in there else None
    open_sample(chosen, guide=own or st.session_state.get(_CHOSEN) or there[0])


def _open_as_stored(chosen: Sample, pair: StoredPair) -> None:
    """Put a sample on the desk as its pair shows it: what shows no animal is enhanced towards what was painted."""
    if pair.guide not in available_guides():
        _open(chosen)
        return
    open_sample(chosen, guide=pair.guide)
    case = desk().case
    if case is not None and chosen.true_class is None:
        put(replace(case, towards=PAINTED, step=pair.changes[-1].step))  # where its strokes are seen best
