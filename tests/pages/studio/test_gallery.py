"""The start page's gallery: there before any guide, and every card leads where its buttons say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core.data.gallery import PAINTED, gallery_samples, stored_pairs
from lwise_core.data.samples import sample
from pages.parts.session.case import Case
from pages.parts.session.guides import ASKED
from pages.parts.studio.doors import medical_guide

MAIN = Path(__file__).parents[3] / "pages" / "main.py"


@pytest.fixture
def at() -> Iterator[AppTest]:
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.session_state[ASKED] = "animals16-64"
    yield app.run()
    assert not app.exception, app.exception
    clear_session_resource_cache("test session id")


def on_top(at: AppTest) -> Case:
    case = at.session_state["desk"].desk.case
    assert isinstance(case, Case)
    return case


def test_every_pair_has_its_card_with_its_licence(at: AppTest) -> None:
    keys = {b.key for b in at.button}
    captions = {c.value for c in at.caption}
    for key, shown in gallery_samples().items():
        assert {f"sample-{key}", f"inspect-{key}"} <= keys
        assert shown.credit in captions


def test_the_drawn_creature_opens_with_the_guide_that_knows_it(at: AppTest) -> None:
    at.button(key="sample-phantom").click().run()
    assert on_top(at).guide == "phantom4-64"
    assert on_top(at).stated == "barred forktail"


def test_the_third_door_opens_the_drawn_creature_for_who_has_no_picture_to_show(at: AppTest) -> None:
    at.button(key="door-phantom").click().run()
    assert on_top(at).guide == "phantom4-64"
    assert on_top(at).sample == sample("phantom")


def test_the_third_door_leads_to_inspect_with_the_medical_guide_and_what_was_drawn(at: AppTest) -> None:
    at.button(key="door-inspect").click().run()
    assert at.title[0].value == "Inspect"
    guide = next(s for s in at.selectbox if s.label == "Guide model")
    assert guide.value == medical_guide()
    assert {b.key for b in at.button if str(b.key).startswith("sample-")} == {"sample-phantom"}
    at.button(key="sample-phantom").click().run()
    assert on_top(at).guide == "phantom4-64"
    assert on_top(at).sample == sample("phantom")


def test_a_card_opens_at_the_change_at_which_its_slider_stands(at: AppTest) -> None:
    at.session_state["pair-gecko-step"] = 28
    at.button(key="sample-gecko").click().run()
    assert on_top(at).step == 28


@pytest.mark.parametrize("key", list(PAINTED))
def test_what_is_painted_opens_painted_by_the_same_guide_and_where_it_is_seen_best(at: AppTest, key: str) -> None:
    at.button(key=f"sample-{key}").click().run()
    pair, case = stored_pairs()[key], on_top(at)
    assert (case.guide, case.towards, case.step) == (pair.guide, PAINTED[key], pair.changes[-1].step)
    assert case.sample == gallery_samples()[key]


def test_a_change_towards_another_class_is_headed_as_such(at: AppTest) -> None:
    at.button(key="sample-cat-dog").click().run()
    headings = [s.value for s in at.subheader]
    assert "What makes it look more like “dog”" in headings
    assert "What would make it easier" not in headings
