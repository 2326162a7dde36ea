"""Why: which pixels the class rests on, before and after, with what each map is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import AttributionMethod, scale_of, why_not
from lwise_core.inspection.attribution_methods import GRAD_CAM, INTEGRATED_GRADIENTS, METHODS, SALIENCY
from lwise_core.inspection.cam_layers import default_layer, layers
from lwise_core.inspection.examine import (
    STAGES,
    MapPair,
    Question,
    agreement_of,
    gradients_for,
    maps_at,
    seconds_a_gradient,
)
from lwise_core.inspection.map_pictures import attribution_picture
from lwise_core.inspection.report import figures_of
from lwise_core.inspection.wording import CHANCE_COMES_LAST, doubt_of
from lwise_core.scheduler import ScheduledJob
from pages.parts.inspect.inspected import asked_so_far, keep_asked
from pages.parts.inspect.plots import agreement_figure
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import Place, asked, ended, finished, forget_job, job_for, place, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.linked_maps import linked_maps
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show

MAPS = "maps"
_DEFAULT = tuple(method.name for method in (SALIENCY, INTEGRATED_GRADIENTS, GRAD_CAM))
_WORTH_SAYING = 5.0  # seconds


def known_maps(key: Key, path: EnhancementPath, *, epsilon: float) -> tuple[MapPair, ...]:
    """Return the maps that are there of this path at ``epsilon``, whichever tab is open; none while there are none."""
    question = asked_so_far(key).question
    if question is None or not asked(MAPS, (key, question, round(epsilon / path.step))):
        return ()
    return finished(MAPS) or ()


def attribution_panel(key: Key, path: EnhancementPath, *, epsilon: float, towards: str) -> None:
    """Draw what is asked, and maps of the original and of the picture at ``epsilon``, with checks.

    Raises:
        QueueFull: Too many people are waiting.
    """
    guide = path.guide
    columns = st.columns([3, 2, 2], gap="medium")
    known = _looked_into(guide.provenance.sha256, guide)
    possible = [name for name in METHODS if name not in known.refused]
    with columns[0]:
        chosen = st.multiselect(
            "Methods",
            possible,
            default=[name for name in _DEFAULT if name in possible],
            format_func=lambda name: _offered(METHODS[name], a_gradient=known.a_gradient),
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
        layer = _layer(known.grids, key=f"layer-{guide.name}")
    if known.refused:
        with st.expander(f"Not on this guide: {', '.join(METHODS[name].title for name in known.refused)}"):
            for name, reason in known.refused.items():
                st.markdown(f"**{METHODS[name].title}**: {plain(reason)}")
    if not chosen:
        notice("info", "Choose at least one method.")
        forget_job(MAPS)
        keep_asked(key, replace(asked_so_far(key), question=None))
        return
    at = place()
    methods = tuple(METHODS[name] for name in chosen)
    question = Question(guide.class_index(of), methods, layer)
    keep_asked(key, replace(asked_so_far(key), question=question))
    job = job_for(
        MAPS,
        (key, question, round(epsilon / path.step)),
        lambda: maps_at(path, question, epsilon=epsilon),
        total=1 + STAGES * len(methods),
    )
    _maps(job, at=at, methods=methods)


def _maps(job: ScheduledJob[tuple[MapPair, ...]], *, at: Place, methods: Sequence[AttributionMethod]) -> None:
    """Draw each method's maps as they come, and in the end how far the methods agree.

    Those that are no better than chance stand below the others, under a line that says so.
    """
    what = "Asking what the class rests on"
    with at.found.container():
        founded, why, doubted, below = st.container(), st.empty(), st.container(), st.empty()
    drawn = 0
    for pairs in values_of(MAPS, job, at=at, what=what):
        for pair in pairs[drawn:]:
            if doubt_of(pair) and len(methods) > 1:
                why.caption(CHANCE_COMES_LAST)
            with doubted if doubt_of(pair) else founded:
                _pair(pair)
        drawn = len(pairs)
    pairs = job.latest or ()
    if ended(MAPS, job, at=at, what=what) and len(pairs) > 1:
        with below.container():
            show(agreement_figure([p.method.title for p in pairs], agreement_of(pairs)), key="agreement")


@dataclass(frozen=True)
class _Known:
    """What was found out about a guide: methods that it cannot have, and why; layers; the seconds of one gradient."""

    refused: Mapping[str, str]
    grids: tuple[str, ...]
    a_gradient: float


@st.cache_data(max_entries=16, show_spinner=False)
def _looked_into(sha256: str, _guide: GuideModel) -> _Known:  # noqa: ARG001  the key
    reasons = slot().do(lambda: {name: why_not(_guide, method) for name, method in METHODS.items()})
    refused = {name: reason for name, reason in reasons.items() if reason is not None}
    return _Known(refused, slot().do(lambda: layers(_guide)), slot().do(lambda: seconds_a_gradient(_guide)))


def _offered(method: AttributionMethod, *, a_gradient: float) -> str:
    """Return a method's title, and about how long it takes where that is worth knowing before it is asked for."""
    seconds = a_gradient * gradients_for(method)
    return method.title if seconds < _WORTH_SAYING else f"{method.title} (about {_rounded(seconds)} s)"


def _rounded(seconds: float) -> int:
    """Return ``seconds`` to one or two digits: it is an estimate."""
    return 10 * round(seconds / 10) if seconds >= 20 else round(seconds)


def _layer(grids: Sequence[str], *, key: str) -> str | None:
    if not grids:
        return None
    index = grids.index(default_layer(grids))
    return st.selectbox("Layer of Grad-CAM", grids, index=index, key=key, help="The last one as a rule.")


def _pair(pair: MapPair) -> None:
    name = pair.method.title
    st.subheader(name)
    limit = scale_of([pair.before.values, pair.after.values])
    shown = {"original": pair.before.values, "enhanced": pair.after.values, "difference": pair.difference}
    maps = {of: attribution_picture(values, limit=limit, of=f"{name}, {of}") for of, values in shown.items()}
    linked_maps(maps, key=f"maps-{pair.method.name}")
    if doubt := doubt_of(pair):
        notice("caution", doubt)
    st.markdown(plain(figures_of(pair)))
