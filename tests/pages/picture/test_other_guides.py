"""The wrong guide for a photograph: who knows its class is one click away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lwise_core._utils.class_names import SOMETHING_ELSE
from lwise_core.enhancement.export import StatedBy
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides import catalog
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop
from pages.parts.session.case import Case, Desk, KeptDesk

ANIMALS = catalog.load("animals16-64")
GREY = Photograph("grey.png", np.full((40, 40, 3), 128, np.uint8), "0" * 64)
CASE = Case(CroppedPhotograph(GREY, Crop(0, 0, 40)), ANIMALS.name, stated_by=StatedBy.PERSON)


def shown(stated: str | None, *, stated_by: StatedBy = StatedBy.PERSON) -> AppTest:
    """Return the part of the page for a photograph that was said to show ``stated``."""

    def page() -> None:
        import streamlit as st

        from lwise_core.guides import catalog
        from pages.parts.picture.other_guides import offer_guides
        from pages.parts.session.case import desk

        case = desk().case
        assert case is not None
        st.caption(f"guide {case.guide}, {case.stated}, by {case.stated_by}")
        offer_guides(case, catalog.load("animals16-64"))

    at = AppTest.from_function(page, default_timeout=60)
    case = replace(CASE, stated=stated, stated_by=stated_by, step=3, towards="dog")
    at.session_state["desk"] = KeptDesk(Desk((case,)))
    at.run()
    assert not at.exception, at.exception
    return at


def on_top(at: AppTest) -> Case:
    desk: Desk = at.session_state["desk"].desk
    assert desk.case is not None
    return desk.case


def labels(at: AppTest) -> list[str]:
    return [b.label.replace("\\", "") for b in at.button]


@pytest.mark.parametrize("stated", [None, "house cat", "House-Cat"])
def test_a_guide_that_knows_the_class_or_none_named_needs_no_other(stated: str | None) -> None:
    at = shown(stated)
    assert not at.button
    assert not at.selectbox


def test_every_fit_guide_that_knows_the_class_is_a_button_and_one_click_is_enough() -> None:
    at = shown("Monarch", stated_by=StatedBy.SAMPLE)
    assert labels(at) == ["Use butterflies-128, which knows Monarch", "Use mimics4-128, which knows Monarch"]
    at.button[1].click().run()
    case = on_top(at)
    assert (case.guide, case.stated, case.stated_by) == ("mimics4-128", "Monarch", StatedBy.SAMPLE)
    assert (case.step, case.towards) == (None, None)


def test_guides_that_are_unfit_are_not_offered() -> None:
    at = shown("automobile")
    assert labels(at) == ["Use cifar10-32, which knows automobile"]  # and neither its plain nor its random twin


def test_what_something_else_is_can_be_said_in_the_classes_of_other_guides() -> None:
    at = shown(SOMETHING_ELSE)
    names = at.selectbox[0].options
    assert "melanoma" in names
    assert "house cat" not in names
    assert not at.button
    at.selectbox[0].set_value("viceroy").run()
    at.button[0].click().run()
    case = on_top(at)
    assert (case.guide, case.stated, case.stated_by) == ("butterflies-128", "viceroy", StatedBy.PERSON)


def test_a_class_that_nobody_knows_brings_no_button() -> None:
    at = shown("a teapot")
    assert not at.button
    assert not at.selectbox
