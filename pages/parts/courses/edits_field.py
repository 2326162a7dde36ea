"""Where the pictures are that an expert edited, for the group that is taught with them."""

from __future__ import annotations

import streamlit as st

from lwise_core.data.archives import ZipInMemory
from lwise_core.data.entries import Labels
from lwise_core.data.picture_sets import picture_set
from lwise_core.teaching.courses.course import Design
from lwise_core.teaching.courses.edited_pictures import EditedPictures
from lwise_core.teaching.design.schedules import Group
from pages.parts.session.access import paths_offered
from pages.parts.session.decoding import open_upload


def edits_field(design: Design) -> EditedPictures | None:
    """Draw the field and return the edited pictures; None where no group needs them, or none were given.

    Raises:
        DatasetError: There is nothing at the path, or it is no set of pictures.
    """
    if Group.EXPERT not in design.slots:
        return None
    st.caption(
        "Edited pictures are found by the file names of their originals and laid upon them; one that shows something "
        "else is left out with its original, and said."
    )
    if paths_offered():
        path = st.text_input("Folder or zip of the edited pictures", key="course-edits").strip()
        if path:
            return EditedPictures(picture_set(path, labels=Labels.GUIDE))
    zipped = st.file_uploader("Zip of the edited pictures", type=["zip"], key="course-edits-zip")
    if zipped is None:
        return None
    return EditedPictures(ZipInMemory(zipped.getvalue(), zipped.name, open_upload))
