"""Whether to believe it: both lights with their indicators, and the experiment towards what is not there."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.geometry import to_8_bit
from lwise_core.inspection.evidence import MOST_OTHERS, Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.examine import Findings, Opinion, counter_experiment, examine, opinion_at, perturbation_at
from lwise_core.inspection.indicators import Indicator, Light, LightState, Risk
from lwise_core.inspection.wording import clear_range, facts_of, overlap_of, where_it_arose
from pages.parts.inspect.plots import (
    lights_figure,
    overlap_figure,
    spoken_picture,
    support_picture,
    without_evidence_picture,
)
from pages.parts.picture.reliability import say_altered, say_reliability
from pages.parts.session.guide_engines import engine_for, slot
from pages.parts.session.guides import another_guide
from pages.parts.session.jobs import Later, asked, ended, job_for, place, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import HeatmapPicture, show_pictures
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.plots import show

LIGHTS, _COUNTER = "lights", "counter"
_BADGES: dict[LightState, tuple[str, str, Literal["orange", "blue", "gray"]]] = {
    LightState.FLAGGED: ("Flagged", ":material/flag:", "orange"),
    LightState.NO_FLAG: ("No flag", ":material/remove:", "blue"),
    LightState.CANNOT_JUDGE: ("Cannot judge", ":material/question_mark:", "gray"),
}
_EXPLAINED = (
    "A light is flagged when one of its indicators is beyond its limit, and the one about evidence also when the "
    "picture is not said to show the class. Limits are such that, of held-out pictures enhanced towards what they "
    "show, at most 5% are flagged anywhere on the slider. Prior support reads the original alone: where no other "
    "indicator of the evidence counts, that light is the same at every ε. An indicator without a limit is shown and "
    "not counted: where a class was not in the picture at all, the others told nothing more than prior support. No "
    "light clears a picture: a robust network can paint any class."
)


def indicators_panel(key: Key, path: EnhancementPath, *, epsilon: float, stated: str | None) -> Later:
    """Begin with the lights of ``path``; later, draw both at ``epsilon`` and along the path.

    ``stated`` is what the picture is said to show, None where that is the guide's own guess.

    Raises:
        QueueFull: Too many people are waiting.
    """
    at = place()
    own = _name(path)
    guide = path.guide
    job = job_for(
        LIGHTS,
        (key, stated),
        lambda: examine(
            path, other=another_guide(guide, class_name=own), walker=engine_for(guide).walker(), stated=stated
        ),
        total=_work(path),
    )
    what = "Looking for the evidence"

    def later() -> None:
        for _ in values_of(LIGHTS, job, at=at, what=what):
            pass
        if ended(LIGHTS, job, at=at, what=what) and job.latest is not None:
            with at.found.container():
                _found(job.latest, epsilon=epsilon)

    return later


def _found(found: Findings, *, epsilon: float) -> None:
    """Draw both lights along ε, up to where there is no flag, and what they stand on at ``epsilon``."""
    path = found.path
    figure = lights_figure(found.risks, step=path.step, steps=len(path.frames) - 1, current=epsilon)
    show(figure, key="lights-along")
    st.caption(clear_range(found.risks))
    current = round(epsilon / path.step)
    _both(found.risks[current])
    st.caption(_EXPLAINED)
    if found.evidence is not None:
        _overlap(found.evidence, step=path.step, current=current)
    if found.ledger is not None:
        _ledger(found.ledger, current=current, size=path.guide.input_size)


def _overlap(evidence: Evidence, *, step: float, current: int) -> None:
    """Draw where the class has its evidence, and how much of the change lies there."""
    st.subheader("Does the change lie on the evidence?")
    columns = st.columns([1, 2], gap="medium")
    with columns[0]:
        show_pictures([support_picture(evidence)])
    with columns[1]:
        share, rest = overlap_of(evidence, step=current)
        if share:
            st.markdown(f"**{share}**{rest}")
        show(overlap_figure(evidence, step=step, current=current), key="overlap")


def _ledger(ledger: EvidenceLedger, *, current: int, size: int) -> None:
    """Draw which places spoke for the class, and where it gained although none did."""
    st.subheader("Where did the gain arise?")
    maps = [spoken_picture(ledger, size=size), without_evidence_picture(ledger, step=current, size=size)]
    show_pictures([one for one in maps if one is not None])
    st.caption(where_it_arose(ledger, step=current))


def _both(risk: Risk) -> None:
    for column, light in zip(st.columns(2, gap="large"), (risk.semantic, risk.artefact), strict=True):
        with column:
            _light(light)


def _light(light: Light) -> None:
    """Draw one light as two elements, for a browser takes its time over each."""
    name, icon, colour = _BADGES[light.state]
    st.subheader(light.kind.value)
    said = [f":{colour}-badge[{icon} {name}]", plain(light.sentence), *map(_said, light.indicators)]
    st.markdown("\n\n".join(said))


def _said(indicator: Indicator) -> str:
    """Return one indicator in words: its value, what it would be by chance, its limit, its state, and what it asks."""
    measure = indicator.measure
    return (
        f"**{plain(measure.name)}** ({measure.key}) :{_BADGES[indicator.state][2]}-badge[{indicator.verdict}]  \n"
        f"{plain(facts_of(indicator))}  \n:small[{plain(measure.meaning)}]"
    )


def counter_panel(key: Key, path: EnhancementPath, *, epsilon: float) -> Later:
    """Draw the way to the experiment: the same original towards a class that is not there. Later, what it finds.

    Raises:
        QueueFull: Too many people are waiting.
    """
    guide = path.guide
    st.subheader("Can it paint what is not there?")
    others = _by_nearness(path)
    if not others:
        st.caption("This guide knows one class only, so there is none that is not there.")
        return _nothing_more
    rival = others[0]
    columns = st.columns([3, 2], vertical_alignment="bottom")
    towards = columns[0].selectbox(
        "Another class",
        others,
        format_func=lambda c: f"{c} (nearest rival)" if c == rival else c,
        key=f"counter-{key[0][:12]}-{guide.name}-{_name(path)}",
    )
    pressed = columns[1].button("Enhance towards it", icon=":material/science:", width="stretch")
    question = (key, towards)
    if not pressed and not asked(_COUNTER, question):
        st.caption("One click shows what the same budget makes of a class that the picture is not said to show.")
        return _nothing_more
    at = place()
    index = guide.class_index(towards)
    what = "Enhancing towards what is not there"

    def later() -> None:
        job = job_for(
            _COUNTER,
            question,
            lambda: counter_experiment(
                path,
                towards=index,
                other=another_guide(guide, class_name=towards),
                walker=engine_for(guide).walker(),
            ),
            total=len(path.frames) + _work(path),
        )
        for _ in values_of(_COUNTER, job, at=at, what=what):
            pass
        if ended(_COUNTER, job, at=at, what=what) and job.latest is not None:
            with at.found.container():
                _beside(path, job.latest, epsilon=epsilon)

    return later


def _nothing_more() -> None:
    """What is left where nothing is computed."""


def _beside(path: EnhancementPath, counter: Findings, *, epsilon: float) -> None:
    """Draw the picture enhanced towards its own class beside the one of the experiment, with the latter's lights."""
    epsilon = min(epsilon, path.reach, counter.path.reach)
    show_pictures([_enhanced(one, epsilon=epsilon) for one in (path, counter.path)])
    name = _name(counter.path)
    found = slot().do(lambda: opinion_at(counter.path, counter.path.guide, epsilon=epsilon, class_name=name))
    st.markdown(_taken_for(found, epsilon=epsilon, towards=name))
    say_reliability(counter.path.guide, found.before[1])
    say_altered(counter.path.guide)
    risk = counter.risks[round(epsilon / path.step)]
    st.markdown(f"**What the lights say of {plain(_name(counter.path))}**")
    _both(risk)
    if not risk.flagged:
        notice("caution", "If this class is not there, the lights did not notice: no flag is no proof of anything.")


