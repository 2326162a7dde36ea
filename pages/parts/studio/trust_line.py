"""How far to trust what is painted, in a sentence on the Studio's first screen, and the way to Inspect, which looks."""

from __future__ import annotations

import streamlit as st

from lwise_core.guides.guide import GuideModel
from lwise_core.guides.reliability import reliability_in_short
from pages.parts.picture.ground_truth import FirstLook, StatedLook
from pages.parts.ui.notices import plain

_NOTHING, _CARE = "Trust nothing that appears", "Take care"
_DOUBTS = (_NOTHING, _CARE)
_NEARLY_ALL = 0.995  # from here on a rounded figure would say that nothing is left to doubt


def heading_with_trust(heading: str, words: str) -> None:
    """Draw ``heading`` over the pictures, beside it the way to Inspect, below it ``words`` on what may be believed."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.subheader(heading, width="content")
        st.page_link("inspection.py", label="Inspect it", icon=":material/frame_inspect:")
    st.caption(f":material/warning: **{plain(words)}**" if words.startswith(_DOUBTS) else plain(words))


def words_on_trust(guide: GuideModel, judged: StatedLook, *, towards: str, guessed: bool) -> str:
    """Return what the first look says of a change towards the class ``towards``: never that it is to be trusted.

    ``guessed`` says that only the guide has named the class.
    """
    look, stated = judged.look, judged.stated
    if towards != stated:
        return f"{_NOTHING}: nobody says that this shows {towards}."
    if look.novelty.flagged:
        return f"{_NOTHING}: the picture is unlike all that the guide learnt."
    if look.choice != towards:
        return f"{_CARE}: the guide saw {look.choice}, not {towards}. What appears may be invented."
    seen = f"The guide already saw {towards} ({how_sure(guide, look)})."
    return f"{seen} That is only its guess." if guessed else f"{seen} What appears may still be invented."


def how_sure(guide: GuideModel, look: FirstLook) -> str:
    """Return how sure ``guide`` is of its first choice, and how often such a figure was right."""
    sure = "over 99%" if look.sureness >= _NEARLY_ALL else f"{look.sureness:.0%}"
    return f"{sure} sure; {reliability_in_short(guide.reliability, look.sureness)}"
