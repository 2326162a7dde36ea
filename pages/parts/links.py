"""Links to a case: they name a sample, a guide, a class and ε, never a photograph or its hash."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.guide import GuideModel
from lwise_core.samples import sample
from pages.parts.case import Case, desk, put
from pages.parts.guides import available_guides
from pages.parts.intake import open_sample

_OPENED = "link_opened"


def open_linked_sample() -> None:
    """Put the sample that the address names on an empty desk, once a session; unknown names are ignored."""
    if _OPENED in st.session_state:
        return
    st.session_state[_OPENED] = True
    wanted = st.query_params
    chosen = sample(wanted.get("sample", ""))
    guides = available_guides()
    if chosen is None or desk().case is not None or not guides:
        return
    open_sample(chosen, guide=wanted["guide"] if wanted.get("guide") in guides else guides[0])
    case = desk().case
    if case is not None:
        put(replace(case, towards=wanted.get("towards"), step=_whole(wanted.get("step"))))


def keep_link(case: Case, guide: GuideModel) -> None:
    """Write the case into the address when it is a sample; leave nothing there for a person's own photograph."""
    if case.sample is None:
        st.query_params.clear()
        return
    st.query_params.from_dict(
        {
            "sample": case.sample.key,
            "guide": guide.name,
            "step": str(case.step_for(guide)),
            **({"towards": case.towards} if case.towards else {}),
        }
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 4 else None
