"""“Forget my images”, which stands below every page: what this page holds of a visitor's pictures is gone at once."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.languages.catalogue import Catalogue
from pages.parts.session.jobs import forget_jobs
from pages.parts.session.memory import forget_held
from pages.parts.session.paths import forget_walks
from pages.parts.session.uploads import forget_uploads

_FORGOT = "images-forgotten"


def forget_button(words: Catalogue) -> None:
    """Draw what asks once before it forgets, and say once that it has."""
    said = words.translate("Forget my images")
    with st.popover(said, type="tertiary", icon=":material/delete_sweep:"):
        st.markdown(
            words.translate(
                "Photographs, rankings, paths and uploads of this page leave the server's memory now; what was made of "
                "them and not downloaded is lost. Without it they do when the page has been closed for half a minute. "
                "Courses, answers, guides and calibrations stay."
            )
        )
        st.button(words.translate("Forget them now"), key="forget-images", type="primary", on_click=forget_images)
    if _FORGOT in st.session_state:
        st.toast(words.translate("Your images are forgotten."), icon=":material/check_circle:")
        del st.session_state[_FORGOT]  # only now: another run may take the place of this one before it is said


def forget_images() -> None:
    """Stop what is computed of this session's pictures, and forget them all."""
    forget_jobs()
    forget_walks()
    forget_held()
    forget_uploads()
    st.session_state[_FORGOT] = True
