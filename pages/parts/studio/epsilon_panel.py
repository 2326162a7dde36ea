"""What follows from ε: the viewer, the budget spent, the cautions and the logits along the path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lwise_core.enhancement.coarse_path import CoarsePath
from lwise_core.enhancement.export import survival_warnings
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.enhancement.rendering import Rendering, render
from lwise_core.enhancement.viewer_payload import ViewerPayload
from lwise_core.guides.guide import GuideModel
from pages.parts.picture.cautions import say_what_is_beyond_training
from pages.parts.picture.reliability import say_altered
from pages.parts.picture.viewer import viewer
from pages.parts.session.case import Case, put
from pages.parts.session.guide_engines import slot
from pages.parts.studio.path_plot import EpsilonAxis, LogitCurves, path_figure
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show

_RIVALS_SHOWN = 3


def scrub(case: Case, path: EnhancementPath, *, preview: CoarsePath | None, remark: str) -> Case:
    """Draw the viewer with its slider over ``path`` and return the case at the position that the person chose.

    Where the path does not reach yet, ``preview`` is shown, marked as such. ``remark`` stands with every
    altered picture.
    """
    scored = len(path.frames) if path.scored is None else path.scored
    unscored = range(scored, len(path.frames))
    film = ViewerPayload(path, case.subject, case.extent, provisional=unscored, preview=preview)
    step = viewer(
        film,
        step=case.step_for(path.guide),
        name=case.photograph.name,
        remark=remark,
        key=f"viewer-{case.token}",
    )
    moved = replace(case, step=step)
    if step != case.step_for(path.guide):
        put(moved)
    return moved


def panels(case: Case, path: EnhancementPath, *, towards: str) -> None:
    """Draw everything that follows from the slider's position for the class ``towards``."""
    guide = path.guide
    epsilon = min(case.epsilon_for(guide), path.reach)
    target = guide.class_index(towards)
    rendering = slot().do(lambda: render(guide, case.subject, path.at(epsilon), target=target, extent=case.extent))
    with st.expander("For researchers: the finished 8-bit picture in figures"):
        _readings(path, rendering, target=target)
    say_altered(guide)
    _cautions(guide, rendering, epsilon)
    plot = st.container()
    further = st.multiselect(
        "More classes on the curve",
        guide.classes,
        placeholder="Choose any class of the guide",
        key=f"curve-{guide.provenance.sha256[:16]}",
        persist_state="session",
        help=f"The strongest {_RIVALS_SHOWN} others and every first choice are there anyway.",
    )
    with plot:
        curves = _curves(path, towards=towards, further=further)
        show(path_figure(curves, axis=_axis(guide), current=epsilon), key="path")
    if path.provisional:
        st.caption("The curve is provisional: it was stopped before the guide had scored the frames of its fast copy.")


def _cautions(guide: GuideModel, rendering: Rendering, epsilon: float) -> None:
    say_what_is_beyond_training(guide, epsilon=epsilon)
    for sentence in survival_warnings(rendering.kept, epsilon_224=guide.epsilon_scale.at_224(epsilon)):
        notice("caution", sentence)


def _readings(path: EnhancementPath, rendering: Rendering, *, target: int) -> None:
    """Draw what the viewer cannot know: what the guide says of the finished picture, rounded to 8 bits."""
    st.caption(
        "The figures under the slider are of the picture before it is rounded to 8 bits; these are of the file that "
        "you download, and may differ a little."
    )
    columns = st.columns([1, 1, 1, 2], vertical_alignment="center")
    columns[0].metric(
        "Logit of the 8-bit picture",
        f"{float(rendering.logits[target]):.2f}".replace("-", "−"),
        f"{rendering.gain:+.2f}".replace("-", "−"),
        delta_arrow="off",
        help="Of the class, when the guide sees the finished picture again, and its change against the original.",
    )
    columns[1].metric(
        "Probability",
        f"{rendering.probability(target):.1%}",
        help=f"Of the class among the guide's {len(path.guide.classes)}, for the finished 8-bit picture.",
    )
    st.markdown(_first_choice_sentence(path, rendering))
    kept = rendering.kept
    columns[2].metric(
        "Gain kept in 8 bits",
        "–" if kept is None else f"{kept:.0%}",
        help="Share of the change of the logit that clamping and rounding to 8 bits leave in the finished picture.",
    )


def _first_choice_sentence(path: EnhancementPath, rendering: Rendering) -> str:
    """Say whether the first choice changes, for the finished picture: it is that one which is taken away."""
    before, after = path.first_choice(), path.guide.classes[int(rendering.logits.argmax())]
    if before == after:
        return f"For the finished picture the guide's first choice stays **{plain(before)}**."
    return f"For the finished picture the guide's first choice changes from **{plain(before)}** to **{plain(after)}**."


def _curves(path: EnhancementPath, *, towards: str, further: Sequence[str]) -> LogitCurves:
    epsilons = [i * path.step for i in range(len(path.frames))]
    shown = path.curves(rivals=_RIVALS_SHOWN)
    every = path.curves(rivals=len(path.guide.classes)) if further else shown
    return LogitCurves(epsilons, shown | {name: every[name] for name in further}, towards)


def _axis(guide: GuideModel) -> EpsilonAxis:
    scale = guide.epsilon_scale
    return EpsilonAxis(largest=scale.largest, grey_levels_per_unit=scale.grey_levels(1), caution=guide.caution_epsilon)
