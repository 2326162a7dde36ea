"""Can you trust this change? One sentence that can be read aloud, and two lights."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.examine import Findings, examine_counted, lights_at
from lwise_core.inspection.indicators import Light, LightState, Risk
from lwise_core.inspection.why import Why
from lwise_core.inspection.wording import clear_range, light_words, verdict_sentences
from lwise_core.scheduler import ScheduledJob
from pages.parts.inspect.layers import LayerChoice, layer_key, show_layer
from pages.parts.picture.ground_truth import FirstLook
from pages.parts.picture.reliability import say_reliability
from pages.parts.session.case import token_of
from pages.parts.session.jobs import asked, ended, finished, job_for, place, remembered, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.notices import plain

LIGHTS = "lights"
"""The kind of job that sets the lights that count."""

BADGES: dict[LightState, tuple[str, str, Literal["orange", "blue", "gray"]]] = {
    LightState.FLAGGED: ("Flagged", ":material/flag:", "orange"),
    LightState.NO_FLAG: ("No flag", ":material/remove:", "blue"),
    LightState.CANNOT_JUDGE: ("Cannot judge", ":material/question_mark:", "gray"),
}
"""Each state of a light in words, as an icon and as a colour."""

_WHAT = "Looking for the evidence, along ε"


def say_first_look(look: FirstLook, guide: GuideModel) -> None:
    """Say what ``guide`` takes the original for, and beside a medical guide's probability how often one was right."""
    st.markdown(f"The guide takes the original for **{plain(look.choice)}** ({look.sureness:.0%}).")
    say_reliability(guide, look.sureness)


def known_ledger(key: Key, path: EnhancementPath, stated: str | None) -> EvidenceLedger | None:
    """Return where the gain of this path arose, None while it is not known or where the guide cannot tell."""
    found = _known_findings(key, path, stated)
    return None if found is None else found.ledger


def verdict_at(key: Key, path: EnhancementPath, *, step: int, stated: str | None) -> Risk:
    """Return both lights after ``step`` steps of ``path``, which may still be walked.

    Found at once and remembered, for nobody who asks for a verdict waits for the lights at every other ε. How far the
    path has come meanwhile changes nothing about them; that its own guide has scored that step does.
    """
    found = _known_findings(key, path, stated)
    if found is not None:
        return found.risks[step]
    scored = path.scored is None or step < path.scored
    question = (key, stated, step, path.precision, scored)
    return remembered("verdict", question, lambda: lights_at(path, step=step, stated=stated))


def _known_findings(key: Key, path: EnhancementPath, stated: str | None) -> Findings | None:
    return finished(LIGHTS) if asked(LIGHTS, _question(key, path, stated)) else None


def _question(key: Key, path: EnhancementPath, stated: str | None) -> tuple[Hashable, ...]:
    """Return what the lights answer; one that was stopped and then walked on is another path under the same key."""
    return (key, stated, len(path.frames))


def verdict_panel(
    key: Key, path: EnhancementPath, heading: DeltaGenerator, *, epsilon: float, stated: str | None, novelty: Novelty
) -> Findings | None:
    """Draw the verdict on ``path`` at ``epsilon`` and both lights; return what they stand on, None if it was stopped.

    The verdict comes first, its first sentence in place of ``heading``, and the lights at every other ε while the
    person reads it. ``stated`` is what the picture is said to show, None where that is the guide's own guess;
    ``novelty`` whether it is unlike what the guide learnt.

    Raises:
        QueueFull: Too many people are waiting.
    """
    words = st.empty()
    at = place()
    risk = verdict_at(key, path, step=round(epsilon / path.step), stated=stated)
    with words.container():
        draw_verdict(risk, path, heading, novelty=novelty, token=token_of(key[0]))
    job: ScheduledJob[Findings] = job_for(
        LIGHTS,
        _question(key, path, stated),
        lambda: examine_counted(path, stated=stated),
        total=len(path.frames) + 1,
    )
    for _ in values_of(LIGHTS, job, at=at, what=_WHAT):
        pass
    if not ended(LIGHTS, job, at=at, what=_WHAT) or job.latest is None:
        return None
    st.caption(clear_range(job.latest.risks))
    return job.latest


def draw_verdict(
    risk: Risk, path: EnhancementPath, heading: DeltaGenerator, *, novelty: Novelty, token: str | None = None
) -> None:
    """Draw the verdict, its first sentence in place of ``heading``, then why, and both lights.

    ``token`` is that of the picture over which a layer can show where, None where there is none.
    """
    towards = path.guide.classes[int(path.request.targets[0])]
    judgement, *further = verdict_sentences(risk, towards=towards, novelty=novelty)
    heading.markdown(f"#### {plain(judgement)}")
    if further:
        st.markdown(plain(" ".join(further)))
    if risk.why.sentence:
        st.markdown(f"**Why:** {plain(risk.why.sentence)}")
    if token is not None and risk.why.seen is not None:
        _show_where(risk.why, token)
    st.markdown("\n\n".join(_light(light, towards=towards) for light in (risk.semantic, risk.artefact)))


def _show_where(why: Why, token: str) -> None:
    """Draw the way to what ``why`` speaks of, as a layer over the picture with this ``token``, and back."""
    layer = LayerChoice.SUPPORT if why.seen else LayerChoice.UNSUPPORTED
    shown = st.session_state.get(layer_key(token)) == layer
    st.button(
        "Take it off the picture" if shown else "Show where",
        key=f"show-where-{token}",
        type="tertiary",
        icon=":material/visibility_off:" if shown else ":material/visibility:",
        on_click=show_layer,
        args=(LayerChoice.NOTHING if shown else layer, token),
    )


def _light(light: Light, *, towards: str) -> str:
    name, icon, colour = BADGES[light.state]
    words = f"**{light.kind.value}** :{colour}-badge[{icon} {name}]"
    beside = light_words(light, towards=towards)
    return f"{words} :small[{plain(beside)}]" if beside else words
