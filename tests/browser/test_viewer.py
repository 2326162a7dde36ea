"""The viewer: composes what the export gives, scrubs without the server, and keeps what it was sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from lwise_core.enhancement.rendering import render
from lwise_core.enhancement.viewer_payload import ViewerPayload
from tests.browser.acts import ASKS_AGAIN_LATER, at_rest, expect_to_fit, hold_the_rest, rest
from tests.support.film import film_of

STEPS, GUIDE, SIDE, START = 40, 64, 150, 10


@pytest.fixture(scope="module")
def film() -> ViewerPayload:
    """The film that the page shows in its first place."""
    return film_of(input_size=GUIDE, side=SIDE, steps=STEPS)


@pytest.fixture
def url(serve: Callable[[Path], str]) -> str:
    return serve(Path(__file__).parent / "apps" / "viewer_app.py")


class Wire:
    """Counts what a page says over its web socket; make it before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.sent = 0
        page.on("websocket", lambda socket: socket.on("framesent", self._count))

    def _count(self, _: str | bytes) -> None:
        self.sent += 1


def told(page: Page, what: str) -> int:
    """Return a number that the page's script shows: held, run, frames or sent."""
    words = page.get_by_text("held").inner_text().split()
    return int(words[words.index(what) + 1])


def expect_told(page: Page, **numbers: int) -> None:
    for what, number in numbers.items():
        expect(page.get_by_text("held")).to_contain_text(f"{what} {number} ")


def opened(page: Page, url: str, query: str = "") -> Locator:
    """Open the page; when it returns, the first run is over, the viewer is drawn, and nothing on the page moves."""
    page.add_init_script(ASKS_AGAIN_LATER)
    page.goto(f"{url}/?{query}")
    viewer = page.locator(".viewer")
    expect(viewer).to_have_attribute("data-position", re.compile(r"\d+"))
    expect_told(page, run=1)
    at_rest(page)
    return viewer


def expect_position(viewer: Locator, position: int) -> None:
    expect(viewer).to_have_attribute("data-position", str(position))


