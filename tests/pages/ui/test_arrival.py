"""What is opened is told to the browser before the page is drawn: as another place than what stood there."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.ui import arrival


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places that the browser was told of."""
    told: list[str] = []

    def arrive(*, key: str, data: dict[str, Any]) -> None:
        assert key in {"arrival", "arrival-sought"}
        told.append(data["place"] if key == "arrival" else f"{data['place']}: {data['sought']}")

    monkeypatch.setattr(arrival, "_ARRIVAL", arrive)
    return told


def app() -> None:
    """Draw a page with two buttons, of which one opens something."""
    import streamlit as st

    from pages.parts.ui.arrival import begin_at_the_top, was_opened

    begin_at_the_top("Studio")
    st.button("Open", on_click=was_opened)
    st.button("Other")


def test_only_what_opens_something_is_another_place(places: list[str]) -> None:
    at = AppTest.from_function(app).run()
    at.button[1].click().run()
    at.button[0].click().run()
    at.button[1].click().run()
    assert not at.exception
    assert places == ["Studio 0", "Studio 0", "Studio 1", "Studio 1"]


def seeking() -> None:
    """Draw a page with two parts, of which one can be sought."""
    import streamlit as st

    from pages.parts.ui.arrival import begin_at_the_top, seek, show_sought

    begin_at_the_top("Rank")
    st.button("Seek", on_click=seek, args=("second",))
    show_sought("first", "second")
    show_sought("elsewhere")


def test_a_part_that_is_sought_is_told_with_how_often_anything_was(places: list[str]) -> None:
    at = AppTest.from_function(seeking).run()
    at.button[0].click().run()
    at.button[0].click().run()
    assert not at.exception
    sought = ["None", "{'part': 'second', 'times': 1}", "{'part': 'second', 'times': 2}"]
    assert places == [line for one in sought for line in ("Rank 0", f"Rank 0: {one}", "Rank 0: None")]
