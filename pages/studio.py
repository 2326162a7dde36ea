"""One image: upload → difficulty → slide ε → compare → take away."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.guides.difficulty import class_probability, difficulty_of
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import preview
from lwise_core.scheduler import QueueFull
from pages.parts.picture import links
from pages.parts.picture.cautions import cautions
from pages.parts.picture.choices import aim, guide_choice, target_class
from pages.parts.picture.cropper import cropper
from pages.parts.picture.downloads import downloads_panel, extent_choice
from pages.parts.picture.ground_truth import (
    StatedLook,
    look_at,
    render_guess_warning,
    render_target_warning,
    say_novelty,
    stated_after,
)
from pages.parts.picture.region_panel import region_panel
from pages.parts.picture.reliability import say_reliability
from pages.parts.picture.upload import chooser, intake, sample_buttons
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import once
from pages.parts.session.memory import MemoryFull
from pages.parts.session.paths import Key, failed, forget, stopped, waiting, walk_called, walk_for
from pages.parts.studio.difficulty_panel import difficulty_panel, wobble_panel
from pages.parts.studio.doors import doors
from pages.parts.studio.epsilon_panel import panels, scrub
from pages.parts.studio.gallery import first_pairs, more_pairs, remember_guide
from pages.parts.studio.guess_first import guess_first
from pages.parts.ui.notices import notice
from pages.parts.ui.plots import probability_figure, show

_PREVIEW = 720
_PATIENCE = 0.4  # seconds to wait for a path before it is shown in the making
_AGAIN = 0.6  # seconds between two looks at a path in the making

_WELCOME = (
    "How hard is a photograph for people to recognise, and what would make it easier? A **robust** image network "
    "says how hard, and changes the picture a little, within a budget **ε** that you set, so that it is easier. It can "
    "also paint what is not there: so everything that it changed is shown."
)


def main() -> None:
    """Draw the page."""
    slot().touch()
    st.title("L-WISE Studio")
    links.open_linked_sample()
    case = desk().case
    with st.container():  # always there: what comes after a notice that goes would lose its place in the page
        links.say_what_was_not_found()
        if case is None:
            st.markdown(_WELCOME)
            first_pairs()
    left, *right = st.columns(1 if case is None else [2, 5], gap="large")  # the uploader keeps its place in the first
    with left:
        guide = guide_choice(case.guide if case is not None else None)
        intake(guide=guide.name)
    if case is None:
        remember_guide(guide.name)
        doors()
        guess_first()
        more_pairs()
        return
    with left:
        sample_buttons(guide=guide.name)
        chooser()
        case = _photograph(desk().case or case, guide)
    links.drop_stale_link(case)
    with right[0]:
        judged = _judge(case, guide)
    if judged is not None:
        _enhance(desk().case or case, guide, judged)


def _photograph(case: Case, guide: GuideModel) -> Case:
    """Draw the photograph with its crop; return the case as this guide sees it."""
    st.subheader("The photograph")
    photograph = case.photograph
    crop = cropper(
        preview=once("preview", photograph.sha256, lambda: preview(photograph.pixels, longest=_PREVIEW)),
        photograph_size=(photograph.width, photograph.height),
        crop=case.crop,
        smallest=min(guide.input_size // 2, photograph.width, photograph.height),
        key=f"crop-{case.token}",
    )
    moved = replace(case, subject=case.subject.at(crop))
    if guide.name != case.guide:  # a step means another ε for another guide: the slider begins at its default
        moved = replace(moved, guide=guide.name, step=None)
    if (moved.crop, moved.guide) != (case.crop, case.guide):
        put(moved)
    st.caption(
        f"{photograph.width} × {photograph.height} px. The guide sees the square of {crop.side} px, "
        f"resized to {guide.input_size} px. Drag to move, pull a corner to resize."
    )
    for note in photograph.notes:
        notice("info", note)
    if case.sample is not None:
        st.caption(case.sample.credit)
    return moved


def _judge(case: Case, guide: GuideModel) -> StatedLook | None:
    """Draw the class and the difficulty of ``case``; return None while nobody has named the class."""
    if case.sample is not None and guide.name == case.sample.guide:
        st.info(case.sample.story, icon=":material/lightbulb:")
    cautions(guide)
    look = look_at(case, guide)
    st.subheader("What it shows, and how hard it is")
    say_novelty(look)
    columns = st.columns([2, 3], gap="large")
    with columns[0]:
        stated = stated_after(case, guide, look)
    if stated is None:
        return None
    render_guess_warning(desk().case or case, guide, stated=stated)
    logits = look.original.logits
    with columns[1]:
        own = {stated: class_probability(guide, logits, stated)} if stated in guide.classes else {}
        show(probability_figure(look.top | own, ground_truth=stated), key="probabilities")
        say_reliability(guide, look.sureness)
    if stated == SOMETHING_ELSE:
        notice("info", "Difficulty needs a class that the guide knows, so there is none to show here.")
    else:
        difficulty = difficulty_of(guide, logits, target=guide.class_index(stated), novelty=look.novelty)
        difficulty_panel(guide, difficulty, class_name=stated, first_choice=look.choice)
        wobble_panel(desk().case or case, guide, class_name=stated)
    return StatedLook(look, stated)


def _enhance(case: Case, guide: GuideModel, judged: StatedLook) -> None:
    """Draw the enhancement and the downloads of ``case``."""
    stated = judged.stated
    st.subheader("What would make it harder" if case.aim.harder else "What would make it easier")
    columns = st.columns([2, 3], gap="large")
    with columns[0]:
        towards = target_class(case, guide, stated=stated, fallback=judged.look.choice)
    with columns[1].expander("Objective and direction"):
        rival = next((c for c in judged.look.top if c != towards), None)
        case = aim(desk().case or case, guide, towards=towards, rival=rival)
    render_target_warning(desk().case or case, guide, stated=stated, towards=towards)
    with st.expander("Region"):
        within = region_panel(judged.look.original, towards=towards, token=case.token)
    if case.aim.lacks_rivals:
        notice("info", "Choose at least one rival to compare the class with.")
        return
    try:
        walk = walk_for(case, judged.look.original, towards=towards, within=within)
    except (QueueFull, MemoryFull) as error:
        notice("info", str(error))
        return
    # Most paths of the bundled guides are walked before anything would have to be drawn twice.
    over = walk.job.wait(seconds=_PATIENCE)
    # Streamlit keeps what a fragment is called with, also for a while after the page is closed: so not the walk itself.
    st.fragment(_scrub, run_every=None if over else _AGAIN)(walk.key, polled=not over, stated=stated, towards=towards)


def _scrub(key: Key, *, polled: bool, stated: str, towards: str) -> None:
    """Draw the slider and what follows from it; while the path is walked, again and again, each time a bit further."""
    slot().touch()
    case, walk = desk().case, walk_called(key)
    if case is None:
        return
    if walk is None or (polled and walk.job.stage.over):
        st.rerun()
    if walk.job.error is not None:
        failed(walk.job.error)
        return
    path = walk.path
    with st.container():  # always there, so that the viewer keeps its place, and with it the person's hand, in the page
        if not walk.job.stage.over:
            waiting(walk)
        if stopped(walk):
            notice("caution", f"Stopped at ε = {path.reach:.2f}: the slider reaches up to there.")
            st.button("Compute the rest", on_click=forget, args=(walk.key,))
    case = extent_choice(case)
    case = scrub(case, path, invents=stated != towards)
    if walk.job.stage.over:  # until then, every look at the path costs it time: only the pictures are drawn
        panels(case, path, towards=towards)
        # A click can come before the slider's last position has arrived: the heading says which ε the files hold.
        st.subheader(f"Take it away, at ε = {min(case.epsilon_for(path.guide), path.reach):.2f}")
        by = case.stated_by_for(path.guide)
        downloads_panel(case, path, key=walk.key, stated=stated, towards=towards, stated_by=by)
        links.keep_link(case, path.guide)


main()