def pixels(viewer: Locator, which: str) -> np.ndarray:
    """Return the pixels of a canvas, ``(C, C, 4)``."""
    width, encoded = viewer.locator(f"canvas.{which}").evaluate(
        """canvas => {
            const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let text = "";  // a list of numbers would take a second on its way
            for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
            return [width, btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(encoded), dtype=np.uint8).reshape(width, width, 4)


def exported(film: ViewerPayload, position: int) -> np.ndarray:
    path = film.path
    enhancement = path.at(position * path.step)
    rendering = render(path.guide, film.subject, enhancement, target=2, extent=film.extent)
    return film.subject.crop.of(rendering.pixels)


def slider_of(viewer: Locator) -> Locator:
    return viewer.get_by_role("slider", name="ε: how much may change")


def place_on(slider: Locator, position: int) -> tuple[float, float]:
    """Return the point of the screen at which the slider stands at ``position``."""
    box = slider.bounding_box()
    assert box
    thumb = 16
    return box["x"] + thumb / 2 + (box["width"] - thumb) * position / STEPS, box["y"] + box["height"] / 2


def place_within(viewer: Locator) -> tuple[float, float, float]:
    """Return where the slider stands within the viewer, and how wide it is, in pixels of the screen."""
    slider, whole = slider_of(viewer).bounding_box(), viewer.bounding_box()
    assert slider
    assert whole
    return slider["x"] - whole["x"], slider["y"] - whole["y"], slider["width"]


def test_every_position_shows_what_the_export_gives(page: Page, url: str, film: ViewerPayload) -> None:
    viewer = opened(page, url)
    expect_position(viewer, START)
    slider_of(viewer).press("Home")
    expect_position(viewer, 0)
    crop = film.subject.crop.of(film.subject.photograph.pixels)
    assert (pixels(viewer, "original")[..., :3] == crop).all()
    assert (pixels(viewer, "altered")[..., :3] == crop).all()
    before = crop
    for position in range(1, STEPS + 1):
        slider_of(viewer).press("ArrowRight")
        expect_position(viewer, position)
        shown = pixels(viewer, "altered")
        assert (shown[..., 3] == 255).all()
        assert np.abs(shown[..., :3].astype(int) - exported(film, position)).max() <= 1
        assert (shown[..., :3] != before).any()
        before = shown[..., :3]


def test_a_layer_follows_the_slider_and_shows_as_much_as_the_person_wants(page: Page, url: str) -> None:
    viewer = opened(page, url, "layer=1")
    expect(viewer.locator(".panels")).to_have_attribute("data-mode", "alone")
    expect(viewer.get_by_text("Red: the position.")).to_be_visible()
    for key, position in (("Home", 0), ("ArrowRight", 1), ("End", STEPS)):
        slider_of(viewer).press(key)
        expect_position(viewer, position)
        assert (pixels(viewer, "layer")[..., 0] == 5 * position).all()
    opacity = viewer.get_by_role("slider", name="Opacity of the layer")
    opacity.press("Home")
    expect(viewer.locator("canvas.layer")).to_have_css("opacity", "0")
    opacity.press("End")
    expect(viewer.locator("canvas.layer")).to_have_css("opacity", "1")
    viewer.get_by_text("Side by side").click()
    expect(viewer.locator("canvas.layer")).to_be_visible()


def test_without_a_layer_nothing_of_it_is_there(page: Page, url: str) -> None:
    viewer = opened(page, url)
    expect(viewer.locator(".panels")).to_have_attribute("data-mode", "side")
    expect(viewer.get_by_role("slider", name="Opacity of the layer")).to_be_hidden()
    expect(viewer.get_by_text("Enhanced", exact=True)).to_be_hidden()
    expect(viewer.locator("canvas.layer")).to_be_hidden()


def test_scrubbing_is_silent_and_letting_go_says_it_once(page: Page, url: str) -> None:
    wire = Wire(page)
    viewer = opened(page, url)
    expect_told(page, held=START)
    slider, before = slider_of(viewer), wire.sent
    page.mouse.move(*place_on(slider, START))
    page.mouse.down()
    for position in (12, 20, 33, 26):
        page.mouse.move(*place_on(slider, position))
        expect_position(viewer, position)
    assert wire.sent == before
    page.mouse.up()
    expect_told(page, held=26, run=2)
    assert wire.sent == before + 1
    expect_position(viewer, 26)


def test_before_there_is_a_picture_no_key_can_be_lost(page: Page, url: str) -> None:
    page.add_init_script(
        """(() => {
            const { write } = WritableStreamDefaultWriter.prototype;
            const opened = new Promise(open => { window.letThemOpen = open; });
            WritableStreamDefaultWriter.prototype.write = async function (bytes) {
                await opened;
                return write.call(this, bytes);
            };
        })()"""
    )
    page.goto(url)
    slider = page.get_by_role("slider", name="ε: how much may change")
    expect(slider).to_be_disabled()
    page.evaluate("letThemOpen()")
    expect(slider).to_be_enabled()
    expect(slider).to_have_value(str(START))


def test_keys_are_gathered_into_one_message(page: Page, url: str) -> None:
    viewer = opened(page, url)
    hold_the_rest(page)
    for key in ("End", "ArrowLeft", "ArrowLeft", "PageDown", "ArrowRight"):
        slider_of(viewer).press(key)
    rest(page)
    expect_told(page, held=STEPS - 2 - 4 + 1, run=2)


def test_the_server_can_move_it_and_no_frame_is_sent_again(page: Page, url: str) -> None:
    viewer = opened(page, url)
    before = told(page, "sent")
    page.get_by_role("button", name="Step 5").click()
    expect_position(viewer, 5)
    expect_told(page, run=2)
    assert told(page, "sent") - before < 0.05 * before


def test_frames_arrive_as_they_are_computed_and_cost_hardly_more(page: Page, url: str) -> None:
    steps = 6
    film = film_of(input_size=GUIDE, side=SIDE, steps=steps)
    viewer = opened(page, url, f"steps={steps}&frames=1&step={steps}")
    for reached in range(steps + 1):
        expect_position(viewer, reached)  # it follows towards the position that is wanted
        expect(viewer.get_by_text(f"Computed up to ε {reached * film.path.step:.2f} of 5.71")).to_be_visible()
        expect_told(page, run=reached + 1)
        if reached < steps:
            page.get_by_role("button", name="One frame more").click()
    expect_told(page, held=steps)
    assert np.abs(pixels(viewer, "altered")[..., :3].astype(int) - exported(film, steps)).max() <= 1
    assert told(page, "sent") <= 1.5 * len(film.payload(first=0))


def test_a_coarse_path_is_marked_as_a_preview_and_gives_way_under_a_slider_that_stays(
    page: Page, url: str, film: ViewerPayload
) -> None:
    viewer = opened(page, url, f"frames={STEPS - 1}&step={STEPS}&coarse=1")
    words, sentence = viewer.locator(".preview"), viewer.get_by_text("Beyond that you see a preview")
    logit = viewer.locator("[data-reading=logit]")
    expect_position(viewer, STEPS)
    place = place_within(viewer)
    expect(words.filter(visible=True)).to_have_count(3)  # in both altered pictures, and beside the slider
    expect(sentence).to_be_visible()
    expect(logit).to_have_text("–")
    for number in range(2):
        page.get_by_role("button", name="One frame more").click()
        expect_told(page, run=number + 2)
        expect_position(viewer, STEPS)
        expect(sentence).to_be_visible(visible=number == 0)
    expect(words.filter(visible=True)).to_have_count(0)
    expect(logit).not_to_have_text("–")
    assert place_within(viewer) == place
    assert np.abs(pixels(viewer, "altered")[..., :3].astype(int) - exported(film, STEPS)).max() <= 1


def test_a_lost_frame_is_asked_for(page: Page, url: str) -> None:
    film = film_of(input_size=GUIDE, side=SIDE, steps=6)
    viewer = opened(page, url, "steps=6&frames=3&step=6")
    expect_position(viewer, 2)
    page.get_by_role("button", name="Lose a frame").click()
    expect_position(viewer, 3)
    expect_told(page, run=3, frames=4)
    page.get_by_role("button", name="One frame more").click()
    expect_position(viewer, 4)
    assert np.abs(pixels(viewer, "altered")[..., :3].astype(int) - exported(film, 4)).max() <= 1


def test_a_viewer_that_lacks_frames_asks_for_them_and_one_that_has_them_does_not(
    page: Page, url: str, film: ViewerPayload
) -> None:
    viewer = opened(page, url)
    page.get_by_text("nowhere", exact=True).click()
    expect_told(page, run=2)
    expect(viewer).to_have_count(0)
    page.get_by_text("first", exact=True).click()  # it was taken away and is shown again: the browser still has it
    expect_told(page, run=3)
    expect_alone(page, side=SIDE)
    # Two others push it out of the browser's memory; the server still believes that it was sent.
    for run, (place, side) in enumerate((("second", SIDE + 1), ("third", SIDE + 2)), start=4):
        page.get_by_text(place, exact=True).click()
        expect_told(page, run=run)
        expect_alone(page, side=side)
    page.get_by_text("first", exact=True).click()
    expect_told(page, run=7)  # one for the place, one for the question
    expect_alone(page, side=SIDE)
    expect(viewer).to_have_attribute("data-film", film.id)
    assert np.abs(pixels(viewer, "altered")[..., :3].astype(int) - exported(film, START)).max() <= 1


def expect_alone(page: Page, *, side: int) -> None:
    """Expect one viewer on the page, which shows pictures of ``side`` px: Streamlit clears the one before it later."""
    expect(page.locator(f".viewer:has(canvas.original[width='{side}'])")).to_have_count(1)
    expect(page.locator(".viewer")).to_have_count(1)


def view_of(viewer: Locator) -> str:
    return viewer.evaluate(
        "v => ['--zoom', '--pan-x', '--pan-y', '--wipe'].map(n => v.style.getPropertyValue(n)).join()"
    )


def test_zoom_pan_and_wipe_outlive_a_change_of_epsilon_and_of_mode(page: Page, url: str) -> None:
    viewer = opened(page, url)
    viewer.get_by_text("Wipe").click()
    expect(viewer.locator(".panels")).to_have_attribute("data-mode", "wipe")
    window = viewer.get_by_role("group", name="AI-altered")
    box = window.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.up()
    divider = viewer.get_by_role("slider", name=re.compile("Divider"))
    expect(divider).to_have_attribute("aria-valuenow", "25")
    divider.press("Shift+ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "35")
    window.press("+")
    window.press("+")
    window.press("ArrowRight")
    expect(viewer.locator(".zoom")).to_have_text("2.3×")
    view = view_of(viewer)
    assert view.startswith("2.25,")
    slider_of(viewer).press("End")
    expect_position(viewer, STEPS)
    expect_told(page, held=STEPS)
    viewer.get_by_text("Side by side").click()
    viewer.get_by_text("Wipe").click()
    assert view_of(viewer) == view
    page.get_by_role("button", name="Step 5").click()
    expect_position(viewer, 5)
    assert view_of(viewer) == view


def test_all_panels_move_together_by_wheel_and_drag(page: Page, url: str) -> None:
    viewer = opened(page, url)
    window = viewer.get_by_role("group", name="Original")
    box = window.bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    expect(viewer.locator(".zoom")).to_have_text("2.2×")  # of both turns of the wheel
    page.mouse.down()
    page.mouse.move(box["x"] - 30, box["y"] - 20)
    page.mouse.up()
    views = viewer.locator("canvas:visible").evaluate_all(
        "all => all.map(c => { const m = new DOMMatrix(getComputedStyle(c).transform); return [m.a, m.e, m.f]; })"
    )
    assert views[0][0] == pytest.approx(np.exp(2 * 120 / 300))
    assert views[1] == pytest.approx(views[0], rel=1e-3)
    assert views[2] == pytest.approx(views[0], rel=1e-3)
    viewer.get_by_role("button", name="Whole picture").click()
    expect(viewer).not_to_have_class(re.compile("zoomed"))


def test_the_pixel_under_the_cursor_is_read(page: Page, url: str) -> None:
    viewer = opened(page, url)
    window = viewer.get_by_role("group", name="AI-altered")
    box = window.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.25)
    expect(viewer.locator(".pixel")).to_contain_text("Column")
    reading = viewer.locator(".pixel").inner_text()
    found = re.search(r"Column (\d+), row (\d+) .*original (\d+ \d+ \d+), altered (\d+ \d+ \d+),", reading)
    assert found
    column, row = int(found[1]), int(found[2])
    assert (column, row) == pytest.approx((SIDE / 2, SIDE / 4), abs=1)
    for which, numbers in (("original", found[3]), ("altered", found[4])):
        assert pixels(viewer, which)[row, column, :3].tolist() == [int(n) for n in numbers.split()]


def test_the_perturbation_is_signed_and_on_its_fixed_scale(page: Page, url: str, film: ViewerPayload) -> None:
    viewer = opened(page, url)
    slider_of(viewer).press("End")
    expect_position(viewer, STEPS)
    shown = pixels(viewer, "change").astype(int)
    crop = film.subject.crop.of(film.subject.photograph.pixels).astype(float)
    luma = (exported(film, STEPS) - crop) @ (0.2126, 0.7152, 0.0722)
    lighter, darker = luma > 3, luma < -3
    assert lighter.any()
    assert darker.any()
    assert (shown[lighter][:, 0] > shown[lighter][:, 2]).all()  # orange
    assert (shown[darker][:, 0] < shown[darker][:, 2]).all()  # blue
    opacity = 255 * (np.abs(luma).clip(max=24) / 24) ** (2 / 3)
    clear = np.abs(luma) > 3
    assert np.abs(shown[..., 3] - opacity)[clear].max() < 25  # one grey level of rounding at 3 of 24
    scale = viewer.locator("figure[data-shows=change] .scale")
    for words in ("−24", "+24", "grey levels, ×1", "darker", "lighter"):
        expect(scale).to_contain_text(words)


def test_it_blinks_unless_the_system_asks_for_reduced_motion(page: Page, url: str) -> None:
    viewer = opened(page, url)
    viewer.get_by_text("Blink", exact=True).click()
    caption = viewer.locator("figure[data-shows=altered] figcaption")
    expect(caption).to_contain_text("Now: original")
    expect(caption).to_contain_text("Now: altered")
    page.emulate_media(reduced_motion="reduce")
    expect(viewer.get_by_role("radio", name="Blink")).to_be_disabled()
    expect(viewer.get_by_role("radio", name="Wipe")).to_be_checked()
    expect(viewer.get_by_text("asks for reduced motion")).to_be_visible()


def test_playing_moves_on_and_pausing_writes_back(page: Page, url: str) -> None:
    wire = Wire(page)
    viewer = opened(page, url)
    before = wire.sent
    viewer.get_by_role("button", name="Play").click()
    expect(viewer).not_to_have_attribute("data-position", re.compile(f"^({START}|{START + 1}|{START + 2})$"))
    assert wire.sent == before
    viewer.get_by_role("button", name="Pause").click()
    expect_told(page, run=2)
    held = told(page, "held")
    assert held != START
    expect_position(viewer, held)


def test_everything_altered_says_so_in_every_mode(page: Page, url: str) -> None:
    viewer = opened(page, url)
    for mode in ("Side by side", "Wipe", "Blink", "Perturbation"):
        viewer.get_by_text(mode, exact=True).click()
        captions = viewer.locator("figure:visible:not([data-shows=original]) figcaption")
        expect(captions).not_to_have_count(0)
        for caption in captions.all():
            expect(caption).to_contain_text("AI-altered towards owl, ε 1.43. Not for diagnosis.")


def test_it_fits_a_phone_and_answers_a_finger(phone: Page, url: str) -> None:
    viewer = opened(phone, url)
    expect_to_fit(phone, width=390)
    box = viewer.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390
    phone.touchscreen.tap(*place_on(slider_of(viewer), 30))
    expect(phone.get_by_text("held")).to_contain_text(re.compile(r"held (29|30|31) run 2"))


def test_a_screenshot_of_the_picture_says_what_it_is_where_the_person_wants_that(page: Page, url: str) -> None:
    viewer = opened(page, url)
    strips = viewer.locator(".burnt")
    expect(strips).to_have_count(2)
    expect(strips.first).to_be_hidden()
    viewer.get_by_label("into the picture").check()
    strip, window = strips.first.bounding_box(), viewer.locator("[data-shows=altered] .window").bounding_box()
    assert strip is not None
    assert window is not None
    assert window["y"] < strip["y"]
    assert strip["y"] + strip["height"] == pytest.approx(window["y"] + window["height"], abs=1)
    expect(strips.first).to_have_text(re.compile(r"^AI-altered .*Not for diagnosis\.$"))
    viewer.get_by_label("ε").press("ArrowRight")
    # The words change with the frame that is drawn next, so both are read only once that frame is there.
    expect_position(viewer, START + 1)
    expect(strips.first).to_have_text(viewer.locator("[data-shows=altered] figcaption").inner_text())
