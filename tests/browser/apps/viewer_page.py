"""A page with nothing but the viewer: a film that grows or is whole, in one of several places, and what it told.

``?side=``, ``?guide=`` and ``?steps=`` set the sizes, ``?frames=`` how many frames the path has at first, ``?step=``
the slider's position, ``?layer=`` maps over the altered picture, ``?coarse=`` a coarse path until all frames are there.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from lwise_core.enhancement.coarse_path import CoarsePath, walk_coarsely
from lwise_core.enhancement.viewer_payload import ViewerPayload
from lwise_core.enhancement.walker import Walker
from pages.parts.picture import sent_films
from pages.parts.picture.viewer import Framing, Layer, View, viewer
from tests.support.film import film_of, shortened

sent_films.WHOLE_FOR_S = 0.0  # its tests count what is sent, however quick they are

PLACES = ("first", "second", "third", "nowhere")


class WeighedFilm(ViewerPayload):
    """A film that counts the bytes it sends."""

    def payload(self, *, first: int, first_coarse: int = 0) -> bytes:
        sent = super().payload(first=first, first_coarse=first_coarse)
        st.session_state["sent"] = st.session_state.get("sent", 0) + len(sent)
        return sent


@st.cache_resource
def whole_film(*, input_size: int, side: int, steps: int) -> ViewerPayload:
    return film_of(input_size=input_size, side=side, steps=steps)


@st.cache_resource
def coarse_path(*, input_size: int, side: int) -> CoarsePath:
    path = whole_film(input_size=input_size, side=side, steps=STEPS).path
    *_, coarse = walk_coarsely(Walker(path.guide), path.request)
    return coarse


def asked(name: str, default: int) -> int:
    return int(st.query_params.get(name, default))


STEPS = asked("steps", 40)


def framing() -> Framing:
    """Return how the film is shown: with ``?layer=``, alone, below maps whose red is 5 times the position."""
    if "layer" not in st.query_params:
        return Framing()
    maps = np.full((STEPS + 1, 2, 2, 4), 255, dtype=np.uint8)
    maps[..., 0] = 5 * np.arange(STEPS + 1)[:, None, None]
    return Framing(View.ALONE, Layer("Test", "Red: the position.", maps))


st.session_state.setdefault("step", asked("step", 10))
st.session_state.setdefault("frames", asked("frames", STEPS + 1))


@st.fragment
def scrub() -> None:
    state = st.session_state
    state["runs"] = state.get("runs", 0) + 1
    place = st.radio("Place", PLACES, horizontal=True)
    side = asked("side", 150) + PLACES.index(place)
    whole = whole_film(input_size=asked("guide", 64), side=side, steps=STEPS)
    if st.button("Step 5"):
        state["step"] = 5
    if st.button("One frame more"):
        state["frames"] += 1
    if st.button("Lose a frame"):  # as when a message does not arrive
        state["frames"] += 1
        lost = shortened(whole, frames=state["frames"])
        state["viewer-first-heard"] = state["viewer-first-heard"].having_sent(lost, began=0.0)
    if place != "nowhere":
        now = shortened(whole, frames=state["frames"])
        walking = "coarse" in st.query_params and now.length < whole.length
        preview = coarse_path(input_size=asked("guide", 64), side=side) if walking else None
        weighed = WeighedFilm(now.path, now.subject, now.extent, preview=preview)
        state["step"] = viewer(
            weighed,
            step=state["step"],
            name="cat.png",
            remark="Not for diagnosis.",
            key=f"viewer-{place}",
            framing=framing(),
        )
    st.text(f"held {state['step']} run {state['runs']} frames {state['frames']} sent {state.get('sent', 0)}")


scrub()
