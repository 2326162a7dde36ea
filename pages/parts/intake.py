"""Photographs onto the desk: upload, samples, and the choice among those that lie there."""

from __future__ import annotations

import streamlit as st

from lwise_core.images import MAX_BYTES, ImageRejected, open_photograph
from lwise_core.samples import SAMPLES, Sample, photograph_of
from pages.parts.case import Case, desk, keep, put

_UPLOADS = "uploads_taken"
_REJECTED = "uploads_rejected"


def intake(*, guide: str) -> None:
    """Draw the uploader, the samples and what lies on the desk. New photographs are judged by ``guide``."""
    taken = st.session_state.setdefault(_UPLOADS, 0)
    # The uploader gets a new key after each batch: it then forgets its files, and their bytes do not stay in memory.
    uploads = st.file_uploader(
        "Upload photographs",
        accept_multiple_files=True,
        key=f"uploader-{taken}",
        help=f"PNG, JPEG, WebP, TIFF, BMP or GIF, each under {MAX_BYTES / 1e6:.0f} MB and 40 megapixels. "
        "They stay in this session's memory and are never written to disk.",
    )
    if uploads:
        _take(uploads, guide=guide)
        st.session_state[_UPLOADS] = taken + 1
        st.rerun()
    for sentence in st.session_state.get(_REJECTED, ()):
        st.error(sentence)
    _samples(guide=guide)
    _chooser()


def open_sample(chosen: Sample, *, guide: str) -> None:
    """Put a sample on the desk, with its own crop and class."""
    put(Case.new(photograph_of(chosen), guide=guide, sample=chosen))


def _take(uploads: list, *, guide: str) -> None:  # type: ignore[type-arg]  # Streamlit's UploadedFile, not public
    rejected = []
    for upload in uploads:
        try:
            photograph = open_photograph(upload.getvalue(), name=upload.name)
        except ImageRejected as error:
            rejected.append(str(error))
        else:
            put(Case.new(photograph, guide=guide))
    st.session_state[_REJECTED] = tuple(rejected)


def _samples(*, guide: str) -> None:
    columns = st.columns(len(SAMPLES))
    for column, chosen in zip(columns, SAMPLES, strict=True):
        column.button(
            chosen.title,
            key=f"sample-{chosen.key}",
            on_click=open_sample,
            args=(chosen,),
            kwargs={"guide": guide},
            width="stretch",
            help=chosen.credit,
        )


def _chooser() -> None:
    now = desk()
    if len(now.cases) < 2:
        return
    names = [case.photograph.name for case in now.cases]
    columns = st.columns([4, 1], vertical_alignment="bottom")
    index = columns[0].selectbox(
        "Photograph on the desk",
        range(len(names)),
        index=now.current,
        format_func=lambda i: f"{i + 1}. {names[i]}",
        key=f"chooser-{len(names)}-{now.current}",
    )
    columns[1].button("Remove", on_click=lambda: keep(desk().without_current()), help="Take it off the desk.")
    if index is not None and index != now.current:
        keep(now.turned_to(index))
        st.rerun()
