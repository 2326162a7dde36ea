"""One image: upload → difficulty → slide ε → compare → take away."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.enhancement.coarse_path import preview_of
from lwise_core.enhancement.export import INVENTED
from lwise_core.guides.difficulty import Difficulty, difficulty_of
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import preview
from lwise_core.inspection.regions import Region
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
from pages.parts.picture.head import head
from pages.parts.picture.region_panel import region_panel
from pages.parts.picture.square import draw_square
from pages.parts.picture.upload import chooser, intake, sample_buttons
from pages.parts.rank.way_back import way_back
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guide_engines import slot
from pages.parts.session.jobs import once
from pages.parts.session.memory import MemoryFull
from pages.parts.session.paths import PREVIEWED, Key, PathJob, failed, forget, stopped, waiting, walk_called, walk_for
from pages.parts.studio.difficulty_panel import difficulty_panel, original_panel, references_panel, wobble_panel
from pages.parts.studio.doors import doors
from pages.parts.studio.epsilon_panel import panels, scrub
from pages.parts.studio.first_screen import StudioScreen
from pages.parts.studio.gallery import first_pairs, more_pairs, remember_guide
from pages.parts.studio.guess_first import guess_first
from pages.parts.studio.tour import PLACE
from pages.parts.studio.trust_line import heading_with_trust, words_on_trust
from pages.parts.ui.arrival import show_sought
from pages.parts.ui.notices import notice, plain

_PREVIEW = 720
_PATIENCE = 0.4  # seconds to wait for a path before it is shown in the making
_AGAIN = 0.6  # seconds between two looks at a path in the making

_WELCOME = (
    "How hard is a photograph for people, and what would make it easier? Slide **ε**: how much a network may change. "
    "It can also paint what is not there, so all that it changed is shown.\n\n"
    ":small[Drag a slider below: left the photograph, right what a network made of it.]"
)


def main() -> None:
    """Draw the page."""
    slot().touch()
    links.open_linked_sample()
    case = desk().case
    photographs = head("L-WISE Studio", case=case, welcome=_WELCOME, parts=(2, 1))
    if case is None:
        _start(photographs)
    else:
        _work_on(case, photographs)


def _start(photographs: DeltaGenerator) -> None:
    """Draw what an empty desk offers."""
    with st.container(key=PLACE):
        first_pairs()
    show_sought(PLACE)
    with doors():
        guide = guide_choice(None)
    with photographs:
        intake(guide=guide.name)
    remember_guide(guide.name)
    guess_first()
    more_pairs()


def _work_on(case: Case, photographs: DeltaGenerator) -> None:
    """Draw the picture that lies on the desk: what becomes of it, and beside it everything that can be chosen."""
    way_back(case)
    screen = StudioScreen.drawn()
    with screen.guide:
        guide = guide_choice(case.guide)
    with photographs:
        intake(guide=guide.name)
        sample_buttons(guide=guide.name)
    with screen.photograph:
        chooser()
        case = _photograph(desk().case or case, guide)
    with screen.guide:
        cautions(guide)
    links.drop_stale_link(case)
    judged = _judge(case, guide, screen)
    case = desk().case or case
    if judged is None:
        with screen.picture:
            draw_square(case)
    else:
        _enhance(case, guide, judged, screen)


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


def _judge(case: Case, guide: GuideModel, screen: StudioScreen) -> StatedLook | None:
    """Draw the class and the difficulty of ``case``; return None while nobody has named the class."""
    look = look_at(case, guide)
    with screen.question:
        if case.sample is not None and guide.name == case.sample.guide:
            st.info(case.sample.story, icon=":material/lightbulb:")
        st.subheader("What it shows, and how hard it is")
        say_novelty(look)
        stated = stated_after(case, guide, look)
        if stated is None:
            return None
        render_guess_warning(desk().case or case, guide, stated=stated)
    judged = StatedLook(look, stated)
    difficulty = _difficulty(guide, judged)
    with screen.difficulty:
        if difficulty is None:
            notice("info", "Difficulty needs a class that the guide knows, so there is none to show here.")
        else:
            by = (desk().case or case).stated_by_for(guide)
            difficulty_panel(guide, difficulty, look=look, stated_by=by)
    with screen.figures:
        if difficulty is not None:
            references_panel(guide, difficulty, class_name=stated)
        with st.expander("For researchers: the original in figures"):
            original_panel(guide, judged, difficulty)
            if difficulty is not None:
                wobble_panel(desk().case or case, guide, class_name=stated)
    return judged


def _difficulty(guide: GuideModel, judged: StatedLook) -> Difficulty | None:
    """Return how hard the picture is, None where the guide has no class for it."""
    if judged.stated == SOMETHING_ELSE:
        return None
    look, target = judged.look, guide.class_index(judged.stated)
    return difficulty_of(guide, look.original.logits, target=target, novelty=look.novelty)


def _enhance(case: Case, guide: GuideModel, judged: StatedLook, screen: StudioScreen) -> None:
    """Draw what the picture is changed towards, and what becomes of it."""
    stated = judged.stated
    with screen.choices:
        towards = target_class(case, guide, stated=stated, fallback=judged.look.choice)
        render_target_warning(desk().case or case, guide, stated=stated, towards=towards)
        with st.expander("Objective and direction"):
            rival = next((c for c in judged.look.top if c != towards), None)
            case = aim(desk().case or case, guide, towards=towards, rival=rival)
        with st.expander("Region"):
            within = region_panel(judged.look.original, towards=towards, token=case.token)
    with screen.picture:
        words = words_on_trust(guide, judged, towards=towards, guessed=case.guessed_for(guide))
        heading_with_trust(_heading(case, guide, stated=stated, towards=towards), words)
        walk = _walk(case, judged, towards=towards, within=within)
        if walk is None:
            draw_square(case)
            return
        # Most paths of the bundled guides are walked before anything would have to be drawn twice.
        over = walk.job.wait(seconds=_PATIENCE)
        # Streamlit keeps what a fragment is called with, also for a while after the page is closed: so not the walk.
        drawn = st.fragment(_scrub, run_every=None if over else _AGAIN)
        drawn(walk.key, polled=not over, stated=stated, towards=towards)


def _heading(case: Case, guide: GuideModel, *, stated: str, towards: str) -> str:
    """Return what the pictures below show: a change towards another class, or a wrong guess, makes nothing easier."""
    if towards != stated:
        return f"What makes it look {'less' if case.aim.harder else 'more'} like “{plain(towards)}”"
    easier = "harder" if case.aim.harder else "easier"
    if case.guessed_for(guide):
        return f"If this is “{plain(stated)}” (the guide's guess): what would make it {easier}"
    return f"What would make it {easier}"


def _remark(case: Case, guide: GuideModel, *, stated: str, towards: str) -> str:
    """Return what stands with every altered picture: that it invents, or rests on a guess, and what it is not for."""
    if towards != stated:
        return f"{INVENTED} Not for diagnosis."
    if case.guessed_for(guide):
        return f"That it is {towards} is the guide's guess. Not for diagnosis."
    return "Not for diagnosis."


def _walk(case: Case, judged: StatedLook, *, towards: str, within: Region | None) -> PathJob | None:
    """Return the walk for ``case``, begun or under way; None, with a sentence, where there can be none."""
    if case.aim.lacks_rivals:
        notice("info", "Choose at least one rival to compare the class with.")
        return None
    try:
        return walk_for(case, judged.look.original, towards=towards, within=within, plan=PREVIEWED)
    except (QueueFull, MemoryFull) as error:
        notice("info", str(error))
        return None


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
    over = walk.job.stage.over
    path = walk.path  # not before: once nothing more comes, it is what has come
    shown, details = st.container(key="studio-picture"), st.container(key="studio-details")
    with details:
        figures, heading = st.container(), st.container()
        if over:  # until then, every look at the path costs it time: only the pictures are drawn
            case = extent_choice(case)
    with shown:
        with st.container():  # always there, so that the viewer keeps its place, and with it the person's hand
            if not over:
                waiting(walk)
            if stopped(walk):
                notice("caution", f"Stopped at ε = {path.reach:.2f}: the slider reaches up to there.")
                st.button("Compute the rest", on_click=forget, args=(walk.key,))
        remark = _remark(case, path.guide, stated=stated, towards=towards)
        case = scrub(case, path, preview=None if over else preview_of(path), remark=remark)
    if not over:
        return
    with figures:
        panels(case, path, towards=towards)
    # A click can come before the slider's last position has arrived: the heading says which ε the files hold.
    heading.subheader(f"Download, at ε = {min(case.epsilon_for(path.guide), path.reach):.2f}")
    with details:
        by = case.stated_by_for(path.guide)
        downloads_panel(case, path, key=walk.key, stated=stated, towards=towards, stated_by=by)
    links.keep_link(case, path.guide)


main()
