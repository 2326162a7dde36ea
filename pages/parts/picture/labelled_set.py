"""Labelled pictures of a person's own, taken on a page: a zip, or a path on the server for whoever may name one."""

from __future__ import annotations

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.batch.named_files import files_in_zip
from lwise_core.data.entries import PictureSet
from lwise_core.data.picture_sets import LAYOUTS, picture_set
from pages.parts.session.access import paths_offered
from pages.parts.session.decoding import open_upload
from pages.parts.session.jobs import once
from pages.parts.ui.notices import notice


def labelled_set(what_for: str, name: str = "") -> tuple[str, PictureSet] | None:
    """Take a set of labelled pictures, and return it with what tells it from another; None until there is one.

    ``what_for`` and ``name`` tell the fields of one panel from those of others.
    """
    return _uploaded(what_for, name) or (_on_the_server(what_for, name) if paths_offered() else None)


def _uploaded(what_for: str, name: str) -> tuple[str, PictureSet] | None:
    upload = st.file_uploader("A zip of the folder", type=["zip"], key=f"{what_for}-zip-{name}")
    if upload is None:
        return None
    data = upload.getvalue()
    try:
        return upload.file_id, once(
            f"{what_for}-zip",
            upload.file_id,
            lambda: files_in_zip(data, called=upload.name, open_file=open_upload).pictures,
        )
    except LWiseError as error:
        notice("error", str(error))
        return None


def _on_the_server(what_for: str, name: str) -> tuple[str, PictureSet] | None:
    path = st.text_input("Or the folder's path on this machine", help=LAYOUTS, key=f"{what_for}-path-{name}").strip()
    if not path:
        return None
    try:
        return path, picture_set(path)
    except LWiseError as error:
        notice("error", str(error))
        return None
