"""A course sat in the real app: from the door to stored answers, through a reload in the middle."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lwise_core.teaching.courses.course import Course, write_course
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.records.store import Records, address
from tests.browser.acts import until


@pytest.fixture
def records(home: Path, course: Course) -> Iterator[Records]:
    if not (home / "courses" / "phantom").exists():
        shutil.copytree(course.folder, home / "courses" / "phantom")
    with Records.open(url=address(home=home)) as opened:
        yield opened


def begin(page: Page, url: str, *, code: str, query: str = "") -> None:
    page.goto(f"{url}/learn{query}")
    page.get_by_role("textbox", name="Your code").fill(code)
    page.get_by_text("I have read this").click()
    page.get_by_role("button", name="Begin").click()


def answer(page: Page, *, number: int) -> None:
    """Answer trial ``number``, counted from 1, by the second button's key, and go on."""
    expect(page.get_by_text(f"Picture {number} of")).to_be_visible()
    expect(page.get_by_role("button", name="Eris")).to_be_enabled()
    while page.get_by_text("Space bar, click or tap").is_hidden():  # keys do not count during the lockout
        page.keyboard.press("2")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    page.keyboard.press("Space")


def test_a_course_is_sat_and_a_reload_goes_on_with_the_very_next_trial(
    page: Page, studio_url: str, records: Records, course: Course
) -> None:
    begin(page, studio_url, code="browser-1")
    expect(page.get_by_text(f"0 of {total(course)} done")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    for number in (1, 2, 3):
        answer(page, number=number)
    expect(page.get_by_text("Picture 4 of")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"3 of {total(course)} done")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    answer(page, number=4)
    expect(page.get_by_text("Picture 5 of")).to_be_visible()
    (sitting,) = (s for s in records.sittings(course=course.digest) if s.participant == "browser-1")
    stored = records.answers(token=sitting.token)
    assert [r.trial for r in stored] == list(course.trials(sitting.slot)[:4])
    assert all(r.answer.reaction_ms and r.answer.reaction_ms >= course.design.timing.lockout_ms for r in stored)


@pytest.mark.parametrize(("width", "height"), [(720, 450), (390, 844)])
def test_a_trial_is_whole_between_header_and_footer_on_a_phone_and_at_twice_the_size(
    page: Page, studio_url: str, records: Records, course: Course, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    begin(page, studio_url, code=f"browser-{width}")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Eris")).to_be_visible()
    header, footer = page.get_by_test_id("stHeader").bounding_box(), page.get_by_test_id("stBottom").bounding_box()
    stage = page.locator(".stage").bounding_box()
    assert header
    assert footer
    assert stage
    assert header["y"] + header["height"] <= stage["y"]
    assert stage["y"] + stage["height"] <= footer["y"]
    for button in page.locator(".stage .choice").all():
        words = button.locator("span").last
        assert float(words.evaluate("w => parseFloat(getComputedStyle(w).fontSize)")) >= 12
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [s.participant for s in records.sittings(course=course.digest)].count(f"browser-{width}") == 1


def test_on_a_phone_the_kinds_are_shown_from_their_heading_on(
    page: Page, studio_url: str, home: Path, records: Records, course: Course
) -> None:
    folder = home / "courses" / "introduced"
    if not folder.exists():
        shutil.copytree(course.folder, folder)
    design = replace(course.design, name="Introduced", examples=3)
    shown = write_course(folder, replace(course.manifest, design=design))
    page.set_viewport_size({"width": 390, "height": 844})
    begin(page, studio_url, code="browser-phone", query=f"?course={shown.digest}")
    expect(page.get_by_role("heading", name="These are the kinds")).to_be_in_viewport()
    until(page, "() => document.querySelector('[data-testid=stMain]').scrollTop === 0")
    assert [s.participant for s in records.sittings(course=shown.digest)] == ["browser-phone"]
    page.get_by_role("button", name="Begin with the first picture").click()
    expect(page.get_by_role("button", name="Start")).to_be_in_viewport()
    until(page, "() => document.querySelector('[data-testid=stMain]').scrollTop === 0")
    shutil.rmtree(folder)


def test_a_code_that_is_taken_is_refused_with_a_sentence(page: Page, studio_url: str, records: Records) -> None:
    begin(page, studio_url, code="browser-2")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    begin(page, studio_url, code="browser-2")
    expect(page.get_by_text("Somebody has the code “browser-2”")).to_be_visible()
    assert len({s.participant for s in records.sittings(course=records.courses()[0].digest)}) >= 1
