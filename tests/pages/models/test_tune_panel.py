"""Tuning a guide on the Models page, run without a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core.guides import catalog
from lwise_core.guides.guide import Domain
from lwise_core.training.tuning import TuningProgress, tune
from pages.parts.models import tune_panel
from pages.parts.models.lines import line_of_entry
from pages.parts.session.access import ALLOW_PATHS, TEACHER
from tests.support.app_runs import settled
from tests.support.calibrations import labelled_folder
from tests.support.picture_sets import zip_of
from tests.support.tuning import SMALL, toys_and_guide


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(catalog, "BUNDLED", tmp_path / "bundled")
    monkeypatch.delenv(ALLOW_PATHS, raising=False)
    monkeypatch.setenv(TEACHER, "a word of the teacher's")
    monkeypatch.setattr(tune_panel, "TuningRecipe", lambda **_: replace(SMALL, few=10))  # one part is held out
    toys_and_guide(tmp_path)
    return tmp_path


def panel() -> None:
    from pages.parts.models.tune_panel import tune_panel

    tune_panel()


def opened(*, teacher: bool = True) -> AppTest:
    at = AppTest.from_function(panel, default_timeout=120)
    if teacher:
        at.session_state["teacher"] = time.monotonic()  # as if the word had been said just now
    at.run()
    return settled(at.toggle[0].set_value(True).run())


def said(at: AppTest) -> str:
    elements = [*at.markdown, *at.caption, *at.info, *at.warning, *at.error, *at.success]
    return "\n".join(e.value for e in elements).replace("\\", "")


def press(at: AppTest, label: str) -> AppTest:
    (button,) = (b for b in at.button if b.label == label)
    return settled(button.click().run())


def with_toys(at: AppTest, place: Path) -> AppTest:
    """Hand over the zip of the toys, and answer what is asked."""
    data = zip_of(place / "toys", place / "toys.zip").read_bytes()
    at.file_uploader[0].set_value(("toys.zip", data, "application/zip"))
    at = settled(at.run())
    at.radio(key="tune-domain").set_value(Domain.NATURAL)
    return settled(at.run())


def named(at: AppTest, name: str) -> AppTest:
    at.text_input(key="tune-name").set_value(name)
    return settled(at.run())


def test_a_zip_becomes_a_guide_that_is_chosen_with_one_click_even_after_a_stop(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Event()

    def held_up(*asked: Any) -> Iterator[TuningProgress]:  # noqa: ANN401  what tune takes
        steps = tune(*asked)
        yield next(steps)
        gate.wait()
        yield from steps

    at = with_toys(opened(), place)
    assert "40 pictures of 2 classes." in said(at)
    assert at.dataframe[0].value["Missing"].tolist() == [0, 0]
    assert "pets: 16 px; by its features alone it tells" in said(at)
    for taken, sentence in (("pets", "There is already a guide “pets”"), ("../mine", "cannot be called “../mine”")):
        at = named(at, taken)
        assert sentence in said(at)
        assert "Tune" not in [b.label for b in at.button]
    at = named(at, "mine")
    assert "Takes about **" in said(at)
    assert "is not known beforehand" in said(at)
    with monkeypatch.context() as patch:
        patch.setattr(tune_panel, "tune", held_up)
        (start,) = (b for b in at.button if b.label == "Tune")
        start.click().run()
        while not any("Reading: picture 1 of 40" in e.proto.text for e in at.get("progress")):
            at.run()
        assert at.text_input(key="tune-name").disabled
        (stop,) = (b for b in at.button if b.label == "Stop")
        stop.click()
        gate.set()
        at = settled(at.run())
    assert "Tuning: stopped." in said(at)
    at = press(press(at, "Go on"), "Go on tuning")
    assert "“mine” is among the guides on this page, tuned by you on 32 pictures." in said(at)
    assert "Use it in the Studio" in [b.label for b in at.button]
    (mine,) = (entry for entry in catalog.entries() if entry.name == "mine")
    assert catalog.fitness_of_entry(mine).sentence in said(at)
    assert "tuned by you on 32 pictures" in line_of_entry(mine)
    assert not list((place / "home" / "tuning").iterdir())


def test_too_few_pictures_are_said_with_the_number_that_is_missing(place: Path) -> None:
    at = opened()
    data = zip_of(labelled_folder(place / "few", {"newt": 3, "frog": 20}), place / "few.zip").read_bytes()
    at.file_uploader[0].set_value(("few.zip", data, "application/zip"))
    at = settled(at.run())
    assert "missing are: “newt” 17" in said(at)
    assert at.dataframe[0].value["Missing"].tolist() == [0, 17]
    assert list(at.radio) == []


def test_a_visitor_tunes_nothing_and_names_no_path(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_PATHS, "1")
    at = opened(teacher=False)
    assert "whoever runs it tunes guides" in said(at)
    assert (list(at.file_uploader), list(at.text_input)) == ([], [])
    assert place.is_dir()


def test_a_folder_of_the_server_is_read_anew_whenever_the_page_is(place: Path) -> None:
    at = opened()
    at.text_input[0].set_value(str(place / "nowhere")).run()
    assert "There is no folder, archive or CSV" in said(at)
    root = labelled_folder(place / "pond", {"newt": 19, "frog": 20})
    at.text_input[0].set_value(str(root)).run()
    assert "missing are: “newt” 1" in said(at)
    (root / "newt" / "more.png").write_bytes((root / "newt" / "000.png").read_bytes())
    at = settled(at.run())
    assert "missing are" not in said(at)
    assert "What they show decides" in said(at)


def test_what_was_begun_can_be_taken_away(place: Path) -> None:
    (place / "home" / "tuning" / "old" / "run").mkdir(parents=True)
    at = opened()
    assert "“old” was begun and is not complete" in said(at)
    at = press(at, "Remove it")
    assert "was begun" not in said(at)
    assert not (place / "home" / "tuning" / "old").exists()
