"""A page with nothing but the viewer: a film that grows or is whole, in one of several places, and what it told.

``?side=`` and ``?guide=`` set the sizes, ``?frames=`` how many frames the path has at first.
"""

from __future__ import annotations

import streamlit as st

from lwise_core.film import Film
from lwise_core.rendering import Extent
from pages.parts.viewer import viewer
from tests.film_fixtures import film_of, shortened


@st.cache_resource
def film(*, input_size: int, side: int, steps: int, extent: Extent = Extent.PHOTOGRAPH) -> Film:
    return film_of(input_size=input_size, side=side, steps=steps, extent=extent)


def asked(name: str, default: int) -> int:
    return int(st.query_params.get(name, default))


STEPS = asked("steps", 40)
GUIDE = asked("guide", 64)

st.session_state.setdefault("step", asked("step", 10))
st.session_state.setdefault("frames", asked("frames", STEPS + 1))


@st.fragment(run_every=0.3 if st.session_state["frames"] <= STEPS and asked("streamed", 0) else None)
def scrub() -> None:
    state = st.session_state
    state["runs"] = state.get("runs", 0) + 1
    place = st.radio("Place", ("first", "second", "third", "nowhere"), horizontal=True)
    if st.button("Step 5"):
        state["step"] = 5
    if st.button("One frame more"):
        state["frames"] = min(STEPS + 1, state["frames"] + 1)
    if st.button("All frames"):
        state["frames"] = STEPS + 1
    if asked("streamed", 0):
        state["frames"] = min(STEPS + 1, state["frames"] + 1)
    side = asked("side", 150) + ("first", "second", "third", "nowhere").index(place)
    if place != "nowhere":
        whole = film(input_size=GUIDE, side=side, steps=STEPS)
        now = shortened(whole, frames=state["frames"])
        state["step"] = viewer(now, step=state["step"], name="cat.png", key=f"viewer-{place}")
    st.text(f"held {state['step']} run {state['runs']} frames {state['frames']}")


scrub()
