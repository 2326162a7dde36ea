"""The square that the guide sees, as it is: what stands in the altered picture's place while there is none."""

from __future__ import annotations

import streamlit as st

from lwise_core.images.codec import preview
from pages.parts.session.case import Case
from pages.parts.session.jobs import once

_PREVIEW = 720


def draw_square(case: Case) -> None:
    """Draw the square of the photograph of ``case`` that the guide sees."""
    subject, shown = case.subject, (case.photograph.sha256, case.crop)
    square = once("square", shown, lambda: preview(subject.crop.of(subject.photograph.pixels), longest=_PREVIEW))
    st.image(square, alt="The square that the guide sees")
