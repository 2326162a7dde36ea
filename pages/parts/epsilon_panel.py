"""The slider and what it shows: original, enhanced, signed perturbation, the logits along ε, and the budget spent."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core.enhancement import Enhancement, EnhancementPath
from lwise_core.export import survival_warnings
from lwise_core.geometry import FloatImage, Pixels, enlarged, to_8_bit
from lwise_core.guide import GuideModel
from lwise_core.images import preview
from lwise_core.maps import luma_change
from lwise_core.rendering import Extent, Rendering, render
from pages.parts.case import Case, put
from pages.parts.notices import notice, plain
from pages.parts.path_plot import EpsilonAxis, LogitCurves, path_figure
from pages.parts.plots import perturbation_figure, show

_RIVALS_SHOWN = 3
_DISPLAY = 512


def slider(case: Case, guide: GuideModel, path: EnhancementPath) -> Case:
    """Draw the slider over what ``path`` reaches and return the case at its position."""
    scale = guide.epsilon_scale
    reached = len(path.frames) - 1
    if reached == 0:
        return replace(case, step=0)
    step = st.select_slider(
        "ε: how much may change",
        range(reached + 1),
        value=min(case.step_for(guide), reached),
        format_func=lambda i: f"{i * path.step:.2f}",
        key=f"step-{case.token}-{guide.provenance.sha256[:8]}-{reached}",
        help="The L2 norm of the change over all values of the picture in [0, 1], at the guide's size.",
    )
    moved = replace(case, step=step)
    if step != case.step:
        put(moved)
    caution = guide.caution_epsilon
    if caution is not None and scale.step * step > caution:
        notice(
            "caution",
            f"Above ε = {caution:.2f}, seven times the budget that this guide was trained with, "
            "its changes are increasingly its own invention.",
        )
    return moved


def panels(case: Case, path: EnhancementPath, *, towards: str) -> None:
    """Draw everything that follows from the slider's position for the class ``towards``."""
    guide = path.guide
    target = guide.class_index(towards)
    epsilon = case.epsilon_for(guide)
    enhancement = path.at(epsilon)
    rendering = render(guide, case.subject, enhancement, target=target, extent=case.extent)
    _readings(path, enhancement, rendering, target=target)
    for sentence in survival_warnings(rendering.kept, epsilon_224=guide.epsilon_scale.at_224(epsilon)):
        notice("caution", sentence)
    _side_by_side(case, path, enhancement, rendering, towards=towards)
    st.markdown(_first_choice_sentence(path, enhancement))
    show(path_figure(_curves(path, towards=towards), axis=_axis(guide), current=epsilon), key="path")


def _readings(path: EnhancementPath, enhancement: Enhancement, rendering: Rendering, *, target: int) -> None:
    scale = path.guide.epsilon_scale
    spent = float(enhancement.spent[0])
    before = float(path.frames[0].logits[0, target])
    after = float(enhancement.logits[0, target])
    columns = st.columns(5)
    columns[0].metric(
        "ε spent", f"{spent:.2f}", help=f"Of ε = {enhancement.epsilon:.2f} asked; less where a step would not help."
    )
    columns[1].metric("Grey levels (RMS)", f"{scale.grey_levels(spent):.1f}", help="Typical change of a value, 0–255.")
    columns[2].metric("ε₂₂₄", f"{scale.at_224(spent):.1f}", help="The budget of equal RMS for a picture of 224 px.")
    columns[3].metric("Logit", f"{after:.2f}", f"{after - before:+.2f}", help="Of the class, and its change.")
    kept = rendering.kept
    columns[4].metric(
        "Kept in 8 bits",
        "–" if kept is None else f"{kept:.0%}",
        help="Share of the change of the logit that the finished 8-bit picture keeps when the guide sees it again.",
    )


def _side_by_side(
    case: Case, path: EnhancementPath, enhancement: Enhancement, rendering: Rendering, *, towards: str
) -> None:
    seen = case.subject.seen(size=path.guide.input_size).numpy()
    changed = enhancement.images[0].cpu().numpy()
    columns = st.columns(3)
    verb = "away from" if case.aim.harder else "towards"
    columns[0].image(
        preview(_shown(case, case.photograph.pixels, seen), longest=_DISPLAY),
        caption="Original",
        alt=f"The original picture {case.photograph.name}, as cropped.",
        width="stretch",
    )
    columns[1].image(
        preview(_shown(case, rendering.pixels, changed), longest=_DISPLAY),
        caption=f"AI-altered {verb} {towards}, ε {enhancement.epsilon:.2f}. Not for diagnosis.",
        alt=f"The picture altered {verb} {towards} with ε {enhancement.epsilon:.2f}.",
        width="stretch",
    )
    with columns[2]:
        show(perturbation_figure(luma_change(seen, changed)), key="perturbation")


def _shown(case: Case, pixels: Pixels, at_guide_size: FloatImage) -> Pixels:
    if case.extent is Extent.PHOTOGRAPH:
        return case.crop.of(pixels)
    return enlarged(to_8_bit(at_guide_size).transpose(1, 2, 0), at_least=_DISPLAY)


def _first_choice_sentence(path: EnhancementPath, enhancement: Enhancement) -> str:
    before, after = path.first_choice(), path.first_choice(enhancement)
    if before == after:
        return f"The guide's first choice stays **{plain(before)}** at this ε."
    return f"The guide's first choice changes from **{plain(before)}** to **{plain(after)}** at this ε."


def _curves(path: EnhancementPath, *, towards: str) -> LogitCurves:
    epsilons = [i * path.step for i in range(len(path.frames))]
    return LogitCurves(epsilons=epsilons, logits=path.curves(rivals=_RIVALS_SHOWN), ground_truth=towards)


def _axis(guide: GuideModel) -> EpsilonAxis:
    scale = guide.epsilon_scale
    return EpsilonAxis(largest=scale.largest, grey_levels_per_unit=scale.grey_levels(1), caution=guide.caution_epsilon)
