"""From the start page to a tab of Inspect with the keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from lwise_core.images.codec import encode_png
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.records.store import Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer
from tests.browser.acts import at_rest, seen, until
from tests.browser.test_lesson import noise

MOST_STOPS = 150  # more than there are on any page
FOCUSED = """all => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return all.includes(focused);
}"""

HAS_FOCUS = "() => ![null, document.body].includes(document.activeElement)"


def tab_to(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Press ``key`` until the first of ``wanted``, or another of them, has the focus."""
    expect(wanted.first).to_be_visible()
    for _ in range(MOST_STOPS):
        if wanted.evaluate_all(FOCUSED):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is not reached by {key}")


def test_the_way_from_the_start_to_a_tab_of_inspect_needs_no_mouse(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    expect(page.get_by_role("heading", name="What brings you here?")).to_be_visible()
    expect(page.get_by_role("slider").first).to_be_visible()  # the gallery's script is there
    at_rest(page)
    tab_to(page, page.get_by_role("button", name="Open this one", exact=True))
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider", name="ε: how much may change")
    expect(slider).to_be_enabled()
    expect(seen(page, "Download, at ε")).to_be_visible()
    at_rest(page)
    expect(page.get_by_role("heading", level=1)).to_be_focused()  # the button that was pressed is gone
    before = int(slider.input_value())
    tab_to(page, slider)
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value(str(before + 1))
    expect(page).to_have_url(re.compile(f"step={before + 1}"))  # the page has heard of it
    at_rest(page)
    tab_to(page, page.get_by_role("link", name="Inspect", exact=True), key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h4")).to_be_visible()  # the verdict
    expect(page).to_have_url(re.compile(f"step={before + 1}"))
    at_rest(page)
    tab_to(page, page.get_by_role("tab", name="Change", exact=True))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Attributions")).to_have_attribute("aria-selected", "true")


def test_from_a_ranking_to_its_lesson_the_focus_is_never_lost(page: Page, studio_url: str, tmp_path: Path) -> None:
    for name, seed in (("barred roundtail", 1), ("spotted forktail", 2)):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        (folder / "1.png").write_bytes(encode_png(noise(seed)))
    page.goto(f"{studio_url}/rank?guide=phantom4-64")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "photos")
    rank = page.get_by_role("button", name="Rank 2 files")
    expect(rank).to_be_enabled()
    at_rest(page)
    tab_to(page, rank)
    page.keyboard.press("Enter")
    make = page.get_by_role("button", name="Make the lesson")
    expect(make).to_be_visible()
    at_rest(page)
    until(page, HAS_FOCUS)  # the button that was pressed is gone with the files
    tab_to(page, make)
    page.keyboard.press("Enter")
    handed_out = page.get_by_role("button", name="Slide show (zip)")
    expect(handed_out).to_be_visible()
    at_rest(page)
    until(page, HAS_FOCUS)
    tab_to(page, handed_out)


def test_where_a_card_led_to_inspect_the_keyboard_goes_on_from_the_heading(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    expect(page.get_by_role("heading", name="More to slide")).to_be_visible()
    expect(page.get_by_role("slider").first).to_be_visible()  # the gallery's script is there
    at_rest(page)
    page.get_by_role("button", name="Inspect it", exact=True).first.press("Enter")
    expect(page.get_by_role("heading", name="Can you trust this change?")).to_be_visible()
    expect(page.get_by_role("heading", name="Inspect", exact=True, level=1)).to_be_focused()


def expect_ringed(one: Locator) -> None:
    expect(one).to_be_focused()
    expect(one).to_have_css("outline-style", "solid")
    expect(one).to_have_css("outline-width", "3px")


def test_links_and_tabs_that_have_the_focus_are_ringed(page: Page, studio_url: str) -> None:
    page.goto(f"{studio_url}/curriculum")
    expect(page.get_by_role("heading", name="Curriculum", level=1)).to_be_visible()
    at_rest(page)
    inspect = page.get_by_role("link", name="Inspect", exact=True)
    tab_to(page, inspect)
    expect_ringed(inspect)
    page.goto(studio_url)
    expect(page.get_by_role("heading", name="What brings you here?")).to_be_visible()
    at_rest(page)
    door = page.get_by_role("link", name="1. Sort a folder of photographs from easy to hard")
    tab_to(page, door)
    expect_ringed(door)
    page.goto(f"{studio_url}/inspection?sample=cat&guide=animals16-64")
    expect(page.locator("h4")).to_be_visible()  # the verdict
    at_rest(page)
    tab = page.get_by_role("tab", name="Change", exact=True)
    tab_to(page, tab)
    expect_ringed(tab)


def test_from_attributions_to_the_report_by_keyboard(page: Page, studio_url: str) -> None:
    page.goto(f"{studio_url}/inspection?sample=cat&guide=animals16-64")
    expect(page.locator("h4")).to_be_visible()  # the verdict
    at_rest(page)
    change = page.get_by_role("tab", name="Change", exact=True)
    tab_to(page, change)
    page.keyboard.press("ArrowRight")
    attributions = page.get_by_role("tab", name="Attributions")
    expect_ringed(attributions)
    expect(attributions).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Saliency", exact=True).last).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    at_rest(page)  # every map is computed
    expect_ringed(attributions)  # what came took the focus from nobody
    report = page.get_by_role("button", name="Report (HTML)")
    tab_to(page, report)
    expect_in_a_ring(report)
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".html")
    at_rest(page)
    until(page, HAS_FOCUS)
    page.keyboard.press("Shift+Tab")  # no trap: the way leads back too
    expect(report).not_to_be_focused()
    until(page, HAS_FOCUS)


def test_a_learner_enrols_answers_and_ends_by_keyboard_and_never_loses_the_focus(
    page: Page, studio_url: str, home: Path, unhurried_pairs: Course
) -> None:
    page.goto(f"{studio_url}/learn?course={unhurried_pairs.digest}")
    code = page.get_by_role("textbox", name="Your code")
    tab_to(page, code)
    expect_in_a_ring(code.locator("xpath=ancestor::*[@data-testid='stTextInputRootElement']"))
    page.keyboard.type("keys-only")
    agreed = page.get_by_role("checkbox", name="I have read this")
    tab_to(page, agreed)
    page.keyboard.press("Space")
    expect(agreed).to_be_checked()
    expect_in_a_ring(agreed.locator("xpath=ancestor::label"))
    begin = page.get_by_role("button", name="Begin")
    tab_to(page, begin)
    expect_in_a_ring(begin)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Start")).to_be_focused()  # nobody looks for it
    page.keyboard.press("Enter")
    stage = page.get_by_role("group", name="Trial", exact=True)
    expect(stage).to_be_focused()
    left = page.get_by_role("button", name="On the left")
    expect(left).to_be_enabled()
    tab_to(page, left)
    page.keyboard.press("Enter")
    sure = page.get_by_role("button", name="I guessed")
    expect(sure).to_be_visible()
    expect(stage).to_be_focused()  # the button that was pressed is gone
    tab_to(page, sure)
    page.keyboard.press("Enter")
    expect(sure).to_be_hidden()
    expect(stage).to_be_focused()
    with Records.open(url=address(home=home)) as records:
        sitting, token = CourseServer(CourseLibrary(home / "courses"), records), page.url.partition("sitting=")[2]
        while trials := sitting.coming(token).trials:
            onset = 5000.0 * trials[0].number
            sitting.take(token, Answer(trials[0].number, trials[0].side, 900.0, onset, onset, sureness=3))
    page.reload()
    expect(page.get_by_role("heading", name="Every picture again")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Done"))


def expect_in_a_ring(one: Locator) -> None:
    expect(one).to_have_css("outline-style", "solid")
    expect(one).to_have_css("outline-width", "3px")
