"""The two-minute tour: what there is, in six steps, which can be left at any of them and gone on with."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.parts.ui.arrival import seek

PLACE = "start-gallery"
"""Key of the container that the first steps speak of."""

_STEP = "tour_step"
_OPEN = "tour_open"


class TourStep(NamedTuple):
    """One step: its heading, what it says, and the page that it is about, if it is another one."""

    heading: str
    says: str
    page: str = ""
    label: str = ""


STEPS = (
    TourStep(
        "What it does",
        "A network that was trained to withstand small changes tells how hard a photograph is for people to recognise, "
        "and changes it a little so that it is easier. How much it may change is the budget **ε**.",
    ),
    TourStep(
        "Try it on this page",
        "Every picture at the top has a slider for ε. Leave the tour to move one and compare with the original; the "
        "tour goes on from here. A photograph of your own can take their place; it is not stored.",
    ),
    TourStep(
        "It can be wrong",
        "The same network can paint what is not there. Inspect asks whether the evidence was in the picture before, "
        "and shows everything that was changed.",
        "inspection.py",
        "To Inspect",
    ),
    TourStep(
        "From one picture to a lesson",
        "Rank sorts a folder of photographs from easy to hard. With one button the chosen ones become a lesson that "
        "opens without a network, on paper too.",
        "rank.py",
        "To Rank",
    ),
    TourStep(
        "Does it teach?",
        "A course has trials and a test. Curriculum makes it, people sit it on Learn, and Results says whether those "
        "who were shown easier pictures first learnt more.",
        "curriculum.py",
        "To Curriculum",
    ),
    TourStep(
        "Which network, and how good",
        "Models lists every guide with what it was measured to be worth, and takes one of your own. Nothing here is "
        "for diagnosis.",
        "models.py",
        "To Models",
    ),
)


def tour_button() -> None:
    """Offer the tour: from the beginning, or from where it was left."""
    step = st.session_state.get(_STEP, 0)
    label = f"Go on with the tour ({step + 1} of {len(STEPS)})" if step else "Take the two-minute tour"
    st.button(label, key="tour", icon=":material/signpost:", on_click=_begin)
    if st.session_state.get(_OPEN):
        _tour()


def _begin() -> None:
    """Open the tour with what it speaks of first in sight: it lies at the bottom of the screen (assets/style.css)."""
    st.session_state[_OPEN] = True
    seek(PLACE)


def _leave() -> None:
    st.session_state[_OPEN] = False


@st.dialog("A tour in two minutes", on_dismiss=_leave)
def _tour() -> None:
    """Show the step at which the visitor is."""
    if not st.session_state.get(_OPEN):
        st.rerun()  # it was left or is over: a click draws the dialog alone, and only a run of the page closes it
    now = st.session_state.get(_STEP, 0)
    step = STEPS[now]
    st.markdown(f"**{step.heading}**")  # headings are smaller than text within a dialog
    st.markdown(step.says)
    if step.page:
        st.page_link(step.page, label=step.label)
    st.caption(f"Step {now + 1} of {len(STEPS)}")
    with st.container(horizontal=True):
        st.button("Back", key="tour-back", disabled=now == 0, on_click=_go, args=(now - 1,))
        if now + 1 < len(STEPS):
            st.button("Next", key="tour-next", type="primary", on_click=_go, args=(now + 1,))
            st.button("Leave the tour", key="tour-leave", on_click=_leave)
        else:
            st.button("Done", key="tour-done", type="primary", on_click=_end)


def _go(to: int) -> None:
    st.session_state[_STEP] = to


def _end() -> None:
    _go(0)
    _leave()
