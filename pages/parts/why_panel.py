"""Why: which pixels the class rests on, before and after, with what each map is worth."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.attribution import Method, scale_of, why_not
from lwise_core.compute import Job
from lwise_core.feature_grids import default_layer, layers
from lwise_core.guide import GuideModel
from lwise_core.inspection import MapPair, Question, agreement_of, maps_at
from lwise_core.report import worth_of
from pages.parts.engines import slot
from pages.parts.inspecting import followed, job_for, progress_of
from pages.parts.inspection_plots import agreement_figure, attribution_figure
from pages.parts.notices import notice, plain
from pages.parts.plots import show
from pages.parts.walking import Key, walk_called

MAPS = "maps"
_DEFAULT = (Method.SALIENCY, Method.INTEGRATED_GRADIENTS, Method.GRAD_CAM)
_NAMES = {
    Method.INTEGRATED_GRADIENTS: "Integrated Gradients",
    Method.SALIENCY: "Saliency",
    Method.SMOOTH_GRAD: "SmoothGrad",
    Method.INPUT_X_GRADIENT: "Input × Gradient",
    Method.GRADIENT_SHAP: "Gradient SHAP",
    Method.DEEP_LIFT: "DeepLift",
    Method.GRAD_CAM: "Grad-CAM",
    Method.GUIDED_GRAD_CAM: "Guided Grad-CAM",
    Method.OCCLUSION: "Occlusion",
}


def why_panel(key: Key, *, epsilon: float, towards: str) -> None:
    """Draw maps of the original and of the picture at ``epsilon``, each with its checks."""
    st.fragment(_panel)(key, epsilon=epsilon, towards=towards)


def _panel(key: Key, *, epsilon: float, towards: str) -> None:
    walk = walk_called(key)
    if walk is None:
        st.rerun()
    slot().touch()
    path = walk.path
    guide = path.guide
    columns = st.columns([3, 2, 2], gap="medium")
    refused, grids = _looked_into(guide.provenance.sha256, guide)
    possible = [m for m in Method if m not in refused]
    with columns[0]:
        methods = st.multiselect(
            "Methods",
            possible,
            default=[m for m in _DEFAULT if m in possible],
            format_func=lambda m: _NAMES[m],
            key=f"methods-{guide.name}",
        )
    with columns[1]:
        of = st.selectbox(
            "For which class",
            guide.classes,
            index=guide.classes.index(towards),
            key=f"why-{guide.name}-{towards}",
            help="The class enhanced towards, a rival, or any other.",
        )
    with columns[2]:
        layer = _layer(grids, key=f"layer-{guide.name}")
    if refused:
        with st.expander(f"Not on this guide: {', '.join(_NAMES[m] for m in refused)}"):
            for method, reason in refused.items():
                st.markdown(f"**{_NAMES[method]}**: {plain(reason)}")
    if not methods:
        notice("info", "Choose at least one method.")
        return
    question = Question(guide.class_index(of), tuple(methods), layer)
    job_for(
        MAPS,
        (key, question, round(epsilon / path.step)),
        lambda: maps_at(path, question, epsilon=epsilon),
        total=len(methods) + 1,
    )
    followed(MAPS, _maps)


def _maps(job: Job[tuple[MapPair, ...]]) -> None:
    done = progress_of(MAPS, job, what="Asking what the class rests on")
    pairs = job.latest or ()
    for pair in pairs:
        _pair(pair)
    if done and len(pairs) > 1:
        show(agreement_figure([_NAMES[p.method] for p in pairs], agreement_of(pairs)), key="agreement")


@st.cache_data(max_entries=16, show_spinner=False)
def _looked_into(sha256: str, _guide: GuideModel) -> tuple[dict[Method, str], tuple[str, ...]]:  # noqa: ARG001  the key
    """Return the methods that this guide cannot have, and why, and the layers that Grad-CAM can weigh."""
    reasons = slot().do(lambda: {method: why_not(_guide, method) for method in Method})
    refused = {method: reason for method, reason in reasons.items() if reason is not None}
    return refused, slot().do(lambda: layers(_guide))


def _layer(grids: Sequence[str], *, key: str) -> str | None:
    if not grids:
        return None
    index = grids.index(default_layer(grids))
    return st.selectbox("Layer of Grad-CAM", grids, index=index, key=key, help="The last one as a rule.")


def _pair(pair: MapPair) -> None:
    name = _NAMES[pair.method]
    st.subheader(name)
    limit = scale_of([pair.before.values, pair.after.values])
    columns = st.columns(3, gap="medium")
    shown = ((pair.before.values, "Original"), (pair.after.values, "Enhanced"), (pair.difference, "Difference"))
    for column, (values, of) in zip(columns, shown, strict=True):
        with column:
            show(attribution_figure(values, limit=limit, of=f"{name}, {of.lower()}"), key=f"map-{pair.method}-{of}")
    st.markdown(plain(worth_of(pair)))
