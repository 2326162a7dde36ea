"""One image inspected: whether to believe what was painted, where it changed, and why."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.fitness import Fit
from lwise_core.images.codec import preview
from lwise_core.inspection.regions import Region
from lwise_core.scheduler import QueueFull
from pages.parts.inspect.attribution_panel import attribution_panel
from pages.parts.inspect.change_panel import change_panel
from pages.parts.inspect.indicators_panel import counter_panel, indicators_panel
from pages.parts.inspect.region_panel import region_panel
from pages.parts.inspect.report_panel import Asked, report_panel
from pages.parts.inspect.second_opinions_panel import opinions_panel
from pages.parts.picture.cautions import cautions, say_what_is_beyond_training
from pages.parts.picture.choices import guide_choice, target_class
from pages.parts.picture.ground_truth import (
    FirstLook,
    look_at,
    render_guess_warning,
    render_target_warning,
    say_novelty,
    stated_after,
)
from pages.parts.picture.upload import chooser, intake, offer_samples, sample_buttons
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import once, place, values_of
from pages.parts.session.paths import PathJob, failed, walk_for
from pages.parts.ui.notices import notice

_PREVIEW = 360

_WELCOME = (
    "A robust network can paint any class into any picture. Here you see **whether to believe** what was painted, "
    "**where** it changed and **why**, each beside what it would be by chance."
)


def main() -> None:
    """Draw the page."""
    slot().touch()
    st.title("Inspect")
    case = desk().case
    with st.container():  # always there: the uploader keeps its place below it
        if case is None:
            st.markdown(_WELCOME)
    left, *right = st.columns(1 if case is None else [2, 5], gap="large")
    with left:
        guide = guide_choice(case.guide if case is not None else None)
        intake(guide=guide.name)
    if case is None:
        offer_samples(guide=guide.name)
        return
    with left:
        sample_buttons(guide=guide.name)
        chooser()
        case = desk().case or case
        subject, shown = case.subject, (case.photograph.sha256, case.crop)
        square = once("square", shown, lambda: preview(subject.crop.of(subject.photograph.pixels), longest=_PREVIEW))
        st.image(square, alt="The square that the guide sees")
        st.caption(f"The square of {case.crop.side} px that the guide sees. It is moved in the Studio.")
    if guide.name != case.guide:  # a step means another ε for another guide
        case = replace(case, guide=guide.name, step=None)
        put(case)
    with right[0]:
        cautions(guide)
        with st.container():
            if guide.provenance.fitness.state is not Fit.UNFIT:  # which is a caution of the guide already
                st.caption(guide.provenance.fitness.sentence)
        look = look_at(case, guide)
        say_novelty(look)
        columns = st.columns(2, gap="large")
        with columns[0]:
            stated = stated_after(case, guide, look)
        if stated is None:
            return
        with columns[1]:
            towards = target_class(desk().case or case, guide, stated=stated, fallback=look.choice)
        render_guess_warning(desk().case or case, guide, stated=stated)
        render_target_warning(desk().case or case, guide, stated=stated, towards=towards)
        within = region_panel(look.original, towards=towards, token=case.token)
    _inspect(desk().case or case, look, stated=stated, towards=towards, within=within)


def _inspect(case: Case, look: FirstLook, *, stated: str, towards: str, within: Region | None) -> None:
    """Walk the path, and draw everything that follows from it."""
    with st.container():
        if case.aim.harder:
            notice("info", "The lights are about enhancement, so this page goes towards the class, not away from it.")
    try:
        easier = replace(case, aim=replace(case.aim, harder=False))
        walk = walk_for(easier, look.original, towards=towards, within=within)
    except LWiseError as error:
        notice("info", str(error))
        return
    there = place()
    for _ in values_of("walk", walk.job, at=there, what="Computing the path"):
        pass
    if walk.job.error is not None:
        failed(walk.job.error)
        return
    try:
        _panels(case, walk, stated=stated, towards=towards)
    except QueueFull as error:
        notice("info", str(error))


def _panels(case: Case, walk: PathJob, *, stated: str, towards: str) -> None:
    """Draw the slider and of each panel what is there at once; then what is computed, the first question first."""
    path = walk.path
    epsilon = _slider(case, path)
    st.header("Whether to believe it", divider="gray")
    lights = indicators_panel(walk.key, path, epsilon=epsilon, stated=None if case.guessed_for(path.guide) else stated)
    counter = counter_panel(walk.key, path, epsilon=epsilon)
    st.header("Where it changed", divider="gray")
    change_panel(walk.key, path, epsilon=epsilon, towards=towards)
    st.header("Why", divider="gray")
    maps, question = attribution_panel(walk.key, path, epsilon=epsilon, towards=towards)
    st.header("What other guides say", divider="gray")
    others = opinions_panel(walk.key, path, epsilon=epsilon, towards=towards)
    st.header("Take it away", divider="gray")
    by = case.stated_by_for(path.guide)
    asked = Asked(question, others)
    report = report_panel(case, path, stated=stated, epsilon=epsilon, stated_by=by, asked=asked)
    for later in (lights, counter, maps, report):
        later()


def _slider(case: Case, path: EnhancementPath) -> float:
    """Draw ε and return the one that the person chose, in the guide's units."""
    scale, last = path.guide.epsilon_scale, len(path.frames) - 1
    if last < 1:
        notice("caution", "The path was stopped before its first step: there is no change to inspect.")
        return 0.0
    epsilons = [round(i * scale.step, 4) for i in range(last + 1)]
    chosen = st.select_slider(
        "ε, the budget of the change",
        options=range(last + 1),
        value=min(case.step_for(path.guide), last),
        format_func=lambda i: f"{epsilons[i]:.2f}",
        key=f"inspect-{case.token}-{path.guide.name}",
    )
    if chosen != case.step_for(path.guide):
        put(replace(case, step=chosen))
    epsilon = chosen * scale.step
    st.caption(
        f"ε = {epsilon:.2f} (ε₂₂₄ = {scale.at_224(epsilon):.3g}): at most {scale.grey_levels(epsilon):.1f} of 255 grey "
        "levels RMS, as the guide sees the picture."
    )
    say_what_is_beyond_training(path.guide, epsilon=epsilon)
    return epsilon


main()
