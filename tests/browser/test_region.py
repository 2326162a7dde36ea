"""The region that is painted: by mouse and by keyboard, with the brush, by pieces, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

SIDE = 20


@pytest.fixture
def stage(page: Page, serve: Callable[[Path], str]) -> Locator:
    page.goto(serve(Path(__file__).parent / "apps" / "region_app.py"))
    stage = page.get_by_role("application", name="Region that may change")
    expect(stage).to_be_visible()
    expect_held(page, "0")
    return stage


def expect_held(page: Page, words: str) -> None:
    expect(page.get_by_text("held")).to_contain_text(f"held {words}")


def at(stage: Locator, column: float, row: float) -> tuple[float, float]:
    box = stage.bounding_box()
    assert box
    return box["x"] + (column + 0.5) / SIDE * box["width"], box["y"] + (row + 0.5) / SIDE * box["height"]


def test_a_stroke_of_the_brush_has_no_gap_and_clear_takes_it_back(page: Page, stage: Locator) -> None:
    page.locator(".size").fill("1")
    page.mouse.move(*at(stage, 3, 4))
    page.mouse.down()
    page.mouse.move(*at(stage, 12, 4))
    page.mouse.up()
    expect_held(page, "10 columns 3 to 12 rows 4 to 4")
    page.get_by_role("button", name="Clear").click()
    expect_held(page, "0")


def test_a_piece_is_painted_and_taken_back_whole(page: Page, stage: Locator) -> None:
    page.get_by_label("Superpixels").check()
    page.mouse.click(*at(stage, 15, 2))
    expect_held(page, "200 columns 10 to 19 rows 0 to 19")
    page.mouse.click(*at(stage, 12, 18))
    expect_held(page, "0")


def test_the_keyboard_alone_paints_and_erases(page: Page, stage: Locator) -> None:
    page.locator(".size").fill("1")
    stage.focus()
    for key in ("ArrowLeft", "ArrowUp", "Space", "Shift+ArrowDown", "Space"):
        page.keyboard.press(key)
    expect_held(page, "2 columns 9 to 9 rows 9 to 17")
    page.get_by_label("Eraser").check()
    stage.focus()
    page.keyboard.press("Space")
    expect_held(page, "1 columns 9 to 9 rows 9 to 9")
    expect(page.locator(".painter [role=status]")).to_contain_text("Column 9, row 17: stays.")
