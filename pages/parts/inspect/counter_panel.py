"""Can it paint anything? The same original and the same ε towards classes that are not there, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.geometry import to_8_bit
from lwise_core.images.map_picture import HeatmapPicture
from lwise_core.inspection.examine import Opinion, opinion_at, paint_others, perturbation_at
from lwise_core.inspection.hallucination import Judge
from lwise_core.inspection.indicators import Risk
from lwise_core.inspection.wording import verdict_of
from pages.parts.inspect.inspected import InspectedPath
from pages.parts.inspect.verdict_panel import BADGES
from pages.parts.picture.reliability import say_altered, say_reliability
from pages.parts.session.guide_engines import engine_for, slot
from pages.parts.session.jobs import Place, asked, ended, finished, job_for, place, values_of
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import show_pictures
from pages.parts.ui.notices import notice, plain

_COUNTER = "counter"
_BEGUN = "counter-begun"
_WHAT = "Painting what is not there"


@dataclass(frozen=True)
class _Begun:
    """An experiment that was begun: the path beside which, the classes, and how many steps towards each."""

    key: Key
    towards: tuple[str, ...]
    steps: int


def known_judges(key: Key) -> tuple[Judge, ...]:
    """Return who judges what was painted beside the path ``key``, whichever tab is open; none if nothing was."""
    begun: _Begun | None = st.session_state.get(_BEGUN)
    if begun is None or begun.key != key or not asked(_COUNTER, begun):
        return ()
    return finished(_COUNTER) or ()


def counter_panel(one: InspectedPath) -> None:
    """Draw the way to the experiment, and what it finds once it was asked for.

    Raises:
        QueueFull: Too many people are waiting.
    """
    key, path, stated = one.key, one.path, one.said_to_show
    others = by_nearness(path)
    if not others:
        st.caption("This guide knows one class only, so there is none that is not there.")
        return
    preferred = path.first_choice()
    columns = st.columns([3, 2], vertical_alignment="bottom")
    chosen = columns[0].selectbox(
        "A class that is not there" if stated else "Another class",
        others,
        index=others.index(default_of(others, preferred=preferred)),
        format_func=lambda c: f"{c} (the guide's first choice)" if c == preferred else c,
        key=f"counter-{key[0][:12]}-{path.guide.name}-{_name(path)}",
    )
    towards = experiments(others, chosen=chosen, preferred=preferred)
    pressed = columns[1].button("Paint it", icon=":material/science:", width="stretch")
    begun = _begun(key, towards, pressed=pressed, step=round(one.epsilon / path.step))
    if begun is None:
        st.caption(
            "One click spends the same ε on this class, on the nearest and on the farthest. If all of them come out "
            "convincing, a convincing picture proves nothing."
        )
        return
    at = place()
    indices = tuple(path.guide.class_index(name) for name in towards)
    job = job_for(
        _COUNTER,
        begun,
        lambda: paint_others(
            path, towards=indices, steps=begun.steps, stated=stated, walker=engine_for(path.guide).walker()
        ),
        total=begun.steps + 1 + len(indices),
    )
    for _ in values_of(_COUNTER, job, at=at, what=_WHAT):
        pass
    if ended(_COUNTER, job, at=at, what=_WHAT) and job.latest is not None:
        roles = {name: role_of(name, others, chosen=chosen, preferred=preferred) for name in towards}
        _beside(one, job.latest, roles, at=at)


def _begun(key: Key, towards: tuple[str, ...], *, pressed: bool, step: int) -> _Begun | None:
    """Return what is walked: to ``step``, or as far as it has gone already; None before it is begun.

    Farther than the person looks is work for nobody: of forty steps ten, at the ε that the slider begins with.
    """
    begun: _Begun | None = st.session_state.get(_BEGUN)
    if begun is not None and (begun.key, begun.towards) == (key, towards):
        step = max(step, begun.steps)
    elif not pressed:
        return None
    found = st.session_state[_BEGUN] = _Begun(key, towards, max(1, step))
    return found


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


def role_of(name: str, others: Sequence[str], *, chosen: str, preferred: str) -> str:
    """Return in words why the class ``name`` was painted: it was chosen, it is the nearest, it is the farthest."""
    seen_already = f" after {preferred}, which the guide sees already" if others[0] == preferred else ""
    reasons = (
        ("your choice", name == chosen),
        (f"the nearest class{seen_already}", name == default_of(others, preferred=preferred)),
        ("the farthest class", name == others[-1]),
    )
    said = " and ".join(words for words, holds in reasons if holds)
    return said[:1].upper() + said[1:]


def _beside(one: InspectedPath, judges: Sequence[Judge], roles: Mapping[str, str], *, at: Place) -> None:
    """Draw the picture enhanced towards its own class beside the others, each with what it is taken for and judged."""
    path = one.path
    with at.found.container():
        reach = min(one.epsilon, path.reach, *(judge.path.reach for judge in judges))
        own, *others = st.columns(1 + len(judges), gap="medium")
        with own:
            _painted(one, path, role="The class enhanced towards", epsilon=reach)
            if one.found is not None:
                _say(path, one.found.at(reach), epsilon=reach)
        for column, judge in zip(others, judges, strict=True):
            with column:
                _painted(one, judge.path, role=roles[_name(judge.path)], epsilon=reach)
                _judged(judge, epsilon=reach)
        if not any(_reached(judge, epsilon=reach) for judge in judges):
            _say_how_little(path, epsilon=reach)
        opinion = _opinion(judges[0].path, epsilon=reach)
        say_reliability(path.guide, opinion.before[1])
        say_altered(path.guide)


def _reached(judge: Judge, *, epsilon: float) -> bool:
    """Return whether the guide takes the picture for the class that was painted."""
    return _opinion(judge.path, epsilon=epsilon).after[0] == _name(judge.path)


def _say_how_little(path: EnhancementPath, *, epsilon: float) -> None:
    """Say that nothing was painted, and how to see what can be, where ε can be larger."""
    farther = " Slide ε up to see what it can paint." if epsilon < path.guide.epsilon_scale.largest else ""
    notice("info", f"At ε = {epsilon:.2f} the guide takes none of these for what was painted there.{farther}")


def _painted(one: InspectedPath, path: EnhancementPath, *, role: str, epsilon: float) -> None:
    """Draw one picture under its class and the reason why that class was painted."""
    st.markdown(f"{role}: **{plain(_name(path))}**")
    caption = one.caption_of(_name(path), epsilon=epsilon)
    show_pictures([_enhanced(path, epsilon=epsilon, caption=caption)])


def _judged(judge: Judge, *, epsilon: float) -> None:
    """Say what the lights say of a class that is not there, and where they did not notice it."""
    risk = slot().do(lambda: judge.at(round(epsilon / judge.path.step)))
    _say(judge.path, risk, epsilon=epsilon)
    if risk.step and not risk.flagged:
        name = _name(judge.path)
        notice("caution", f"If {name} is not there, the lights did not notice: no flag is no proof of anything.")


def _say(path: EnhancementPath, risk: Risk, *, epsilon: float) -> None:
    """Say what the guide takes one picture for, and what both lights say of it."""
    name = _name(path)
    lights = " ".join(
        f":{BADGES[light.state][2]}-badge[{BADGES[light.state][1]} {light.kind.value} {BADGES[light.state][0]}]"
        for light in (risk.semantic, risk.artefact)
    )
    said = taken_for(_opinion(path, epsilon=epsilon), epsilon=epsilon, towards=name)
    # What it is taken for was just said, before and after, so the verdict does not say that again.
    st.markdown(f"{lights}  \n{said} {plain(verdict_of(replace(risk, choice=None), towards=name))}")


def _opinion(path: EnhancementPath, *, epsilon: float) -> Opinion:
    return slot().do(lambda: opinion_at(path, path.guide, epsilon=epsilon, class_name=_name(path)))


def _enhanced(path: EnhancementPath, *, epsilon: float, caption: str) -> HeatmapPicture:
    name = _name(path)
    changed = slot().do(lambda: perturbation_at(path, epsilon=epsilon)).changed
    return HeatmapPicture(
        to_8_bit(changed).transpose(1, 2, 0),
        alt=f"Enhanced towards {name}",
        caption=caption,
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
