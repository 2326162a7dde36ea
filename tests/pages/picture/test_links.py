"""What the address names: never a picture that is no longer the one on the page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from pages.parts.session.case import Case

CAT = SAMPLES[0]


def page() -> None:
    import streamlit as st

    from pages.parts.picture.links import drop_stale_link

    drop_stale_link(st.session_state["case"])


@pytest.mark.parametrize(("own", "stays"), [(CAT, True), (SAMPLES[1], False), (None, False)])
def test_another_pictures_link_does_not_stay_in_the_address(own: object, stays: bool) -> None:
    at = AppTest.from_function(page)
    at.query_params["sample"] = CAT.key
    at.query_params["step"] = "3"
    sample = next((s for s in SAMPLES if s is own), None)
    at.session_state["case"] = Case.new(photograph_of(CAT), guide="x", sample=sample)
    at.run()
    assert not at.exception
    assert bool(at.query_params) == stays
