"""The enhanced picture, large, with ε below it and over it the layer that the person chose."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.enhancement.export import INVENTED
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.enhancement.rendering import Extent
from lwise_core.enhancement.viewer_payload import ViewerPayload
from pages.parts.picture.viewer import Framing, Layer, View, viewer
from pages.parts.session.case import Case, put


def picture_panel(case: Case, path: EnhancementPath, *, invents: bool, layer: Layer | None) -> Case:
    """Draw what ``path`` makes of the picture, as far as it is known, and return the case at the ε that was chosen.

    ``invents`` says that the class enhanced towards is not what the picture is said to show.
    """
    scored = len(path.frames) if path.scored is None else path.scored
    step = viewer(
        ViewerPayload(path, case.subject, Extent.PHOTOGRAPH, provisional=range(scored, len(path.frames))),
        step=case.step_for(path.guide),
        name=case.photograph.name,
        remark=f"{INVENTED} Not for diagnosis." if invents else "Not for diagnosis.",
        key=f"inspected-{case.token}",
        framing=Framing(View.ALONE, layer),
    )
    moved = replace(case, step=step)
    if step != case.step_for(path.guide):
        put(moved)
    return moved


def say_budget(path: EnhancementPath, *, epsilon: float) -> None:
    """Say in grey levels how much may change at ``epsilon``, and how much of that was used."""
    scale = path.guide.epsilon_scale
    used = scale.grey_levels(float(path.at(epsilon).spent[0]))
    st.caption(
        f"At ε = {epsilon:.2f} a pixel may change by {scale.grey_levels(epsilon):.1f} of 255 grey levels on average "
        f"(RMS, as the guide sees it); it did by {used:.1f}.",
        help=f"ε is how much may change in all. The paper states it for pictures of 224 px, as ε₂₂₄: there a change of "
        f"this strength has ε₂₂₄ = {scale.at_224(epsilon):.3g}.",
    )
