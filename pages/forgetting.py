"""“Forget my images”, which stands below every page: what this page holds of a visitor's pictures is gone at once."""

from __future__ import annotations

import streamlit as st

from pages.parts.session.jobs import forget_jobs
from pages.parts.session.memory import forget_held
from pages.parts.session.paths import forget_walks
from pages.parts.session.uploads import forget_uploads

_FORGOT = "images-forgotten"


def forget_button() -> None:
    """Draw the button, and say once that it was pressed."""
    st.button(
        "Forget my images",
        key="forget-images",
        type="tertiary",
        icon=":material/delete_sweep:",
        on_click=forget_images,
        help="Photographs, rankings, paths and uploads of this page leave the server's memory now. Without it they do "
        "when the page has been closed for half a minute. Courses, answers, guides and calibrations stay.",
    )
    if st.session_state.pop(_FORGOT, False):
        st.toast("Your images are forgotten.", icon=":material/check_circle:")


def forget_images() -> None:
    """Stop what is computed of this session's pictures, and forget them all."""
    forget_jobs()
    forget_walks()
    forget_held()
    forget_uploads()
    st.session_state[_FORGOT] = True
