"""What stands beside the slider where its change is too small to be seen: a larger one, at once."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.enhancement.rendering import Extent, render
from lwise_core.guides.guide import EpsilonScale
from lwise_core.images.codec import preview
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import once
from pages.parts.ui.notices import plain

SEEN_FROM = 2.0
"""Grey levels (RMS) below which a change is called invisible."""

_SHOWN = 5.0  # grey levels of the larger change: well above what is just seen
_SIDE = 270  # pixels, about what its column has at 1440


def visible_step(scale: EpsilonScale, *, reached: int) -> int | None:
    """Return the first position, at most ``reached``, whose change is plain to see; None where none can be seen."""
    wanted = next((i for i in range(reached + 1) if scale.grey_levels(i * scale.step) >= _SHOWN), reached)
    return wanted if scale.grey_levels(wanted * scale.step) >= SEEN_FROM else None


def show_larger_change(case: Case, path: EnhancementPath, *, target: int) -> None:
    """Draw, where the slider's change cannot be seen, that it cannot, and a larger one; else nothing."""
    scale, step = path.guide.epsilon_scale, case.step_for(path.guide)
    levels = scale.grey_levels(step * path.step)
    larger = visible_step(scale, reached=len(path.frames) - 1)
    if step == 0 or levels >= SEEN_FROM or larger is None:
        return
    epsilon = larger * path.step
    asked = (case.photograph.sha256, case.crop, path.guide.provenance.sha256, target, case.aim, larger)
    picture = once("larger-change", asked, lambda: _picture(case, path, target=target, epsilon=epsilon))
    shown, said = st.columns([1, 2], vertical_alignment="center")
    shown.image(picture, caption="AI-altered. Not for diagnosis.", alt=f"AI-altered, ε {epsilon:.2f}", width="stretch")
    at = f"ε = {epsilon:.2f} ({scale.grey_levels(epsilon):.1f} grey levels)"
    said.markdown(
        plain(f"At ε = {step * path.step:.2f} the change is {levels:.1f} grey levels, too small to be seen.")
        + f" Here is what **{plain(at)}** does."
    )
    said.button("Put the slider there", key="larger-change", on_click=_slide_to, args=(larger,))


def _picture(case: Case, path: EnhancementPath, *, target: int, epsilon: float) -> bytes:
    def made() -> bytes:
        rendering = render(path.guide, case.subject, path.at(epsilon), target=target, extent=Extent.GUIDE)
        return preview(rendering.pixels, longest=_SIDE)

    return slot().do(made)


def _slide_to(step: int) -> None:
    case = desk().case
    if case is not None:
        put(replace(case, step=step))
