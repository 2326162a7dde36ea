"""The square on the photograph: by mouse, finger and keyboard, and who wins when server and person disagree."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.acts import expect_to_fit, hold_the_rest, rest, until
from tests.browser.conftest import patient

ASSETS = Path(__file__).parents[2] / "assets"
WIDTH, HEIGHT, SMALLEST = 1200, 800, 64
WHOLE = (200, 0, 800)
GOOD = (600, 300, 320)


@pytest.fixture
def url(serve: Callable[[Path], str]) -> str:
    return serve(Path(__file__).parent / "apps" / "cropper_app.py")


@pytest.fixture
def square(page: Page, url: str) -> Locator:
    page.goto(url)
    square = page.get_by_role("slider", name="Region that the guide sees")
    expect(square).to_be_visible()
    expect_held(page, WHOLE)
    return square


def held_by_server(page: Page) -> tuple[int, int, int, int]:
    words = page.get_by_text("held").inner_text().split()
    return int(words[1]), int(words[2]), int(words[3]), int(words[5])


def expect_held(page: Page, crop: tuple[int, int, int]) -> None:
    expect(page.get_by_text("held")).to_contain_text("held {} {} {} run".format(*crop))


def on_screen(square: Locator) -> tuple[float, float, float]:
    """Return left, top and side of the drawn square in photograph pixels."""
    box, stage = square.bounding_box(), square.locator("xpath=..").bounding_box()
    assert box
    assert stage
    scale = WIDTH / stage["width"]
    return (box["x"] - stage["x"]) * scale, (box["y"] - stage["y"]) * scale, box["width"] * scale


def expect_drawn(square: Locator, crop: tuple[int, int, int]) -> None:
    left, top, side = crop
    words = re.compile(f"^{side} pixels wide, {left} from the left and {top} from the top")
    expect(square).to_have_attribute("aria-valuetext", words)
    assert on_screen(square) == pytest.approx(crop, abs=2.5)


def drag(page: Page, start: tuple[float, float], by: tuple[float, float], *, let_go: bool = True) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    page.mouse.move(start[0] + by[0], start[1] + by[1])
    if let_go:
        page.mouse.up()


def centre(square: Locator) -> tuple[float, float]:
    box = square.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def corner(square: Locator, *, x: int, y: int) -> tuple[float, float]:
    box = square.bounding_box()
    assert box
    return box["x"] + (box["width"] - 6 if x > 0 else 6), box["y"] + (box["height"] - 6 if y > 0 else 6)


def screen_pixels(square: Locator, photograph_pixels: float) -> float:
    stage = square.locator("xpath=..").bounding_box()
    assert stage
    return photograph_pixels * stage["width"] / WIDTH


def test_dragging_moves_it_and_tells_the_server_once(page: Page, square: Locator) -> None:
    before = held_by_server(page)[3]
    drag(page, centre(square), (screen_pixels(square, -120), 0), let_go=False)
    expect_drawn(square, (80, 0, 800))
    assert held_by_server(page) == (*WHOLE, before)  # nothing is told while the button is down
    page.mouse.up()
    expect(page.get_by_text("held")).to_have_text(f"held 80 0 800 run {before + 1}")


def test_it_stays_inside_the_photograph(page: Page, square: Locator) -> None:
    drag(page, centre(square), (900, 500), let_go=False)
    expect_drawn(square, (400, 0, 800))
    page.mouse.up()
    expect_held(page, (400, 0, 800))
    expect_drawn(square, (400, 0, 800))


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(1, 1, (200, 0, 500)), (-1, -1, (500, 300, 500)), (1, -1, (200, 300, 500)), (-1, 1, (500, 0, 500))],
)
def test_a_corner_sizes_it_and_the_opposite_corner_stays(
    page: Page, square: Locator, x: int, y: int, expected: tuple[int, int, int]
) -> None:
    inwards = screen_pixels(square, 300)
    drag(page, corner(square, x=x, y=y), (-x * inwards, -y * inwards))
    expect(square).not_to_have_attribute("aria-valuenow", "800")
    expect(page.get_by_text("held")).not_to_contain_text("held 200 0 800 ")
    assert held_by_server(page)[:3] == pytest.approx(expected, abs=3)


def test_it_never_gets_smaller_than_allowed(page: Page, square: Locator) -> None:
    drag(page, corner(square, x=1, y=1), (-2000, -2000))
    expect_held(page, (200, 0, SMALLEST))


def test_arrows_move_it_and_shift_moves_it_further(page: Page, square: Locator) -> None:
    hold_the_rest(page)
    square.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    rest(page)
    expect_held(page, (200 + 2 * 4 + 40, 0, 800))  # 0.5% and 5% of the shorter side
    assert held_by_server(page)[3] == 2  # three presses, one message


def test_plus_and_minus_size_it_about_its_middle(page: Page, square: Locator) -> None:
    square.focus()
    page.keyboard.press("Shift+_")
    expect_held(page, (240, 40, 720))
    page.keyboard.press("+")
    expect_held(page, (236, 36, 728))


def test_leaving_it_by_tab_tells_the_server_at_once(page: Page, square: Locator) -> None:
    square.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+Tab")
    expect_held(page, (196, 0, 800))


def test_the_server_can_move_it(page: Page, square: Locator) -> None:
    page.get_by_role("button", name="Good crop").click()
    expect_held(page, GOOD)
    expect_drawn(square, GOOD)


def test_the_servers_value_counts_again_after_a_drag_and_the_drag_does_not_come_back(
    page: Page, square: Locator
) -> None:
    drag(page, centre(square), (screen_pixels(square, -120), 0))
    expect_held(page, (80, 0, 800))
    page.get_by_role("button", name="Reset").click()
    expect_held(page, WHOLE)
    page.get_by_role("button", name="Nothing").click()
    expect(page.get_by_text("held")).to_have_text("held 200 0 800 run 4")
    expect_drawn(square, WHOLE)


def test_the_same_drag_counts_twice(page: Page, square: Locator) -> None:
    for _ in range(2):
        drag(page, centre(square), (screen_pixels(square, -120), 0))
        expect_held(page, (80, 0, 800))
        page.get_by_role("button", name="Reset").click()
        expect_held(page, WHOLE)
        expect_drawn(square, WHOLE)


def test_a_rerun_leaves_it_where_it_is(page: Page, square: Locator) -> None:
    drag(page, centre(square), (screen_pixels(square, 90), 0))
    expect_held(page, (290, 0, 800))
    page.get_by_role("button", name="Nothing").click()
    expect(page.get_by_text("held")).to_have_text("held 290 0 800 run 3")
    expect_drawn(square, (290, 0, 800))


def test_a_click_outside_brings_it_there(page: Page, square: Locator) -> None:
    page.get_by_role("button", name="Good crop").click()
    expect_held(page, GOOD)
    expect_drawn(square, GOOD)
    square.locator("xpath=..").click(position={"x": screen_pixels(square, 300), "y": screen_pixels(square, 400)})
    expect(page.get_by_text("held")).not_to_contain_text("held 600")
    assert held_by_server(page)[:3] == pytest.approx((140, 240, 320), abs=3)


def test_screen_readers_hear_what_it_is_and_where(square: Locator) -> None:
    expect(square).to_have_attribute("aria-roledescription", "movable square")
    words = "800 pixels wide, 200 from the left and 0 from the top, of 1200 by 800"
    expect(square).to_have_attribute("aria-valuetext", words)
    expect(square).to_have_attribute("aria-valuemin", "64")
    expect(square).to_have_attribute("aria-valuemax", "800")


def test_a_finger_drags_it_on_a_narrow_screen_without_scrolling_the_page(browser: Browser, url: str) -> None:
    with patient(
        browser.new_context(viewport={"width": 390, "height": 420}, has_touch=True, is_mobile=True)
    ) as context:
        phone = context.new_page()
        phone.goto(url)
        square = phone.get_by_role("slider", name="Region that the guide sees")
        phone.get_by_role("button", name="Good crop").click()
        expect_held(phone, GOOD)
        expect_drawn(square, GOOD)
        expect_to_fit(phone, width=390)
        square.scroll_into_view_if_needed()
        x, y = centre(square)
        touches = context.new_cdp_session(phone)
        for kind, by in (("touchStart", 0), ("touchMove", -15), ("touchMove", -30), ("touchEnd", None)):
            points = [] if by is None else [{"x": x + by, "y": y + by}]
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        expect(phone.get_by_text("held")).not_to_contain_text("held 600 300 320 ")
        moved = -30 * WIDTH / (390 - 32)
        assert held_by_server(phone)[:3] == pytest.approx((600 + moved, 300 + moved, 320), abs=8)
        assert held_by_server(phone)[3] == 3  # one message for the button, one for the drag
        assert centre(square) == pytest.approx((x - 30, y - 30), abs=2)


@pytest.fixture
def alone(page: Page) -> Page:
    """The component without a server: `tell(data)` is the server's word, `told` what the person said."""
    page.route("http://localhost/**", lambda route: route.fulfill(path=ASSETS / urlsplit(route.request.url).path[1:]))
    page.goto("http://localhost/cropper/cropper.html")
    for sheet in ("shared/base.css", "cropper/cropper.css"):
        page.add_style_tag(content=(ASSETS / sheet).read_text())
    page.add_script_tag(
        type="module",
        content="""
        import render from "/cropper/index.js";
        window.told = [];
        const told = (name, value) => window.told.push(value);
        const picture = { preview: "data:,", width: 1200, height: 800, smallest: 64 };
        window.tell = (data) =>
            render({ parentElement: document, data: { ...picture, ...data }, setTriggerValue: told });
        """,
    )
    until(page, "() => window.tell")
    return page


