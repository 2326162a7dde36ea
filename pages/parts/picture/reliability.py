"""What stands beside a probability of a medical guide: how often one like it was right."""

from __future__ import annotations

import streamlit as st

from lwise_core.guides.guide import GuideModel
from lwise_core.guides.reliability import calibration_sentence, reliability_sentence
from pages.parts.ui.notices import plain

_ALTERED = (
    "How often a probability was right is known of unaltered pictures only: one that was raised by altering the "
    "picture says nothing of what it shows."
)


def say_reliability(guide: GuideModel, probability: float) -> None:
    """Say how often a first choice with this ``probability`` in [0, 1] was right, where ``guide`` counts as medical."""
    with st.container():  # always there, so that what follows keeps its place in the page
        if guide.domain.treated_as_medical:
            st.caption(f"{plain(guide.name)}: {plain(reliability_sentence(guide.reliability, probability))}")


def say_altered(*guides: GuideModel) -> None:
    """Say that no probability of an altered picture has a reliability, where one of ``guides`` counts as medical."""
    with st.container():  # always there, as above
        if any(guide.domain.treated_as_medical for guide in guides):
            st.caption(_ALTERED)


def say_calibration(guide: GuideModel) -> None:
    """Say how far its probabilities are from how often they are right, where ``guide`` counts as medical."""
    with st.container():  # always there, as above
        if guide.domain.treated_as_medical:
            st.caption(f"{plain(guide.name)}: {plain(calibration_sentence(guide.reliability))}")
