"""Calibrating a guide on the Models page, run without a browser."""

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
from lwise_core.guides.calibration import calibrated
from lwise_core.guides.guide import GuideModel
from lwise_core.training.calibrating import CalibrationProgress, calibrate
from pages.parts.models import calibrate_panel
from pages.parts.models.lines import line_of_entry, line_of_session
from pages.parts.session import calibrations, guides
from pages.parts.session.access import ALLOW_PATHS, OPEN_SECONDS, TEACHER
from pages.parts.session.calibrations import laid_over
from pages.parts.session.guides import SESSION_GUIDES, load_guide
from tests.conftest import guide_of, tiny_network
from tests.guides.test_catalog import put_guide
from tests.support.app_runs import settled
from tests.support.calibrations import calibration_for, labelled_folder
from tests.support.picture_sets import zip_of

PETS = {"set/cat": 20, "set/dog": 20, "set/train/dog": 2}


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(ALLOW_PATHS, raising=False)
    monkeypatch.setenv(TEACHER, "a word of the teacher's")
    put_guide(tmp_path / "home" / "models", "pets")
    return tmp_path


def panel() -> None:
    from pages.parts.models.calibrate_panel import calibrate_panel

    calibrate_panel("pets")


def opened(*, teacher: bool = True, own: GuideModel | None = None) -> AppTest:
    at = AppTest.from_function(panel, default_timeout=60)
    if teacher:
        at.session_state["teacher"] = time.monotonic()  # as if the word had been said just now
    if own is not None:
        at.session_state[SESSION_GUIDES] = {"pets": own}
    at.run()
    return settled(at.toggle[0].set_value(True).run())


def said(at: AppTest) -> str:
    elements = [*at.markdown, *at.caption, *at.info, *at.warning, *at.error]
    return "\n".join(e.value for e in elements).replace("\\", "")


def press(at: AppTest, label: str) -> AppTest:
    (button,) = (b for b in at.button if b.label == label)
    return settled(button.click().run())


def with_zip(at: AppTest, home: Path, folders: dict[str, int]) -> AppTest:
    data = zip_of(labelled_folder(home / "photos", folders), home / "photos.zip").read_bytes()
    at.file_uploader[0].set_value(("photos.zip", data, "application/zip"))
    return settled(at.run())


def calibration() -> object:
    return next(entry.calibration for entry in catalog.entries() if entry.name == "pets")


def test_a_zip_gives_the_guide_references_that_everybody_reads(home: Path) -> None:
    at = with_zip(opened(), home, PETS)
    assert "40 pictures of 2 classes. 2 pictures were left out: their split is called “train”" in said(at)
    assert "Takes about" in said(at)
    assert "Local evidence cannot be judged: a class needs 100 pictures of other classes, and 80 are" in said(at)
    assert "that takes 200 pictures, and 160 are missing" in said(at)
    assert [(c.label.split()[0], c.disabled) for c in at.checkbox[1:]] == [
        ("Local", True),
        ("What", True),
        ("The", True),
    ]
    assert "limits of the light about artefacts cannot be found: that takes 119 pictures, and 79 are missing" in said(
        at
    )
    at = press(at, "Calibrate")
    assert "Calibrated on 40 pictures of “photos”" in said(at)
    assert "every fourth picture measures accuracy (10), and the others give references (30)" in said(at)
    assert "It does not allow yet: a percentile of difficulty (30 references of a class)" in said(at)
    guide = catalog.load("pets")
    assert {c: guide.references.count(c) for c in guide.classes} == {"cat": 15, "dog": 15}
    assert calibration() is not None
    at = press(at, "Remove the calibration")
    assert "Not calibrated" in said(at)
    assert calibration() is None


def test_a_page_that_was_left_open_takes_no_calibration_away_once_the_half_hour_is_over(home: Path) -> None:
    at = press(with_zip(opened(), home, PETS), "Calibrate")
    at.session_state["teacher"] = time.monotonic() - OPEN_SECONDS - 1
    at = press(at, "Remove the calibration")
    assert calibration() is not None
    assert "Remove the calibration" not in [b.label for b in at.button]


def test_what_is_stopped_goes_on_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Event()

    def held_up(*asked: Any, **how: Any) -> Iterator[CalibrationProgress]:  # noqa: ANN401  what calibrate takes
        steps = calibrate(*asked, **how)
        yield next(steps)
        gate.wait()
        yield from steps

    at = with_zip(opened(), home, PETS)
    with monkeypatch.context() as patch:
        patch.setattr(calibrate_panel, "calibrate", held_up)
        (start,) = (b for b in at.button if b.label == "Calibrate")
        start.click().run()
        while not any("16 of 40 pictures scored" in e.proto.text for e in at.get("progress")):
            at.run()
        (stop,) = (b for b in at.button if b.label == "Stop")
        stop.click()
        gate.set()
        at = settled(at.run())
    assert "Calibrating: stopped." in said(at)
    assert calibration() is None
    at = press(press(at, "Go on"), "Calibrate")
    assert "Calibrated on 40 pictures of “photos”" in said(at)


