"""Whether to believe it: both lights with their indicators, and the experiment towards what is not there."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lwise_core.compute import Job
from lwise_core.enhancement import EnhancementPath
from lwise_core.geometry import to_8_bit
from lwise_core.inspection import Findings, counter_experiment, examine, perturbation_at
from lwise_core.lights import NOT_SAFETY, Indicator, Light, Risk, State, no_flag_up_to
from pages.parts.engines import engine_for, slot
from pages.parts.guides import another_guide
from pages.parts.inspecting import asked, job_for, progress_of
from pages.parts.inspection_plots import lights_figure
from pages.parts.notices import plain
from pages.parts.pictures import picture
from pages.parts.plots import show
from pages.parts.walking import Key

_LIGHTS, _COUNTER = "lights", "counter"
_BADGES: dict[State, tuple[str, str, Literal["orange", "blue", "gray"]]] = {
    State.FLAGGED: ("Flagged", ":material/flag:", "orange"),
    State.NO_FLAG: ("No flag", ":material/remove:", "blue"),
    State.CANNOT_JUDGE: ("Cannot judge", ":material/question_mark:", "gray"),
}
_EXPLAINED = (
    "A light is flagged when one of its indicators is beyond its limit. Limits are such that, of held-out pictures "
    "enhanced towards what they show, at most 5% are flagged anywhere on the slider. An indicator without a limit is "
    "shown and not counted. No light clears a picture: a robust network can paint any class."
)


def lights_job(key: Key, path: EnhancementPath) -> Job[Findings]:
    """Return the job that finds the lights along ``path``.

    Raises:
        LineFull: Too many people are waiting.
    """
    guide = path.guide
    name = guide.classes[int(path.request.targets[0])]
    return job_for(
        _LIGHTS,
        key,
        lambda: examine(path, other=another_guide(guide, class_name=name), walker=engine_for(guide).walker()),
        total=_work(path),
    )


def lights_strip(job: Job[Findings], path: EnhancementPath, *, epsilon: float) -> None:
    """Draw both lights along ε as far as they are known, and up to where there is no flag."""
    found = job.latest
    if found is None or not found.complete:
        return
    figure = lights_figure(found.risks, step=path.step, steps=len(path.frames) - 1, current=epsilon)
    show(figure, key="lights-along")
    clear = no_flag_up_to(found.risks)
    if clear is None:
        st.caption("The light about evidence cannot judge this picture, so nothing is said about how far ε may go.")
    else:
        st.caption(f"No flag up to ε = {clear:.2f}: {NOT_SAFETY}.")


def lights_panel(key: Key, job: Job[Findings], path: EnhancementPath, *, epsilon: float) -> None:
    """Draw both lights at ``epsilon``, and the way to the experiment towards another class."""
    if not progress_of(_LIGHTS, job, what="Looking for the evidence") or job.latest is None:
        return
    _both(job.latest.risks[round(epsilon / path.step)])
    st.caption(_EXPLAINED)
    _counter(key, path, epsilon=epsilon)


def _both(risk: Risk) -> None:
    for column, light in zip(st.columns(2, gap="large"), (risk.semantic, risk.artefact), strict=True):
        with column:
            _light(light)


def _light(light: Light) -> None:
    name, icon, colour = _BADGES[light.state]
    st.subheader(light.kind.value)
    st.badge(name, icon=icon, color=colour)
    st.markdown(plain(light.sentence))
    rows = [_row(i) for i in light.indicators]
    st.dataframe(rows, hide_index=True, width="stretch")


def _row(indicator: Indicator) -> dict[str, str]:
    measure, limit = indicator.measure, indicator.limit
    side = ">" if measure.high_is_bad else "<"
    return {
        "Indicator": f"{measure.name} ({measure.key})",
        "Here": "–" if indicator.value is None else f"{indicator.value:.3g} {measure.unit}",
        "By chance": indicator.null or "–",
        "Flagged": "no limit: not counted" if limit is None else f"{side} {limit.value:.3g}",
        "State": indicator.state.value if not indicator.because else f"cannot judge: {indicator.because}",
        "What it asks": measure.meaning,
    }


def _counter(key: Key, path: EnhancementPath, *, epsilon: float) -> None:
    """Draw the experiment: the same original towards a class that is not there, beside the real one."""
    guide = path.guide
    own = guide.classes[int(path.request.targets[0])]
    st.subheader("Can it paint what is not there?")
    others = [c for c in guide.classes if c != own]
    columns = st.columns([3, 2], vertical_alignment="bottom")
    towards = columns[0].selectbox("Another class", others, key=f"counter-{guide.name}-{own}")
    pressed = columns[1].button("Enhance towards it", icon=":material/science:", width="stretch")
    question = (key, towards)
    if not pressed and not asked(_COUNTER, question):
        st.caption("One click shows what the same budget makes of a class that the picture does not show.")
        return
    index = guide.class_index(towards)
    steps = len(path.frames)
    job = job_for(
        _COUNTER,
        question,
        lambda: counter_experiment(
            path,
            towards=index,
            other=another_guide(guide, class_name=towards),
            walker=engine_for(guide).walker(),
        ),
        total=steps + _work(path),
    )
    if not progress_of(_COUNTER, job, what=f"Enhancing towards {towards}") or job.latest is None:
        return
    counter = job.latest
    for column, one, name in zip(st.columns(2, gap="large"), (path, counter.path), (own, towards), strict=True):
        change = slot().do(lambda one=one: perturbation_at(one, epsilon=min(epsilon, one.reach)))  # type: ignore[misc]
        with column:
            picture(to_8_bit(change.changed), alt=f"Enhanced towards {name}")
            st.caption(f"Enhanced towards {plain(name)} at the same ε. Not for diagnosis.")
    _both(counter.risks[round(min(epsilon, counter.path.reach) / path.step)])


def _work(path: EnhancementPath) -> int:
    """Return about how many values the lights of ``path`` take."""
    return 3 * len(path.frames) + min(16, len(path.guide.classes))
