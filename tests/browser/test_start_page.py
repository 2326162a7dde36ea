"""The first minute: what the first screen holds, what the tour leaves in sight, and addresses as people type them."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from pages.parts.studio.tour import STEPS
from tests.browser.acts import at_rest, until

DESK, PHONE = (1440, 900), (390, 844)
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def bounds(one: Locator) -> FloatRect:
    box = one.bounding_box()
    assert box is not None
    return box


def opened(page: Page, url: str, size: tuple[int, int]) -> Locator:
    """Open the start page on a screen of ``size`` and return the slider of its first pair, once it can be moved."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(url)
    slider = page.get_by_role("slider", name="A tree frog")
    expect(slider).to_be_enabled()
    expect(page.get_by_text("Upload", exact=True)).to_be_visible()
    at_rest(page)
    return slider


@SIZES
def test_the_first_screen_holds_the_upload_and_a_slider_that_answers(
    page: Page, studio_url: str, size: tuple[int, int]
) -> None:
    slider = opened(page, studio_url, size)
    line = bounds(page.locator("[data-testid=stBottom]"))["y"]
    for one in (page.get_by_text("Upload", exact=True), slider):
        assert bounds(one)["y"] + bounds(one)["height"] < line
    if size == DESK:  # whose pictures they are is there at once, too
        credit = page.get_by_text("LiquidGhoul").first
        assert bounds(credit)["y"] + bounds(credit)["height"] < line
    words = page.locator(".pair .words").first
    before = words.inner_text()
    slider.press("ArrowRight")
    expect(words).not_to_have_text(before)


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("?sample=cat&guide=animals16-128", "Download, at ε"),
        ("inspection?sample=cat&guide=animals16-128&towards=dog&step=36", "Was the evidence there?"),
    ],
    ids=["studio", "inspect"],
)
def test_no_row_of_figures_is_cut_by_the_line_at_the_bottom(
    page: Page, studio_url: str, address: str, whole: str
) -> None:
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.goto(f"{studio_url}/{address}")
    expect(page.get_by_text(whole).first).to_be_attached()
    expect(page.locator(".viewer[data-position]")).to_be_visible()
    at_rest(page)
    line = bounds(page.locator("[data-testid=stBottom]"))["y"]
    figures = page.locator(".viewer > .readings dd").all()
    assert len(figures) == 3
    for one in figures:
        assert bounds(one)["y"] + bounds(one)["height"] < line


def test_how_far_to_trust_it_stands_above_the_pictures_and_inspect_is_one_click_away(
    page: Page, studio_url: str
) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{studio_url}/?sample=cat&guide=animals16-128")
    expect(page.get_by_text("Download, at ε")).to_be_visible()
    at_rest(page)
    trust = page.get_by_text("The guide already saw house cat")
    assert bounds(trust)["y"] < bounds(page.locator("canvas.altered"))["y"]
    page.get_by_role("link", name="Inspect it").click()
    expect(page.get_by_role("heading", level=1, name="Inspect")).to_be_visible()


@SIZES
def test_the_tour_leaves_in_sight_what_it_speaks_of_and_gives_the_focus_back_at_every_step(
    page: Page, studio_url: str, size: tuple[int, int]
) -> None:
    slider = opened(page, studio_url, size)
    way_in, tour = page.get_by_role("button", name="tour"), page.get_by_role("dialog")
    for step in range(1, len(STEPS) + 1):
        way_in.focus()
        page.keyboard.press("Enter")
        if step > 1:
            expect(tour.get_by_text(f"Step {step - 1} of {len(STEPS)}")).to_be_visible()
            tour.get_by_role("button", name="Next").click()
        expect(tour.get_by_text(f"Step {step} of {len(STEPS)}")).to_be_visible()
        at_rest(page)
        seen, over = bounds(slider), bounds(tour)
        assert 60 < seen["y"] < seen["y"] + seen["height"] < over["y"]
        assert over["y"] + over["height"] <= size[1]
        page.keyboard.press("Escape")
        expect(tour).to_have_count(0)
        expect(way_in).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "heading"),
    [("Inspect", "Inspect"), ("Rank", "Rank"), ("Studio/", "L-WISE Studio"), ("guides", "Guide models")],
)
def test_an_address_as_people_type_it_leads_to_its_page(page: Page, studio_url: str, typed: str, heading: str) -> None:
    page.goto(f"{studio_url}/{typed}")
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_address_that_is_none_says_so_and_offers_the_page_that_may_be_meant(page: Page, studio_url: str) -> None:
    page.goto(f"{studio_url}/Inspecct")
    expect(page.get_by_text("There is no page called “Inspecct”")).to_be_visible()
    at_rest(page)
    page.get_by_role("link", name="Is Inspect meant?").click()
    expect(page.get_by_role("heading", level=1, name="Inspect")).to_be_visible()
    until(page, "() => location.pathname === '/inspection' && !location.search.includes('asked')")
