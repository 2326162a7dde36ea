"""Three ways in, in plain words: each leads by at most three steps to where a person wants to be."""

from __future__ import annotations

import streamlit as st

from lwise_core.data.samples import sample
from lwise_core.guides.catalog import GuideStatus
from lwise_core.guides.guide import Domain
from pages.parts.picture.upload import open_sample
from pages.parts.session.access import is_teacher
from pages.parts.session.guides import ask_for_guide, available_guides, guide_catalog
from pages.parts.studio.tour import tour_button
from pages.parts.ui.arrival import was_opened

INSPECT = "inspection.py"
_STEP_3 = "3. Ask whether it can paint another diagnosis"


def doors() -> None:
    """Draw the three ways in."""
    st.header("What brings you here?")
    teach, research, clinic = st.columns(3, gap="medium")
    with teach.container(border=True, height="stretch"):
        _teach()
    with research.container(border=True, height="stretch"):
        _do_research()
    with clinic.container(border=True, height="stretch"):
        _show_clinicians()
    tour_button()


def _teach() -> None:
    st.markdown("**I teach**")
    st.page_link("rank.py", label="1. Sort a folder of photographs from easy to hard", icon=":material/photo_library:")
    st.markdown("2. On the same page: make a lesson of it that opens anywhere, without a network.")
    st.page_link("curriculum.py", label="3. Or make a course with trials and a test", icon=":material/school:")
    if not is_teacher():
        st.caption("Opens with the link that was printed where this program was started, or with a passphrase.")


def _do_research() -> None:
    st.markdown("**I do research**")
    st.page_link("models.py", label="1. Add a network of your own, or compare guides", icon=":material/network_node:")
    st.markdown("2. Put a photograph on this page and slide ε.")
    st.page_link(INSPECT, label="3. Ask whether the change can be trusted", icon=":material/frame_inspect:")


def _show_clinicians() -> None:
    st.markdown("**I demonstrate to clinicians**")
    medical = medical_guide()
    if medical is None:
        st.markdown("1. Add a guide for your pictures on the Models page.")
    else:
        st.button(f"1. Choose {medical}", key="door-medical", on_click=ask_for_guide, args=(medical,))
    st.markdown(
        "2. Upload a picture that you may show and whose diagnosis you know. You say what it is, then the guide does. "
        "No picture of a patient comes with this program."
    )
    st.button("Or begin with a drawn creature", key="door-phantom", on_click=_open_phantom)
    if medical is None:
        st.page_link(INSPECT, label=_STEP_3, icon=":material/frame_inspect:")
    elif st.button(_STEP_3, icon=":material/frame_inspect:", key="door-inspect"):
        ask_for_guide(medical)
        st.switch_page(INSPECT)


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