def _enhanced(path: EnhancementPath, *, epsilon: float) -> HeatmapPicture:
    name = _name(path)
    changed = slot().do(lambda: perturbation_at(path, epsilon=epsilon)).changed
    return HeatmapPicture(
        to_8_bit(changed).transpose(1, 2, 0),
        alt=f"Enhanced towards {name}",
        caption=f"AI-altered towards {name}, ε {epsilon:.2f}. Not for diagnosis.",
    )


def _taken_for(found: Opinion, *, epsilon: float, towards: str) -> str:
    """Return in words what the guide takes the picture for before and after the experiment ``towards`` a class."""
    (before, sure), (after, surer) = found.before, found.after
    words = f"At ε = {epsilon:.2f} the guide takes it for **{plain(after)}** ({surer:.0%})"
    words += f"; the original, for **{plain(before)}** ({sure:.0%})."
    if found.logits is not None:
        first, last = (f"{logit:.2f}".replace("-", "−") for logit in found.logits)
        words += f" The logit of {plain(towards)} went from {first} to {last}."
    return words


def _by_nearness(path: EnhancementPath) -> list[str]:
    """Return every class but the path's own, by the original's logit, the highest first."""
    logits, own = path.frames[0].logits[0], int(path.request.targets[0])
    return [path.guide.classes[i] for i in logits.argsort(descending=True).tolist() if i != own]


def _name(path: EnhancementPath) -> str:
    """Return the class that ``path`` goes towards."""
    return path.guide.classes[int(path.request.targets[0])]


def _work(path: EnhancementPath) -> int:
    """Return about how many values the lights of ``path`` take."""
    return 2 * len(path.frames) + min(MOST_OTHERS + 1, len(path.guide.classes))
