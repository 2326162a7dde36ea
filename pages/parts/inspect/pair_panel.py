"""A pair of one's own: two pictures, what they show, and all that the page says of a change that it made itself."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core._utils.errors import LWiseError
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import novelty_of
from lwise_core.images.alignment import aligned
from lwise_core.images.codec import MAX_BYTES, ImageRejected, Photograph
from lwise_core.images.geometry import Crop, to_8_bit
from lwise_core.images.map_picture import HeatmapPicture
from lwise_core.inspection.examine import Question
from lwise_core.inspection.picture_pair import InspectedPair, PicturePair
from lwise_core.scheduler import ScheduledJob
from pages.parts.inspect.attribution_panel import attribution_panel, known_maps
from pages.parts.inspect.change_panel import change_panel
from pages.parts.inspect.contrast_panel import contrast_panel
from pages.parts.inspect.indicators_panel import draw_ledger, draw_lights
from pages.parts.inspect.neighbours_panel import neighbours_panel
from pages.parts.inspect.report_panel import files_row
from pages.parts.inspect.second_opinions_panel import opinions_panel
from pages.parts.inspect.verdict_panel import draw_verdict
from pages.parts.picture.cautions import cautions
from pages.parts.session.case import Aim, desk
from pages.parts.session.decoding import open_upload
from pages.parts.session.guides import another_guide
from pages.parts.session.jobs import ended, job_for, once, place, remembered, values_of
from pages.parts.session.memory import MemoryFull, free, hold, when_closed
from pages.parts.session.paths import Key
from pages.parts.session.uploads import let_go
from pages.parts.ui.heatmap_picture import show_pictures
from pages.parts.ui.notices import notice, plain
from pages.parts.ui.upload_limit import megabytes

Which = Literal["original", "altered"]

_OPEN, _REFUSED = "pair-open", "pair-refused"
_JOB = "pair"
_WHAT = "Looking for the evidence"
_ALTERED = "Altered by somebody else. Not for diagnosis."
_ORIGINAL = "The original, as the guide sees it."
_SEEN = "Altered by somebody else, as the guide sees it. Not for diagnosis."
_TABS = ("Change", "Attributions", "Second opinion", "Every number")


@dataclass(frozen=True, eq=False)
class _Asked:
    """Two pictures of which one is the other's original: the square of it, what it shows, and what is asked for."""

    original: Photograph
    altered: Photograph
    crop: Crop | None
    stated: str
    towards: str

    def key(self, guide: GuideModel) -> Key:
        """Return what tells this question from every other of the session."""
        weights, altered = guide.provenance.sha256, self.altered.sha256.encode()
        crop, towards = (self.crop, self.stated), self.towards
        return (self.original.sha256, crop, weights, guide.domain.value, towards, Aim(), altered)


def pair_button() -> None:
    """Draw the way from the photograph on the desk to a pair of one's own."""
    st.button(
        "Inspect a pair of your own",
        icon=":material/compare:",
        on_click=_open,
        args=(True,),
        help="An original and what somebody else made of it: an expert's edit, another model's or another tool's.",
    )


def pair_is_open() -> bool:
    """Return whether the page is about a pair, not about the photograph on the desk."""
    return bool(st.session_state.get(_OPEN, False))


def pair_panel(guide: GuideModel) -> None:
    """Draw the choice of two pictures, and what ``guide`` says of the change from the one to the other."""
    st.button("Back to the photograph", icon=":material/arrow_back:", on_click=_open, args=(False,))
    st.header("A pair of your own")
    st.markdown("An original, and what an expert, another model or another tool made of it: can the change be trusted?")
    cautions(guide)
    asked = _ask(guide)
    if asked is None:
        return
    try:
        pair, path = _paired(asked, guide)
        _inspect(pair, path, asked)
    except LWiseError as error:  # no pair, a picture that the guide cannot judge, or too many people are waiting
        notice("error", str(error))


def _open(value: bool) -> None:
    st.session_state[_OPEN] = value


def _ask(guide: GuideModel) -> _Asked | None:
    """Draw the uploaders and the classes; return what was asked, None while something is lacking."""
    case, held = desk().case, _pictures()
    complete = "altered" in held and ("original" in held or case is not None)
    columns = st.expander("The two pictures", expanded=not complete).columns(2, gap="large")
    with columns[0]:
        uploaded = _taken("original", "The original")
        if uploaded is None and case is not None:
            st.caption(f"Without an upload, the original is “{plain(case.photograph.name)}” from the desk.")
    with columns[1]:
        altered = _taken("altered", "What was made of it: the same shape at any size, or the square alone")
    refused = st.session_state.get(_REFUSED)
    if refused:
        notice("error", refused)
    from_desk = case if uploaded is None else None
    original = uploaded if from_desk is None else from_desk.photograph
    if original is None or altered is None:
        st.caption("Both are aligned, or refused with a sentence, and stay in this session's memory.")
        return None
    known = None if from_desk is None else from_desk.stated_for(guide)
    options = [*guide.classes, SOMETHING_ELSE]
    columns = st.columns(2, gap="large")  # a row of its own: on a phone it stands below both pictures
    with columns[0]:
        index = None if known is None else options.index(known)
        stated = st.selectbox("What does the original show?", options, index=index, key=f"pair-stated-{guide.name}")
    if stated is None:
        st.caption("Say what the original shows, and the verdict follows.")
        return None
    with columns[1]:
        index = None if stated == SOMETHING_ELSE else guide.classes.index(stated)
        label = "Inspect the change for"
        towards = st.selectbox(label, guide.classes, index=index, key=f"pair-towards-{guide.name}-{stated}")
    if towards is None:
        return None
    return _Asked(original, altered, None if from_desk is None else from_desk.crop, stated, towards)


