"""Pages that only whoever gives the courses may open: they show all answers, and delete."""

from __future__ import annotations

import streamlit as st

from pages.parts.add_guide import ALLOW_PATHS, paths_offered
from pages.parts.notices import notice


def teachers_only() -> None:
    """Stop the page unless the person sits at the server, or everybody was allowed to."""
    if paths_offered():
        return
    notice(
        "info",
        "This page is for whoever gives the courses, and opens on the server itself only. "
        f"(To open it to everybody who reaches the server, start it with {ALLOW_PATHS}=1.)",
    )
    st.stop()
