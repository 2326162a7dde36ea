"""What a component tells after it is gone is no error, and changes nothing."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

HEARERS = (
    ("pages.parts.picture.viewer", "_hear_step", ()),
    ("pages.parts.picture.viewer", "_hear_missing", ()),
    ("pages.parts.picture.cropper", "_hear", ()),
    ("pages.parts.picture.region_painter", "_hear", ()),
    ("pages.parts.ui.component_state", "keep_told", ("done",)),
)


def _heard(module: str, name: str, more: tuple[str, ...]) -> None:
    from importlib import import_module

    getattr(import_module(module), name)("gone", *more)


@pytest.mark.parametrize("state", [None, {}], ids=["the component is gone", "it told nothing of this kind"])
@pytest.mark.parametrize(("module", "name", "more"), HEARERS)
def test_what_comes_from_a_component_that_is_gone_changes_nothing(
    module: str, name: str, more: tuple[str, ...], state: dict[str, object] | None
) -> None:
    at = AppTest.from_function(_heard, args=(module, name, more))
    if state is not None:
        at.session_state["gone"] = state
    at.run()
    assert not at.exception, at.exception
    assert "gone-heard" not in at.session_state
    assert "gone-done" not in at.session_state
    assert "gone-painted" not in at.session_state


def _told() -> None:
    import streamlit as st

    from pages.parts.ui.component_state import told_by

    st.text(told_by("there", "step"))


def test_what_a_component_told_is_heard() -> None:
    at = AppTest.from_function(_told)
    at.session_state["there"] = {"step": 7}
    assert at.run().text[0].value == "7"


def _kept() -> None:
    import streamlit as st

    from pages.parts.ui.component_state import keep_told, kept_of

    keep_told("there", "step")
    st.text(kept_of("there", "step"))


def test_what_a_component_told_is_kept_when_it_tells_nothing_more() -> None:
    at = AppTest.from_function(_kept)
    assert at.run().text[0].value == "None"
    at.session_state["there"] = {"step": 7}
    assert at.run().text[0].value == "7"
    at.session_state["there"] = {}
    assert at.run().text[0].value == "7"