def _taken(which: Which, label: str) -> Photograph | None:
    """Draw an uploader, take what was uploaded, and return it; None while there is nothing."""
    upload = st.file_uploader(label, max_upload_size=megabytes(MAX_BYTES), key=f"pair-{which}")
    held = _pictures()
    if upload is not None:
        st.session_state.pop(_REFUSED, None)
        try:
            photograph = open_upload(upload.getvalue(), name=upload.name)
            hold((_JOB, which), photograph.pixels.nbytes)
            held[which] = photograph
            when_closed((_JOB, which), partial(_drop, held, which))
        except (ImageRejected, MemoryFull) as error:
            st.session_state[_REFUSED] = str(error)
        let_go(upload)
    if which in held:
        st.caption(f"Here: “{plain(held[which].name)}”.")
        st.button("Remove", key=f"pair-away-{which}", on_click=_put_away, args=(which,))
    return held.get(which)


def _drop(held: dict[Which, Photograph], which: Which) -> None:
    held.pop(which, None)


def _put_away(which: Which) -> None:
    _pictures().pop(which, None)
    free((_JOB, which))


@st.cache_resource(scope="session", on_release=dict.clear, show_spinner=False)
def _pictures() -> dict[Which, Photograph]:
    """Return the uploaded pictures of this session's pair; gone with the page."""
    return {}


def _paired(asked: _Asked, guide: GuideModel) -> tuple[PicturePair, EnhancementPath]:
    """Return the pair, and the path of one step from the one picture to the other."""
    key = asked.key(guide)
    where: Hashable = key[:2] + key[-1:]
    squares = once("pair-squares", where, lambda: aligned(asked.original, asked.altered, crop=asked.crop))
    pair = PicturePair(asked.original, asked.altered, squares, asked.stated)
    path = remembered("pair-path", key, lambda: pair.path(guide, target=guide.class_index(asked.towards)))
    return pair, path


def _inspect(pair: PicturePair, path: EnhancementPath, asked: _Asked) -> None:
    """Draw both pictures and the verdict, then the tab that is open and the files."""
    key, at = asked.key(path.guide), place()
    question = Question(path.guide.class_index(asked.towards), ())
    second = another_guide(path.guide, class_name=asked.towards)
    job: ScheduledJob[InspectedPair] = job_for(
        _JOB, key, lambda: pair.inspected(path, question, second=second), total=len(path.frames) + 1
    )
    for _ in values_of(_JOB, job, at=at, what=_WHAT):
        pass
    found = job.latest
    if not ended(_JOB, job, at=at, what=_WHAT) or found is None:
        return
    verdict, pictures = st.columns([2, 3], gap="large")  # the verdict first, on a phone too
    with verdict:
        st.subheader("Can you trust this change?")
        unlike = remembered("pair-novelty", key, lambda: novelty_of(path.guide, path.frames[0].images[0]))
        draw_verdict(found.risk, path, st.empty(), novelty=unlike)
        for note in found.notes:
            st.caption(plain(note))
    with pictures:
        show_pictures([_shown(path, step=0, words=_ORIGINAL), _shown(path, step=1, words=_SEEN)])
    _tabs(key, found, towards=asked.towards)
    with st.container():
        report = found.report_with(known_maps(key, path, epsilon=path.step))
        files_row(report, stem=f"{pair.altered.name.rpartition('.')[0] or 'pair'}_inspected", when="pair")


def _tabs(key: Key, found: InspectedPair, *, towards: str) -> None:
    path, epsilon = found.photograph.path, found.epsilon
    change, maps, opinions, numbers = st.tabs(list(_TABS), key="pair-tab", on_change="rerun")
    if change.open:
        with change:
            if found.findings.ledger is not None:
                draw_ledger(found.findings.ledger, current=1, size=path.guide.input_size)
            change_panel(key, path, epsilon=epsilon, caption=_ALTERED)
    if maps.open:
        with maps:
            attribution_panel(key, path, epsilon=epsilon, towards=towards)
            contrast_panel(key, path, epsilon=epsilon)
    if opinions.open:
        with opinions:
            opinions_panel(key, path, epsilon=epsilon, towards=towards)
            neighbours_panel(key, path, epsilon=epsilon, towards=towards)
    if numbers.open:
        with numbers:
            draw_lights(found.risk)


def _shown(path: EnhancementPath, *, step: int, words: str) -> HeatmapPicture:
    pixels = to_8_bit(path.frames[step].images[0].cpu().numpy()).transpose(1, 2, 0)
    return HeatmapPicture(pixels, alt=words, caption=words)
