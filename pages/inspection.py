"""One image inspected: can this change be trusted? The picture and the verdict first, everything else in tabs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.regions import Region
from lwise_core.scheduler import QueueFull
from pages.parts.inspect.inspected import InspectedPath
from pages.parts.inspect.layers import LAYER, layer_choice, layer_of, say_why_there_is_none
from pages.parts.inspect.pair_panel import pair_button, pair_is_open, pair_panel
from pages.parts.inspect.picture_panel import picture_panel, say_budget
from pages.parts.inspect.tabs import TAB, open_tab, tabs
from pages.parts.inspect.verdict_panel import draw_verdict, known_ledger, say_first_look, verdict_at, verdict_panel
from pages.parts.picture import links
from pages.parts.picture.cautions import cautions
from pages.parts.picture.choices import guide_choice, target_class
from pages.parts.picture.ground_truth import (
    FirstLook,
    look_at,
    render_guess_warning,
    render_target_warning,
    say_novelty,
    stated_after,
)
from pages.parts.picture.head import head
from pages.parts.picture.region_panel import region_panel
from pages.parts.picture.square import draw_square
from pages.parts.picture.upload import chooser, intake, offer_samples, sample_buttons
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import place, wait_until
from pages.parts.session.paths import PathJob, failed, forget, stopped, walk_for
from pages.parts.ui.notices import notice, plain

_PATIENCE = 0.1  # seconds to wait for the ε that is looked at before the page is drawn without it
_ON_ITS_WAY = 0.05  # seconds that a verdict takes to leave for the browser: what a new run finds waiting is dropped

_WELCOME = (
    "A robust network can paint any class into any picture. Here you see whether you can **trust** what it painted, "
    "**where** it changed the picture, and **what else** it could have painted there."
)


@dataclass(frozen=True, eq=False)
class _FirstScreen:
    """The places of what is seen without scrolling: the picture; beside it the verdict, the layer and the choices.

    On a phone the ``judgement``, the verdict's first sentence, stands above the picture (``assets/style.css``).
    """

    picture: DeltaGenerator
    judgement: DeltaGenerator
    verdict: DeltaGenerator
    layer: DeltaGenerator
    choices: DeltaGenerator
    notes: DeltaGenerator

    @classmethod
    def drawn(cls) -> _FirstScreen:
        with st.container(key="inspect-screen"):
            left, right = st.columns([3, 2], gap="large")
        with right:
            return cls(left, st.container(key="inspect-judgement"), *(st.container() for _ in range(4)))


@dataclass(frozen=True)
class _Asked:
    """What the person said: what the picture shows, what it goes towards, and where it may change."""

    look: FirstLook
    stated: str
    towards: str
    within: Region | None


def main() -> None:
    """Draw the page."""
    slot().touch()
    links.open_linked_sample()
    case = desk().case
    if pair_is_open():
        st.title("Inspect")
        pair_panel(guide_choice(None if case is None else case.guide))
        return
    photographs = head("Inspect", case=case, welcome=_WELCOME, parts=(3, 2))
    if case is None:
        guide = guide_choice(None)
        with photographs:
            intake(guide=guide.name)
            pair_button()
        offer_samples(guide)
        return
    screen = _FirstScreen.drawn()
    with screen.notes:
        guide = guide_choice(case.guide)
    with photographs:
        intake(guide=guide.name)
        sample_buttons(guide=guide.name)
        chooser()
        pair_button()
    case = desk().case or case
    if guide.name != case.guide:  # a step means another ε for another guide
        case = replace(case, guide=guide.name, step=None)
        put(case)
    asked = _ask(case, guide, screen)
    if asked is None:
        with screen.picture:
            _original(case)
    else:
        _inspect(desk().case or case, asked, screen)


def _original(case: Case) -> None:
    """Draw the square that the guide sees, where nobody knows yet what to make of it."""
    draw_square(case)
    st.caption(f"The guide sees this square of {case.crop.side} px. Change the crop in Studio.")


def _ask(case: Case, guide: GuideModel, screen: _FirstScreen) -> _Asked | None:
    """Draw the choices and the notes; return what the person said, None while nobody has named the class."""
    look = look_at(case, guide)
    with screen.notes:
        cautions(guide)
        with st.container():
            if guide.provenance.fitness.state is not Fit.UNFIT:  # which is a caution of the guide already
                st.caption(guide.provenance.fitness.sentence)
        say_novelty(look)
    with screen.choices:
        columns = st.columns(2)
        with columns[0]:
            stated = stated_after(case, guide, look)
        if stated is None:
            return None
        with columns[1]:
            towards = target_class(desk().case or case, guide, stated=stated, fallback=look.choice)
        render_guess_warning(desk().case or case, guide, stated=stated)
        render_target_warning(desk().case or case, guide, stated=stated, towards=towards)
        within = region_panel(look.original, towards=towards, token=case.token)
    return _Asked(look, stated, towards, within)


def _inspect(case: Case, asked: _Asked, screen: _FirstScreen) -> None:
    """Walk the path, and draw the first screen and the tabs."""
    with screen.notes:
        if case.aim.harder:
            notice("info", "The lights are about enhancement, so this page goes towards the class, not away from it.")
    try:
        easier = replace(case, aim=replace(case.aim, harder=False))
        walk = walk_for(easier, asked.look.original, towards=asked.towards, within=asked.within)
    except LWiseError as error:  # no rival was chosen, or too many people are waiting
        with screen.verdict:
            notice("info", str(error))
        with screen.picture:
            _original(case)
        return
    walk.job.wait_until(partial(_reaches, step=case.step_for(walk.path.guide)), seconds=_PATIENCE)
    try:
        _first_screen(case, walk, asked, screen)
    except QueueFull as error:
        with screen.verdict:
            notice("info", str(error))


def _first_screen(case: Case, walk: PathJob, asked: _Asked, screen: _FirstScreen) -> None:
    """Draw the picture with its layer, and beside it the verdict once the path is there; then what the tabs hold."""
    path, by = walk.path, case.stated_by_for(walk.path.guide)
    stated = None if by is StatedBy.GUESS else asked.stated
    with screen.judgement:
        st.subheader("Can you trust this change?")
        say_first_look(asked.look, path.guide)
        heading = st.empty()
    with screen.layer:
        chosen = layer_choice(path, token=case.token)
    ledger = known_ledger(walk.key, path, stated)
    with screen.picture:
        layer = layer_of(chosen, walk.key, path, step=case.step_for(path.guide), ledger=ledger)
        moved = picture_panel(case, path, invents=asked.stated != asked.towards, layer=layer)
    if chosen.follows_epsilon and moved.step_for(path.guide) != case.step_for(path.guide):
        st.rerun()  # the slider was moved in the browser, and the layer is that of the position before
    case = moved
    with screen.verdict:
        if not walk.job.stage.over or path is not walk.path:  # or there is more than what is drawn above
            _wait_for(case, walk, path, asked, heading, stated=stated)
            st.rerun()
        if not _is_there(walk):
            return
        epsilon = min(case.epsilon_for(path.guide), path.reach)
        found = verdict_panel(walk.key, path, heading, epsilon=epsilon, stated=stated, novelty=asked.look.novelty)
        say_budget(path, epsilon=epsilon)
    if chosen.needs_ledger and layer is None and ledger is None and found is not None and found.ledger is not None:
        st.rerun()  # the layer is known now, and the picture stands above
    with screen.layer:
        if layer is None:
            say_why_there_is_none(chosen, path)
    links.keep_link(case, path.guide, **{LAYER: chosen.choice.value, TAB: open_tab()})
    tabs(case, InspectedPath(walk.key, path, found, asked.stated, asked.towards, epsilon, by))


def _wait_for(
    case: Case, walk: PathJob, shown: EnhancementPath, asked: _Asked, heading: DeltaGenerator, *, stated: str | None
) -> None:
    """Draw the verdict once ``walk`` reaches its ε, and stay until more of it can be drawn than what is ``shown``."""
    has_come = partial(_reaches, step=case.step_for(shown.guide))
    words, at = st.empty(), place()  # as they stand when everything is there
    stay = partial(wait_until, "walk", walk.job, at=at, what=f"Changing it towards {plain(asked.towards)}")
    stay(has_come)
    path = walk.path
    if has_come(path):
        with words.container():
            risk = verdict_at(walk.key, path, step=case.step_for(path.guide), stated=stated)
            draw_verdict(risk, path, heading, novelty=asked.look.novelty, token=case.token)
    if has_come(shown):
        stay(_never)
    else:
        walk.job.wait(seconds=_ON_ITS_WAY)


def _reaches(path: EnhancementPath, *, step: int) -> bool:
    return len(path.frames) > step


def _never(_path: EnhancementPath) -> bool:
    return False


def _is_there(walk: PathJob) -> bool:
    """Return whether there is a path to inspect, and say what became of it where it is not whole."""
    if walk.job.error is not None:
        failed(walk.job.error)
        return False
    if stopped(walk):
        notice("caution", f"Stopped at ε = {walk.path.reach:.2f}: the slider reaches up to there.")
        st.button("Compute the rest", on_click=forget, args=(walk.key,))
    return len(walk.path.frames) > 1


main()
