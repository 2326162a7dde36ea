"""What the lights stand on: both along ε, every indicator, and where the gain arose; further indicators when asked."""

from __future__ import annotations

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.inspection.evidence import MOST_OTHERS, Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.examine import Findings, examine
from lwise_core.inspection.indicators import Indicator, Light, Risk
from lwise_core.inspection.map_pictures import spoken_picture, support_picture, without_evidence_picture
from lwise_core.inspection.wording import facts_of, overlap_of, where_it_arose
from pages.parts.inspect.plots import lights_figure, overlap_figure
from pages.parts.inspect.verdict_panel import BADGES
from pages.parts.session.guide_engines import engine_for
from pages.parts.session.guides import another_guide
from pages.parts.session.jobs import asked, ended, finished, job_for, place, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import show_pictures
from pages.parts.ui.notices import plain
from pages.parts.ui.plots import show

_FURTHER = "further"
_WHAT = "Computing further indicators"
_EXPLAINED = (
    "A light turns on when one of its indicators passes its limit, and the one about evidence also when somebody said "
    "that the picture shows something else. Limits are set for at most 5% false alarms on pictures that show their "
    "class. Prior support looks at the original alone, so it is the same at every ε. No light clears a picture: a "
    "robust network can paint any class."
)


def further_findings(key: Key, path: EnhancementPath, stated: str | None) -> Findings | None:
    """Return the lights with their further indicators, None where nobody asked for them or they are not complete."""
    return finished(_FURTHER) if asked(_FURTHER, (key, stated, len(path.frames))) else None


def indicators_panel(key: Key, found: Findings, *, epsilon: float, stated: str | None) -> None:
    """Draw what the lights of ``found`` stand on at ``epsilon``, and along the path.

    ``stated`` is what the picture is said to show, None where that is the guide's own guess.

    Raises:
        QueueFull: Too many people are waiting.
    """
    path = found.path
    current = round(epsilon / path.step)
    figure = lights_figure(found.risks, step=path.step, steps=len(path.frames) - 1, current=epsilon)
    show(figure, key="lights-along")
    st.caption(_EXPLAINED)
    wanted = st.toggle(
        "More indicators, shown and not counted",
        key=f"further-{path.guide.name}",
        help="How the change compares with changes towards other classes and from slightly different copies, and "
        "whether another guide sees the gain. In a test on 60 pictures they told nothing more than prior support.",
    )
    whole = _further(key, path, stated=stated) if wanted else None
    draw_lights((whole or found).risks[current])
    if whole is not None and whole.evidence is not None:
        _overlap(whole.evidence, step=path.step, current=current)
    if found.ledger is not None:
        draw_ledger(found.ledger, current=current, size=path.guide.input_size)


def _further(key: Key, path: EnhancementPath, *, stated: str | None) -> Findings | None:
    """Return the lights with their further indicators, and draw how far they are meanwhile."""
    guide = path.guide
    own = guide.classes[int(path.request.targets[0])]
    at = place()
    job = job_for(
        _FURTHER,
        (key, stated, len(path.frames)),
        lambda: examine(
            path, other=another_guide(guide, class_name=own), walker=engine_for(guide).walker(), stated=stated
        ),
        total=2 * len(path.frames) + min(MOST_OTHERS + 1, len(guide.classes)),
    )
    for _ in values_of(_FURTHER, job, at=at, what=_WHAT):
        pass
    return job.latest if ended(_FURTHER, job, at=at, what=_WHAT) else None


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


def draw_ledger(ledger: EvidenceLedger, *, current: int, size: int) -> None:
    """Draw where the guide saw signs of the class, and where the change added some although it saw none."""
    st.subheader("Where were signs of the class, and where did the change add some?")
    maps = [spoken_picture(ledger, size=size), without_evidence_picture(ledger, step=current, size=size)]
    show_pictures([one for one in maps if one is not None])
    st.caption(where_it_arose(ledger, step=current))


def draw_lights(risk: Risk) -> None:
    """Draw both lights with every indicator that they are made of."""
    for column, light in zip(st.columns(2, gap="large"), (risk.semantic, risk.artefact), strict=True):
        with column:
            _light(light)


def _light(light: Light) -> None:
    """Draw one light as two elements, for a browser takes its time over each."""
    name, icon, colour = BADGES[light.state]
    st.subheader(light.kind.value)
    said = [f":{colour}-badge[{icon} {name}]", plain(light.sentence), *map(_said, light.indicators)]
    st.markdown("\n\n".join(said))


def _said(indicator: Indicator) -> str:
    """Return one indicator in words: its value, what it would be by chance, its limit, its state, and what it asks."""
    measure = indicator.measure
    return (
        f"**{plain(measure.name)}** ({measure.key}) :{BADGES[indicator.state][2]}-badge[{indicator.verdict}]  \n"
        f"{plain(facts_of(indicator))}  \n:small[{plain(measure.meaning)}]"
    )
