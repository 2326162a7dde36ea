"""The path of the case on top: computed once, with progress and a way to stop, and read by every panel."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lwise_core.enhancement import EnhancementPath, PathRequest, walk
from lwise_core.guide import GuideModel
from pages.parts.case import Aim, Case

_WALKED = "walked"
_STOPPED = "walk_stopped"

Key = tuple[str, object, str, str, Aim]


@dataclass(frozen=True, eq=False)
class Walked:
    """A path, what it was computed for, and whether it got to its end."""

    key: Key
    path: EnhancementPath
    complete: bool


def walked_path(case: Case, guide: GuideModel, *, towards: str) -> Walked:
    """Return the path for ``case``, from this session's memory or computed now, frame by frame.

    A walk that the person stopped is returned as far as it went.

    Raises:
        ValueError: The objective cannot be formed (no rival chosen).
        NonFinite: The guide returned NaN or infinity.
    """
    key: Key = (case.photograph.sha256, case.crop, guide.provenance.sha256, towards, case.aim)
    kept = st.session_state.get(_WALKED)
    if isinstance(kept, Walked) and kept.key == key and (kept.complete or st.session_state.get(_STOPPED) == key):
        return kept
    return _walk(key, case, guide, towards=towards)


def forget() -> None:
    """Drop the kept path, so that the next call walks again."""
    st.session_state.pop(_WALKED, None)
    st.session_state.pop(_STOPPED, None)


def _walk(key: Key, case: Case, guide: GuideModel, *, towards: str) -> Walked:
    request = PathRequest.single(
        case.subject.seen(size=guide.input_size),
        target=guide.class_index(towards),
        objective=case.aim.objective_for(guide),
    )
    steps = guide.epsilon_scale.steps
    place = st.empty()
    walked: Walked | None = None
    with place.container():
        st.button("Stop", key="stop-walk", on_click=_stop, args=(key,))
        progress = st.progress(0.0, text="Computing the path …")
        for path in walk(guide, request):
            done = len(path.frames) - 1
            walked = Walked(key, path, complete=done == steps)
            st.session_state[_WALKED] = walked
            # Every update is also the point at which a click on Stop ends this run.
            progress.progress(done / steps, text=f"Computing the path: step {done} of {steps}")
    place.empty()
    if walked is None:
        raise RuntimeError("A path has at least its original.")
    return walked


def _stop(key: Key) -> None:
    st.session_state[_STOPPED] = key