def test_quick_gives_references_alone(home: Path) -> None:
    at = with_zip(opened(), home, PETS)
    (choice,) = at.radio
    choice.set_value(choice.options[0]).run()
    assert "All 40 pictures gave references, so no accuracy was measured." in said(press(at, "Calibrate"))


def test_a_folder_of_another_name_is_left_out_only_when_that_was_said(home: Path) -> None:
    at = with_zip(opened(), home, {"set/cat": 2, "set/newt": 1})
    assert "No class is called “newt”" in said(at)
    assert "Calibrate" not in [b.label for b in at.button]
    at.checkbox[0].check().run()
    assert "2 pictures of 1 class. 1 picture was left out: their folders stand for no class." in said(at)


def test_a_visitor_changes_nothing_that_others_read(home: Path) -> None:
    catalog.here().calibrations.keep(calibration_for(catalog.load("pets"), {"cat": 30}))
    at = opened(teacher=False)
    assert "whoever runs it calibrates its guides" in said(at)
    assert "Calibrated on 1,234 pictures of “pond”" in said(at)
    assert list(at.button) == []
    assert list(at.file_uploader) == []
    assert home.is_dir()


def test_a_visitor_calibrates_a_guide_of_their_own_for_the_session_alone(home: Path) -> None:
    own = guide_of(tiny_network(classes=2), classes=2)
    at = opened(teacher=False, own=own)
    assert list(at.text_input) == []
    at = press(with_zip(at, home, {"set/a": 4, "set/b": 4}), "Calibrate")
    assert "Calibrated on 8 pictures of “photos”" in said(at)
    assert "every fourth picture measures accuracy (2), and the others give references (6)" in said(at)
    assert catalog.here().calibrations.all() == ()
    assert at.session_state[SESSION_GUIDES]["pets"] is own
    at = press(at, "Remove the calibration")
    assert "Not calibrated" in said(at)


def test_everything_that_loads_a_guide_of_the_session_s_own_gets_its_calibration(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = guide_of(tiny_network(classes=2), classes=2)
    monkeypatch.setattr(calibrations, "is_teacher", lambda: True)
    monkeypatch.setattr(guides, "session_guides", lambda: {"pets": own})
    assert load_guide("pets") is own
    catalog.here().calibrations.keep(calibration_for(own, {"a": 3}))
    assert load_guide("pets").references.count("a") == 3
    assert laid_over(own).provenance.calibrated is not None
    assert home.is_dir()


def test_a_path_is_taken_where_that_is_allowed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = labelled_folder(home / "pond", {"cat": 3, "dog": 3})
    visitor = opened(teacher=False, own=catalog.load("pets"))
    assert list(visitor.text_input) == []
    monkeypatch.setenv(ALLOW_PATHS, "1")
    assert len(visitor.run().text_input) == 1
    monkeypatch.delenv(ALLOW_PATHS)
    at = opened()  # whoever said the word may name paths
    at.text_input[0].set_value(str(home / "nowhere")).run()
    assert "There is no folder, archive or CSV" in said(at)
    at.text_input[0].set_value(str(root)).run()
    assert "Calibrated on 6 pictures of “pond”" in said(press(settled(at), "Calibrate"))


def test_what_is_no_zip_is_refused(home: Path) -> None:
    at = opened()
    at.file_uploader[0].set_value(("x.zip", b"no zip", "application/zip"))
    assert "“x.zip” is not a zip" in said(at.run())
    assert home.is_dir()


def test_the_line_of_a_guide_says_that_it_was_calibrated(home: Path) -> None:
    (pets,) = (entry for entry in catalog.entries() if entry.name == "pets")
    assert "calibrated" not in line_of_entry(pets)
    found = calibration_for(catalog.load("pets"), {"cat": 30})
    assert "calibrated on 1,234 pictures" in line_of_entry(replace(pets, calibration=found)).replace("\\", "")
    assert "too few" not in line_of_entry(replace(pets, calibration=found))
    few = replace(found, references={"cat": (0.0,) * 29})
    assert "too few pictures for a difficulty" in line_of_entry(replace(pets, calibration=few))
    own = calibrated(catalog.load("pets"), found)
    assert "accuracy not measured" not in line_of_session(own)
    assert "calibrated on 1,234 pictures" in line_of_session(own).replace("\\", "")
    assert home.is_dir()
