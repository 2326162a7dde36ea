"""Can it paint anything? The same original and the same ε towards classes that are not there, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.geometry import to_8_bit
from lwise_core.images.map_picture import HeatmapPicture
from lwise_core.inspection.examine import Opinion, opinion_at, paint_others, perturbation_at
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.wording import verdict_of
from pages.parts.inspect.verdict_panel import BADGES
from pages.parts.picture.reliability import say_altered, say_reliability
from pages.parts.session.guide_engines import engine_for, slot
from pages.parts.session.jobs import Place, asked, ended, job_for, place, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import show_pictures
from pages.parts.ui.notices import notice, plain

_COUNTER = "counter"
_WHAT = "Painting what is not there"


def counter_panel(key: Key, path: EnhancementPath, *, epsilon: float, stated: str | None) -> None:
    """Draw the way to the experiment, and what it finds once it was asked for.

    ``stated`` is what the picture is said to show, None where nobody said it.

    Raises:
        QueueFull: Too many people are waiting.
    """
    others = by_nearness(path)
    if not others:
        st.caption("This guide knows one class only, so there is none that is not there.")
        return
    preferred = path.first_choice()
    columns = st.columns([3, 2], vertical_alignment="bottom")
    chosen = columns[0].selectbox(
        "A class that is not there",
        others,
        index=others.index(default_of(others, preferred=preferred)),
        format_func=lambda c: f"{c} (the guide's first choice)" if c == preferred else c,
        key=f"counter-{key[0][:12]}-{path.guide.name}-{_name(path)}",
    )
    towards = experiments(others, chosen=chosen, preferred=preferred)
    pressed = columns[1].button("Paint it", icon=":material/science:", width="stretch")
    question = (key, towards)
    if not pressed and not asked(_COUNTER, question):
        st.caption(
            "One click spends the same ε on this class, on the nearest and on the farthest. If all of them come out "
            "convincing, a convincing picture proves nothing."
        )
        return
    at = place()
    indices = tuple(path.guide.class_index(name) for name in towards)
    job = job_for(
        _COUNTER,
        question,
        lambda: paint_others(path, towards=indices, stated=stated, walker=engine_for(path.guide).walker()),
        total=len(indices) * (path.guide.epsilon_scale.steps + 2),
    )
    for _ in values_of(_COUNTER, job, at=at, what=_WHAT):
        pass
    if ended(_COUNTER, job, at=at, what=_WHAT) and job.latest is not None:
        _beside(path, job.latest, epsilon=epsilon, at=at)


def by_nearness(path: EnhancementPath) -> list[str]:
    """Return every class but the path's own, by the original's logit, the highest first."""
    logits, own = path.frames[0].logits[0], int(path.request.targets[0])
    return [path.guide.classes[i] for i in logits.argsort(descending=True).tolist() if i != own]


def default_of(others: Sequence[str], *, preferred: str) -> str:
    """Return the nearest of ``others`` that the guide does not already prefer: painting what it sees proves little."""
    return next((name for name in others if name != preferred), others[0])


def experiments(others: Sequence[str], *, chosen: str, preferred: str) -> tuple[str, ...]:
    """Return the classes to paint, each once: the ``chosen`` one, the nearest and the farthest of ``others``."""
    return tuple(dict.fromkeys((chosen, default_of(others, preferred=preferred), others[-1])))


def _beside(path: EnhancementPath, judges: Sequence[Judge], *, epsilon: float, at: Place) -> None:
    """Draw the picture enhanced towards its own class beside the others, and what each is taken for and judged."""
    with at.found.container():
        reach = min(epsilon, path.reach, *(judge.path.reach for judge in judges))
        show_pictures([_enhanced(one, epsilon=reach) for one in (path, *(judge.path for judge in judges))])
        for judge in judges:
            _one(judge, epsilon=reach)
        opinion = _opinion(judges[0].path, epsilon=reach)
        say_reliability(path.guide, opinion.before[1])
        say_altered(path.guide)


def _one(judge: Judge, *, epsilon: float) -> None:
    """Say what the guide takes one picture for, and what the lights say of it."""
    path, name = judge.path, _name(judge.path)
    risk = slot().do(lambda: judge.at(round(epsilon / path.step)))
    lights = " ".join(
        f":{BADGES[light.state][2]}-badge[{BADGES[light.state][1]} {light.kind.value} {BADGES[light.state][0]}]"
        for light in (risk.semantic, risk.artefact)
    )
    said = taken_for(_opinion(path, epsilon=epsilon), epsilon=epsilon, towards=name)
    st.markdown(f"**{plain(name)}** {lights}  \n{said} {plain(verdict_of(risk, towards=name))}")
    if risk.step and not risk.flagged:
        notice("caution", f"If {name} is not there, the lights did not notice: no flag is no proof of anything.")


def _opinion(path: EnhancementPath, *, epsilon: float) -> Opinion:
    return slot().do(lambda: opinion_at(path, path.guide, epsilon=epsilon, class_name=_name(path)))


def _enhanced(path: EnhancementPath, *, epsilon: float) -> HeatmapPicture:
    name = _name(path)
    changed = slot().do(lambda: perturbation_at(path, epsilon=epsilon)).changed
    return HeatmapPicture(
        to_8_bit(changed).transpose(1, 2, 0),
        alt=f"Enhanced towards {name}",
        caption=f"AI-altered towards {name}, ε {epsilon:.2f}. Not for diagnosis.",
    )


def taken_for(found: Opinion, *, epsilon: float, towards: str) -> str:
    """Return in words what the guide takes the picture for before and after the experiment ``towards`` a class."""
    (before, sure), (after, surer) = found.before, found.after
    words = f"At ε = {epsilon:.2f} the guide takes it for **{plain(after)}** ({surer:.0%})"
    words += f"; the original, for **{plain(before)}** ({sure:.0%})."
    if found.logits is not None:
        first, last = (f"{logit:.2f}".replace("-", "−") for logit in found.logits)
        words += f" The logit of {plain(towards)} went from {first} to {last}."
    return words


def _name(path: EnhancementPath) -> str:
    """Return the class that ``path`` goes towards."""
    return path.guide.classes[int(path.request.targets[0])]
