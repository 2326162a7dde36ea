"""The gallery of the start page: ready pairs with a slider each, and one click into the Studio or Inspect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lwise_core.data.gallery import GALLERY, PAINTED, StoredPair, gallery_samples, stored_pairs
from lwise_core.data.samples import SAMPLES, Sample
from pages.parts.picture.upload import open_sample
from pages.parts.session.case import desk, put
from pages.parts.session.guides import available_guides
from pages.parts.studio.stored_pair import Reveal, step_shown, stored_pair
from pages.parts.ui.arrival import was_opened

_CHOSEN = "start_guide"
_ACROSS = 3
_PAINTINGS = {
    "cat-dog": (
        "Watch it paint a dog onto a cat",
        "This is a cat. Slide ε and look at its nose: a dog's snout appears that was never there, and the network says "
        "dog.",
    ),
    "coffee": (
        "Watch it call a cup a spider",
        "There is no animal here, and you will hardly see one: some darker lines along rim and handle are enough for a "
        "network that knows only animals to say spider. One click says whether that is to be trusted.",
    ),
}
"""Title and story of the pairs that paint what is not there, by their keys."""


def remember_guide(name: str) -> None:
    """Let the cards open their pictures with the guide called ``name``, which the page drew after the first of them."""
    st.session_state[_CHOSEN] = name


def first_pairs() -> None:
    """Draw the pairs that stand above everything else: they wait for no guide."""
    _row(GALLERY[:_ACROSS])


def more_pairs() -> None:
    """Draw the other pairs."""
    st.header("More to slide")
    st.caption(
        "All pairs were computed beforehand; between two stored pictures a slider blends. Of butterflies and skin no "
        "photograph was found that may be shown altered: the drawn creature stands for them."
    )
    others = GALLERY[_ACROSS:]
    for first in range(0, len(others), _ACROSS):
        _row(others[first : first + _ACROSS])


def _row(keys: Sequence[str]) -> None:
    for column, key in zip(st.columns(_ACROSS, gap="medium"), keys, strict=False):
        with column.container(border=True, height="stretch"):
            _card(gallery_samples()[key], stored_pairs()[key])


def _card(chosen: Sample, pair: StoredPair) -> None:
    title, story = _PAINTINGS.get(pair.key, (chosen.title, chosen.story))
    stored_pair(pair, title=title, key=_key(pair), reveal=_reveal(pair))
    st.markdown(f"**{title}**{_difficulty(pair)}")
    st.markdown(story)
    st.space("stretch")  # the buttons of a row stand side by side
    with st.container(horizontal=True):
        st.button("Open this one", key=f"sample-{pair.key}", on_click=_open, args=(chosen, pair), help=chosen.credit)
        asks = "Is it to be trusted?" if pair.key in PAINTED else "Inspect it"
        inspects = st.button(asks, key=f"inspect-{pair.key}")
    st.caption(chosen.credit)
    if inspects:
        _open_as_stored(chosen, pair)
        st.switch_page("inspection.py")


def _key(pair: StoredPair) -> str:
    return f"pair-{pair.key}"


def _reveal(pair: StoredPair) -> Reveal:
    """Return how a pair begins: what is painted where it is not is seen best at the largest change."""
    return Reveal.LARGEST if pair.key in PAINTED else Reveal.BOTH


def _difficulty(pair: StoredPair) -> str:
    return f"  \nPredicted for people: {pair.difficulty}" if pair.difficulty else ""


def _open(chosen: Sample, pair: StoredPair) -> None:
    """Put a sample on the desk: the first ones with the guide that is chosen, the others with their own.

    What was painted opens with the guide that painted it, as another one paints something else.
    """
    there = available_guides()
    of_its_own = pair.key in PAINTED or chosen not in SAMPLES
    own = chosen.guide if of_its_own and chosen.guide in there else None
    _put(chosen, pair, guide=own or st.session_state.get(_CHOSEN) or there[0])


def _open_as_stored(chosen: Sample, pair: StoredPair) -> None:
    """Put a sample on the desk as its pair shows it, with the guide that made the pair where it is there."""
    if pair.guide in available_guides():
        _put(chosen, pair, guide=pair.guide)
    else:
        _open(chosen, pair)


def _put(chosen: Sample, pair: StoredPair, *, guide: str) -> None:
    """Put a sample on the desk at the ε at which its slider stands: a step is the same RMS change for every guide.

    What was painted is enhanced towards again.
    """
    open_sample(chosen, guide=guide)
    was_opened()
    case = desk().case
    if case is not None:
        step = step_shown(pair, key=_key(pair), reveal=_reveal(pair))
        put(replace(case, towards=PAINTED.get(pair.key), step=step))
