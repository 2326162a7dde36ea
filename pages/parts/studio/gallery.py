"""The gallery of the start page: ready pairs with a slider each, and one click into the Studio or Inspect."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.data.gallery import StoredPair, gallery_samples, stored_pairs
from lwise_core.data.samples import SAMPLES, Sample
from pages.parts.picture.upload import open_sample
from pages.parts.session.case import desk, put
from pages.parts.session.guides import available_guides
from pages.parts.studio.stored_pair import Reveal, step_shown, stored_pair
from pages.parts.ui.arrival import was_opened

_CHOSEN = "start_guide"
_ACROSS = 3
_PAINTING = "Watch it paint a spider into a cup"
_PAINTING_STORY = (
    "There is no animal here. Slide ε to and fro and look around the handle and along the rim: a network that knows "
    "only animals darkens and draws there until it says spider, which was never there. One click says whether that is "
    "to be trusted."
)


def remember_guide(name: str) -> None:
    """Let the cards open their pictures with the guide called ``name``, which the page drew after the first of them."""
    st.session_state[_CHOSEN] = name


def first_pairs() -> None:
    """Draw the pairs that stand above everything else: they wait for no guide."""
    st.caption(
        "Drag a slider. Left is the photograph, right what a network made of it. The pictures were computed "
        "beforehand; between them the slider blends."
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
    stored_pair(pair, title=title, key=_key(chosen), reveal=_reveal(chosen))
    st.markdown(f"**{title}**{_difficulty(pair)}")
    st.markdown(_PAINTING_STORY if paints else chosen.story)
    with st.container(horizontal=True):
        st.button("Open this one", key=f"sample-{chosen.key}", on_click=_open, args=(chosen, pair), help=chosen.credit)
        inspects = st.button("Is it to be trusted?" if paints else "Inspect it", key=f"inspect-{chosen.key}")
    st.caption(chosen.credit)
    if inspects:
        _open_as_stored(chosen, pair)
        st.switch_page("inspection.py")


def _key(chosen: Sample) -> str:
    return f"pair-{chosen.key}"


def _reveal(chosen: Sample) -> Reveal:
    """Return how a pair begins: what is painted where no animal is, is hard to see but at the largest change."""
    return Reveal.BOTH if chosen.true_class else Reveal.LARGEST


def _difficulty(pair: StoredPair) -> str:
    return f"  \nPredicted for people: {pair.difficulty}" if pair.difficulty else ""


def _open(chosen: Sample, pair: StoredPair) -> None:
    """Put a sample on the desk: the first ones with the guide that is chosen, the others with their own."""
    there = available_guides()
    own = chosen.guide if chosen not in SAMPLES and chosen.guide in there else None
    _put(chosen, pair, guide=own or st.session_state.get(_CHOSEN) or there[0])


def _open_as_stored(chosen: Sample, pair: StoredPair) -> None:
    """Put a sample on the desk as its pair shows it, with the guide that made the pair where it is there."""
    if pair.guide in available_guides():
        _put(chosen, pair, guide=pair.guide)
    else:
        _open(chosen, pair)


def _put(chosen: Sample, pair: StoredPair, *, guide: str) -> None:
    """Put a sample on the desk at the ε at which its slider stands: a step is the same RMS change for every guide.

    What shows no animal is enhanced towards what was painted.
    """
    open_sample(chosen, guide=guide)
    was_opened()
    case = desk().case
    if case is not None:
        step = step_shown(pair, key=_key(chosen), reveal=_reveal(chosen))
        put(replace(case, towards=None if chosen.true_class else pair.towards, step=step))
