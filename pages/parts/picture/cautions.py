"""What must be said of a guide wherever it is used."""

from __future__ import annotations

import streamlit as st

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.wording import own_invention
from pages.parts.ui.notices import notice


def cautions(guide: GuideModel) -> None:
    """Say what the card of ``guide`` wants said, and whether its gradients can mean anything to people."""
    with st.container():  # always there, so that what follows keeps its place in the page
        for sentence in guide.cautions:
            notice("caution", sentence)


def say_what_is_beyond_training(guide: GuideModel, *, epsilon: float) -> None:
    """Say that ``epsilon`` is far above what ``guide`` was trained for, where it is."""
    caution = guide.caution_epsilon
    with st.container():  # always there, as above
        if caution is not None and epsilon > caution:
            notice("caution", " ".join(own_invention(caution)))