def say(page: Page, crop: tuple[int, int, int], *, revision: int) -> None:
    left, top, side = crop
    page.evaluate("data => { tell(data); }", {"left": left, "top": top, "side": side, "revision": revision})


def press_and_leave(page: Page, key: str) -> None:
    square = page.get_by_role("slider")
    square.press(key)
    square.blur()


def expect_at(page: Page, left: int) -> None:
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile(f" {left} from the left"))


def test_an_answer_to_an_older_change_does_not_undo_a_newer_one(alone: Page) -> None:
    say(alone, WHOLE, revision=7)
    press_and_leave(alone, "ArrowRight")
    press_and_leave(alone, "ArrowRight")
    assert [word["revision"] for word in alone.evaluate("told")] == [8, 9]
    say(alone, WHOLE, revision=7)  # a run that began before both
    expect_at(alone, 208)
    say(alone, (204, 0, 800), revision=8)  # the answer to the first
    expect_at(alone, 208)
    say(alone, (208, 0, 800), revision=9)
    expect_at(alone, 208)
    say(alone, GOOD, revision=9)  # nothing is open any more: the server may move it
    expect_at(alone, 600)


def test_the_server_may_correct_what_the_person_chose(alone: Page) -> None:
    say(alone, WHOLE, revision=0)
    press_and_leave(alone, "ArrowRight")
    say(alone, (200, 0, 800), revision=1)
    expect_at(alone, 200)


def test_the_server_waits_while_keys_are_being_pressed(alone: Page) -> None:
    hold_the_rest(alone)
    say(alone, WHOLE, revision=0)
    alone.get_by_role("slider").press("ArrowRight")
    say(alone, GOOD, revision=0)
    expect_at(alone, 204)
    assert alone.evaluate("told.length") == 0


def test_a_press_without_a_change_tells_nothing_and_lets_the_server_in(alone: Page) -> None:
    say(alone, WHOLE, revision=0)
    alone.mouse.move(*centre(alone.get_by_role("slider")))
    alone.mouse.down()
    say(alone, GOOD, revision=0)
    expect_at(alone, 200)
    alone.mouse.up()
    expect_at(alone, 600)
    assert alone.evaluate("told.length") == 0
