"""Other guides for the photograph: where the page's guide does not know its class and another one does."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lwise_core._utils.class_names import SOMETHING_ELSE, canonical
from lwise_core.enhancement.export import StatedBy
from lwise_core.guides.guide import GuideModel
from pages.parts.session.case import Case, desk, put
from pages.parts.session.guides import classes_elsewhere, guides_that_know
from pages.parts.ui.notices import plain

_MOST = 3


def offer_guides(case: Case, guide: GuideModel) -> None:
    """Draw a button for each fit guide that knows the stated class of ``case``, where ``guide`` does not.

    Where the photograph shows something else, the person may first say what, in the classes of all other guides.
    """
    with st.container():  # always there, so that what follows keeps its place in the page
        if case.stated == SOMETHING_ELSE:
            named = _named(case, guide)
        else:
            named = case.stated if case.stated_for(guide) is None else None
        if named is not None:
            _buttons(case, guide, class_name=named)


def _named(case: Case, guide: GuideModel) -> str | None:
    """Draw the choice among the classes that other guides know and ``guide`` does not, and return what was chosen."""
    known = {canonical(name) for name in guide.classes}
    names = {canonical(name): name for name in classes_elsewhere() if canonical(name) not in known}
    if not names:
        return None
    return st.selectbox(
        "What else? Another guide may know it",
        sorted(names.values(), key=str.casefold),
        index=None,
        placeholder="Type a name …",
        key=f"elsewhere-{case.token}-{guide.name}",
    )


def _buttons(case: Case, guide: GuideModel, *, class_name: str) -> None:
    knowing = [name for name in guides_that_know((class_name,)) if name != guide.name]
    for name in knowing[:_MOST]:
        st.button(
            f"Use {plain(name)}, which knows {plain(class_name)}",
            key=f"use-{name}-{case.token}",
            on_click=_use,
            args=(name, class_name),
        )


def _use(name: str, class_name: str) -> None:
    """Put the case on top in front of the guide called ``name``, as ``class_name``."""
    case = desk().case
    if case is None:
        return
    # Who names something else's class has stated it; a sample's own record, or what was stated before, stays as it is.
    named = case.stated == SOMETHING_ELSE
    stated_by = StatedBy.PERSON if named else case.stated_by
    stated = class_name if named else case.stated
    put(replace(case, guide=name, step=None, towards=None, stated=stated, stated_by=stated_by))
