"""What components of our own told the page."""

from __future__ import annotations

from typing import Any

import streamlit as st


def keep_told(key: str, name: str) -> None:
    """Keep what the component ``key`` tells as ``name``, until it tells something else: a trigger lasts for one run."""
    told = told_by(key, name)
    if told is not None:
        st.session_state[_kept(key, name)] = told


def kept_of(key: str, name: str) -> Any:  # noqa: ANN401 - whatever the component's script sends
    """Return what :func:`keep_told` kept last of the component ``key``, None where it kept nothing."""
    return st.session_state.get(_kept(key, name))


def _kept(key: str, name: str) -> str:
    return f"{key}-{name}"


def told_by(key: str, name: str) -> Any:  # noqa: ANN401 - whatever the component's script sends
    """Return what the component ``key`` told as ``name``, None where that component is gone.

    Its last message can arrive after the page has been drawn without it; Streamlit then calls back with the state gone.
    """
    state = st.session_state.get(key)
    return None if state is None else state.get(name)
