"""Photographs onto the desk: upload, samples, and the choice among those that lie there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lwise_core.data.samples import SAMPLES, Sample, photograph_of, sample
from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.images.codec import MAX_BYTES, ImageRejected, preview
from lwise_core.images.file_checks import list_of_formats
from pages.parts.session.case import Case, desk, keep, put
from pages.parts.session.decoding import open_upload
from pages.parts.session.guides import available_guides
from pages.parts.session.jobs import once
from pages.parts.session.memory import MemoryFull
from pages.parts.session.uploads import let_go
from pages.parts.ui.arrival import was_opened
from pages.parts.ui.notices import notice
from pages.parts.ui.upload_limit import megabytes

_TAKEN = "uploads_taken"
_REJECTED = "uploads_rejected"
_CARD = 480
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")


def intake(*, guide: str) -> None:
    """Draw the uploader and what became of the last upload. New photographs are judged by ``guide``.

    The uploader must keep its key, and the page its place for it: what is dropped while another file is taken would be
    lost with an uploader that goes.
    """
    uploads = st.file_uploader(
        "Upload photographs",
        accept_multiple_files=True,
        max_upload_size=megabytes(MAX_BYTES),
        key="photographs",
        help=f"{list_of_formats()}, each of less than 40 megapixels. They stay in this session's memory; this program "
        "never writes them to disk.",
    )
    taken: frozenset[str] = st.session_state.get(_TAKEN, frozenset())
    fresh = [upload for upload in uploads if upload.file_id not in taken]
    if fresh:
        _take(fresh, guide=guide)
        st.session_state[_TAKEN] = taken | {upload.file_id for upload in fresh}
        for upload in fresh:
            let_go(upload)
        st.rerun()
    rejected: tuple[str, ...] = st.session_state.get(_REJECTED, ())
    if rejected:
        notice("error", " ".join(rejected))
        st.button("Understood", on_click=st.session_state.pop, args=(_REJECTED,))


def offer_samples(guide: GuideModel) -> None:
    """Draw what an empty desk offers beside the uploader: beside a medical guide no animals, but what was drawn."""
    medical, phantom = guide.domain is Domain.MEDICAL, sample("phantom")
    if not medical or phantom is None or phantom.guide not in available_guides():
        st.markdown("##### Or start with a sample")
        _sample_cards(SAMPLES, guide=guide.name)
        return
    st.markdown(
        "Put a picture here of which you know the diagnosis and which you may show, and say what it is before the "
        "guide does. No picture of a patient comes with this program."
    )
    st.markdown("##### Or begin with a drawn creature")
    _sample_cards((phantom,), guide=phantom.guide)


def _sample_cards(samples: Sequence[Sample], *, guide: str) -> None:
    """Draw ``samples`` for a person who is here for the first time: picture, story, and a way in."""
    columns = st.columns(len(SAMPLES), gap="medium")
    for column, chosen in zip(columns, samples, strict=False):
        with column.container(border=True, height="stretch"):
            picture, words = st.columns([2, 3], gap="medium")
            picture.image(once(f"card-{chosen.key}", chosen, partial(_card, chosen)), alt=chosen.title, width="stretch")
            with words:
                st.markdown(f"**{chosen.title}**")
                st.markdown(chosen.story)
                _sample_button(chosen, label="Open this one", guide=guide)
            st.caption(chosen.credit)


def _card(chosen: Sample) -> bytes:
    return preview(chosen.crop.of(photograph_of(chosen).pixels), longest=_CARD)


def sample_buttons(*, guide: str) -> None:
    """Draw the samples as buttons, for a person who knows them."""
    with st.container(horizontal=True):
        for chosen in SAMPLES:
            _sample_button(chosen, label=chosen.title, guide=guide)


def open_sample(chosen: Sample, *, guide: str) -> None:
    """Put a sample on the desk, with its own crop and class."""
    st.session_state.pop(_REJECTED, None)  # they go on with something else
    put(Case.new(photograph_of(chosen), guide=guide, sample=chosen))


def _take(uploads: list[UploadedFile], *, guide: str) -> None:
    rejected = []
    first = len(desk().cases)
    for upload in uploads:
        if upload.name.lower().endswith(_ARCHIVES):
            rejected.append(f"“{upload.name}” is an archive: the Rank page takes a zip of many photographs.")
            continue
        try:
            photograph = open_upload(upload.getvalue(), name=upload.name)
        except ImageRejected as error:
            rejected.append(str(error))
            continue
        try:
            put(Case.new(photograph, guide=guide))
        except MemoryFull as error:
            rejected.append(f"“{photograph.name}” is left out. {error}")
            break  # the others would be, too
    now = desk()
    if len(now.cases) > first == 0:
        was_opened()
    if len(now.cases) > first:
        keep(now.turned_to(first))
    st.session_state[_REJECTED] = tuple(rejected)


def _sample_button(chosen: Sample, *, label: str, guide: str) -> None:
    st.button(
        label,
        key=f"sample-{chosen.key}",
        on_click=_open,
        args=(chosen, guide),
        help=chosen.credit,
    )


def _open(chosen: Sample, guide: str) -> None:
    open_sample(chosen, guide=guide)
    was_opened()


def chooser() -> None:
    """Draw the choice among the photographs on the desk, where there are several."""
    now = desk()
    if len(now.cases) < 2:
        return
    names = [case.photograph.name for case in now.cases]
    index = st.selectbox(
        "Photograph on the desk",
        range(len(names)),
        index=now.current,
        format_func=lambda i: f"{i + 1}. {names[i]}",
        key=f"chooser-{len(names)}-{now.current}",
    )
    st.button("Take it off the desk", on_click=lambda: keep(desk().without_current()))
    if index is not None and index != now.current:
        keep(now.turned_to(index))
        st.rerun()
