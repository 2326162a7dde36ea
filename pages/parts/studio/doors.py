"""Three ways in, in plain words: each leads by at most three steps to where a person wants to be."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core.data.samples import sample
from lwise_core.guides.catalog import GuideStatus
from lwise_core.guides.guide import Domain
from pages.parts.picture.upload import open_sample
from pages.parts.session.access import is_teacher
from pages.parts.session.guides import ask_for_guide, available_guides, guide_catalog
from pages.parts.studio.tour import tour_button
from pages.parts.ui.arrival import was_opened

INSPECT = "inspection.py"
_TOP = "#l-wise-studio"  # the heading, beside which the uploader stands


def doors() -> DeltaGenerator:
    """Draw the three ways in, and the tour; return where the choice of the guide belongs."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header("What brings you here?", width="content")
        with st.container(width="content"):
            tour_button()
    teach, research, clinic = st.columns(3, gap="medium")
    with teach.container(border=True, height="stretch"):
        _teach()
    with research.container(border=True, height="stretch"):
        guide = _do_research()
    with clinic.container(border=True, height="stretch"):
        _show_clinicians()
    return guide


def _teach() -> None:
    st.markdown("**I teach**")
    st.page_link("rank.py", label="1. Sort a folder of photographs from easy to hard", icon=":material/photo_library:")
    st.markdown("2. On the same page, make a lesson of it with one button. It opens anywhere, without a network.")
    st.page_link("curriculum.py", label="3. Or make a course with trials and a test", icon=":material/school:")
    if not is_teacher():
        st.caption("3 opens with the link that was printed where this program was started, or with a passphrase.")


def _do_research() -> DeltaGenerator:
    st.markdown("**I do research**")
    st.page_link("models.py", label="1. Add a network of your own, or compare guides", icon=":material/network_node:")
    st.markdown(f"2. [Put a photograph at the top of this page]({_TOP}) and slide ε.")
    st.page_link(INSPECT, label="3. Inspect it: can the change be trusted?", icon=":material/frame_inspect:")
    return st.container()


def _show_clinicians() -> None:
    """Draw the steps in the order in which they are taken: the two after the button wait on the page that it opens."""
    st.markdown("**I demonstrate to clinicians**")
    medical = medical_guide()
    if medical is None:
        st.page_link("models.py", label="1. Add a guide for your pictures", icon=":material/network_node:")
        st.page_link(INSPECT, label="2. Upload a picture there, and say what it shows", icon=":material/frame_inspect:")
    else:
        if st.button(f"1. Open Inspect with {medical}", icon=":material/frame_inspect:", key="door-inspect"):
            ask_for_guide(medical)
            st.switch_page(INSPECT)
        st.markdown("2. Upload a picture there, and say what it shows before the guide does.")
    st.markdown(
        "3. Slide ε to its end, where a change can be seen. Below, open “Can it paint anything?” and press “Paint it”: "
        "another diagnosis, by the same ε."
    )
    st.caption("No picture of a patient comes with this program.")
    st.button("Try it with a drawn creature", key="door-phantom", on_click=_open_phantom)


def _open_phantom() -> None:
    """Put the drawn creature on the desk, with the guide that knows it: its two features stand for a finding."""
    phantom = sample("phantom")
    if phantom is not None and phantom.guide in available_guides():
        open_sample(phantom, guide=phantom.guide)
        was_opened()


def medical_guide() -> str | None:
    """Return the first guide for medical pictures that can be used, None where there is none."""
    known = ((entry.name, entry.card, entry.state) for entry in guide_catalog())
    return next(
        (name for name, card, state in known if card and card.domain is Domain.MEDICAL and state is GuideStatus.READY),
        None,
    )
