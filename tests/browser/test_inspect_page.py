"""The Inspect page in the real app: lights, maps, and a report that needs nothing but itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.acts import PICTURES_HAVE_COME, at_rest, expect_to_fit, until
from tests.browser.conftest import patient

_COMPUTED_MS = 150_000  # lights and maps, on a machine that may be busy


def inspect_sample(page: Page, url: str) -> None:
    page.goto(f"{url}/inspection?sample=cat")
    expect(page.get_by_role("heading", name="Inspect", exact=True)).to_be_visible()
    expect(page.locator("h4")).to_be_visible(timeout=_COMPUTED_MS)  # the verdict


def test_a_report_of_the_sample_opens_without_the_server(
    page: Page, browser: Browser, studio_url: str, tmp_path: Path
) -> None:
    inspect_sample(page, studio_url)
    page.get_by_role("tab", name="Attributions").click()
    expect(page.get_by_text("Saliency", exact=True).last).to_be_visible(timeout=_COMPUTED_MS)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=_COMPUTED_MS)
    at_rest(page)  # every map is computed, and the report is the one with all of them
    report = page.get_by_role("button", name="Report (HTML)")
    said = page.locator("[data-testid=stMain]").inner_text()
    assert any(state in said.lower() for state in ("no flag", "flagged", "cannot judge"))
    assert "nan" not in said.lower().split()

    with page.expect_download() as waiting:
        report.click()
    file = tmp_path / "report.html"
    waiting.value.save_as(file)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Every number (JSON)").click()
    json.loads(Path(waiting.value.path()).read_text(), parse_constant=refused)
    opens_by_itself(browser, file)


def refused(constant: str) -> None:
    raise AssertionError(f"{constant} is no number")


def opens_by_itself(browser: Browser, file: Path) -> None:
    """Open a report from the disk: it asks nobody for anything, and every picture is there."""
    asked: list[str] = []
    with patient(browser.new_context()) as context:
        alone = context.new_page()
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(file.as_uri())
        expect(alone.get_by_text("not for diagnosis").first).to_be_visible()
        assert alone.evaluate("document.images.length") > 3
        until(alone, PICTURES_HAVE_COME)
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


def test_inspect_needs_no_more_than_a_narrow_screen(page: Page, studio_url: str) -> None:
    inspect_sample(page, studio_url)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("heading", name="Can you trust this change?")).to_be_visible()
    expect_to_fit(page, width=390)


def test_picture_verdict_and_layer_stand_on_the_first_screen(page: Page, studio_url: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    inspect_sample(page, studio_url)
    expect(page.locator(".viewer[data-position]")).to_be_visible()
    at_rest(page)  # nothing moves any more
    seen = [page.locator(".viewer .altered canvas.altered"), page.locator("h4"), page.locator(".viewer .epsilon")]
    for one in seen:
        expect(one).to_be_visible()  # the verdict can be there before the pictures have arrived
        box = one.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 900 - 40  # above the line at the bottom
    page.locator("[data-testid=stButtonGroup] button", has_text="Lighter and darker").click()
    layer = page.locator("canvas.layer")
    expect(layer).to_be_visible()
    page.get_by_role("slider", name="Opacity of the layer").press("Home")
    expect(layer).to_have_css("opacity", "0")


def test_why_stands_on_the_first_screen_and_within_one_swipe_of_a_phone(page: Page, studio_url: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    inspect_sample(page, studio_url)
    why = page.get_by_text(re.compile("Why: Before the change the guide saw .* of house cat"))
    expect(why).to_be_visible()
    expect(page.locator(".viewer[data-position]")).to_be_visible()
    at_rest(page)
    box = why.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900 - 40
    page.get_by_role("button", name="Show where").click()
    expect(page.locator("canvas.layer")).to_be_visible()
    page.get_by_role("button", name="Take it off the picture").click()
    expect(page.locator("canvas.layer")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect_to_fit(page, width=390)
    box = why.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 2 * 844


def test_on_a_phone_the_verdict_stands_above_the_picture_and_beside_it_on_a_wide_screen(
    page: Page, studio_url: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    inspect_sample(page, studio_url)
    picture, verdict = page.locator(".viewer .altered canvas.altered"), page.locator("h4")
    expect(picture).to_be_visible()
    at_rest(page)
    said, shown, why = (one.bounding_box() for one in (verdict, picture, page.get_by_text("Why: ")))
    assert said is not None
    assert shown is not None
    assert why is not None
    assert said["y"] + said["height"] < shown["y"] < 844 * 2 / 3
    assert why["y"] > shown["y"]  # all else is below
    page.set_viewport_size({"width": 1440, "height": 900})
    expect_to_fit(page, width=1440)
    said, shown = verdict.bounding_box(), picture.bounding_box()
    assert said is not None
    assert shown is not None
    assert said["x"] > shown["x"] + shown["width"]


def test_what_the_gallery_opens_begins_at_its_top(page: Page, studio_url: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    for button, title in (("Open this one", "L-WISE Studio"), ("Inspect it", "Inspect")):
        page.goto(f"{studio_url}/")
        last = page.get_by_role("button", name=button).last
        expect(last).to_be_visible()
        at_rest(page)
        last.scroll_into_view_if_needed()
        until(page, "() => document.querySelector('[data-testid=stMain]').scrollTop > 300")
        last.click()
        heading = page.get_by_role("heading", name=title, exact=True)
        expect(page.locator("h4, .viewer[data-position]").first).to_be_visible(timeout=_COMPUTED_MS)
        expect(heading).to_be_in_viewport()
        until(page, "() => document.querySelector('[data-testid=stMain]').scrollTop === 0")
