"""Maps that stand on one page: they zoom together, and what is pointed at in one is read from all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect


def test_all_maps_of_a_page_zoom_and_point_together(page: Page, serve: Callable[[Path], str]) -> None:
    page.goto(serve(Path(__file__).parent / "apps" / "maps_app.py"))
    windows, zooms, readings = page.locator(".window"), page.locator(".zoom"), page.locator(".pixel")
    expect(windows).to_have_count(4)
    windows.nth(0).focus()
    for key in ("+", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(zooms).to_have_text(["1.5×", "1.5×"])
    expect(readings.nth(0)).to_have_text("Column 2, row 2: one +10, two +20.")
    expect(readings.nth(1)).to_have_text("Column 2, row 2: one −10, two −20.")
    expect(page.locator(".cross:visible")).to_have_count(4)
    page.get_by_role("button", name="Whole maps").nth(1).click()
    expect(zooms).to_have_text(["1×", "1×"])
