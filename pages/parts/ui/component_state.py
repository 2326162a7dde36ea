"""What components of our own told the page."""

from __future__ import annotations

from typing import Any

import streamlit as st


def told_by(key: str, name: str) -> Any:  # noqa: ANN401 - whatever the component's script sends
    """Return what the component ``key`` told as ``name``, None where that component is gone.

    Its last message can arrive after the page has been drawn without it; Streamlit then calls back with the state gone.
    """
    state = st.session_state.get(key)
    return None if state is None else state.get(name)
