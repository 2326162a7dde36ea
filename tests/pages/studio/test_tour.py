"""The tour: every step forwards and back, left and gone on with, and from the beginning after its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.studio.tour import STEPS

PAGES = Path(__file__).parents[3] / "pages"


def page() -> None:
    from pages.parts.studio.tour import tour_button

    tour_button()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # the other pages are not there
    at = AppTest.from_function(page, default_timeout=60).run()
    assert [b.label for b in at.button] == ["Take the two-minute tour"]
    return at.button(key="tour").click().run()


def heading(at: AppTest) -> str:
    assert not at.exception, at.exception
    return str(at.markdown[0].value).strip("*")


def test_every_step_is_shown_and_the_way_back_is_open(at: AppTest) -> None:
    seen = [heading(at)]
    assert at.button(key="tour-back").disabled
    for _ in STEPS[1:]:
        at.button(key="tour-next").click().run()
        seen.append(heading(at))
    assert seen == [step.heading for step in STEPS]
    at.button(key="tour-back").click().run()
    assert heading(at) == STEPS[-2].heading


def test_what_was_left_goes_on_and_what_is_over_begins_anew(at: AppTest) -> None:
    at.button(key="tour-next").click().run()
    at.button(key="tour-leave").click().run()
    assert [b.label for b in at.button] == [f"Go on with the tour (2 of {len(STEPS)})"]
    at.button(key="tour").click().run()
    assert heading(at) == STEPS[1].heading
    for _ in STEPS[2:]:
        at.button(key="tour-next").click().run()
    at.button(key="tour-done").click().run()
    assert [b.label for b in at.button] == ["Take the two-minute tour"]


def test_the_pages_that_it_leads_to_are_there() -> None:
    assert all((PAGES / step.page).is_file() for step in STEPS if step.page)
