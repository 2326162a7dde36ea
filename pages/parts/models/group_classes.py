"""Groups of a guide's classes: a CSV, or the paper's own groups, make a further guide of this session."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.class_groups import (
    IMAGENET_ANIMALS,
    MAX_CLASS_GROUPS_BYTES,
    ClassGroups,
    imagenet_animals,
    read_class_groups,
)
from lwise_core.guides.class_lists import IMAGENET_CLASSES
from lwise_core.guides.grouped_guide import grouped
from lwise_core.guides.guide import GuideModel
from pages.parts.models.use_guide import announce, announced, use_guide
from pages.parts.session.guides import add_session_guide, load_guide
from pages.parts.session.uploads import let_go
from pages.parts.ui.notices import notice
from pages.parts.ui.upload_limit import megabytes

_READ = "groups_read"
_GROUPED = "classes_grouped"


def use_or_group(name: str, *, classes: int | None) -> None:
    """Draw the ways from the guide called ``name`` to the Studio and to a guide of groups of its classes.

    ``classes`` is how many it has, None where that is not known, 0 where they are groups already.
    """
    with st.container(horizontal=True):
        use_guide(name, key="use")
        if classes != 0:
            _group(name, classes)
    with st.container():  # always there: what comes after a notice that goes would lose its place in the page
        announced(where=name)


def _group(name: str, classes: int | None) -> None:
    key = f"grouping-{name}"
    if st.session_state.get(_GROUPED) == name:  # the popover would hide what is said of the new guide below it
        del st.session_state[_GROUPED]
        st.session_state[key] = False
    with st.popover("Group its classes", key=key, on_change="rerun"):
        st.markdown(
            "A CSV says which of its classes count as which of your own: a column “group”, and “class”, “index” or, "
            "for ImageNet's classes, “wnid”. The logit of a group is the highest of its members'; classes without a "
            "group are dropped."
        )
        upload = st.file_uploader(
            "Groups (CSV)", type="csv", max_upload_size=megabytes(MAX_CLASS_GROUPS_BYTES), key=f"groups-{name}"
        )
        if upload is not None and upload.file_id != st.session_state.get(_READ):
            content, called = upload.getvalue(), upload.name.rpartition(".")[0]
            st.session_state[_READ] = upload.file_id
            let_go(upload)
            _add(name, lambda guide: read_class_groups(content, name=called, classes=guide.classes))
        if classes in (None, IMAGENET_CLASSES) and st.button(
            "ImageNet Animals: the paper's sixteen groups", key=f"{IMAGENET_ANIMALS}-{name}"
        ):
            _add(name, lambda guide: imagenet_animals(guide.classes))


def _add(name: str, groups_of: Callable[[GuideModel], ClassGroups]) -> None:
    """Add the guide of groups to this session, or say why that cannot be."""
    try:
        with st.spinner("Grouping the classes …"):
            guide = load_guide(name)
            made = grouped(guide, groups_of(guide))
            add_session_guide(made)
    except LWiseError as error:
        notice("error", str(error))
        return
    announce(made.name, where=name)
    st.session_state[_GROUPED] = name
    st.rerun()
