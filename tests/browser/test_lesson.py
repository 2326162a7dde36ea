"""The slide show of a lesson, opened from the disk in a real Chromium."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from lwise_core.teaching.courses.evidence_marks import EvidenceRing
from lwise_core.teaching.lessons.slideshow import Lesson, Slide, lesson_zip
from tests.browser.acts import PATIENCE_MS

HOSTILE = "<img src=x onerror=document.title='broken'>"
Open = Callable[..., Page]


def noise(seed: int, height: int = 200, width: int = 320) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def slide(
    seed: int, class_name: str, *, towards: str = "", height: int = 200, rings: tuple[EvidenceRing, ...] = ()
) -> Slide:
    enhanced = noise(seed + 100, height) if towards else None
    strength, said = (4.0 if towards else 0.0), f"Sentence {seed}."
    return Slide(class_name, noise(seed, height), enhanced, strength, towards, said, f"p{seed}.png", rings)


LESSON = Lesson(
    "Owls & <b>others</b>",
    (
        slide(1, "tawny owl", towards="tawny owl", rings=(EvidenceRing(0.25, 0.5, 0.1),)),
        slide(2, HOSTILE, towards=HOSTILE, height=900),
        slide(3, "barn owl"),
        slide(4, "little owl", towards="tawny owl"),
    ),
    "bird-guide",
    ("It knows four owls only.",),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the unpacked lesson lies, in a folder whose name an address must escape."""
    folder = tmp_path_factory.mktemp("lesson") / "my lesson #1 é"
    with zipfile.ZipFile(io.BytesIO(lesson_zip(LESSON))) as archive:
        archive.extractall(folder)
    return (folder / "index.html").as_uri()


@pytest.fixture
def show(browser: Browser, address: str) -> Iterator[Open]:
    """Open the lesson; afterwards nothing may have been asked of a network, and the console must be empty."""
    asked: list[str] = []
    messages: list[str] = []
    contexts: list[BrowserContext] = []

    def note_request(request: Request) -> None:
        if urlsplit(request.url).scheme not in ("file", "data"):
            asked.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        messages.append(message.text)

    def note_failure(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what was still on its way when the page was left
            messages.append(f"{request.failure}: {request.url}")

    def opened(
        *,
        width: int = 1440,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
        script: bool = True,
        fragment: str = "",
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        context.on("request", note_request)
        page = context.new_page()
        page.on("console", note_message)
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("requestfailed", note_failure)
        page.goto(address + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not asked, f"the lesson talked to a network: {asked}"
    assert not messages, f"the lesson complained: {messages}"


def shown(page: Page) -> Locator:
    """Return the slide that is shown; there is exactly one."""
    slides = page.locator(".slide:visible")
    expect(slides).to_have_count(1)
    return slides


def expect_picture(page: Page, which: Literal["natural", "enhanced"]) -> None:
    """Expect one of the two pictures to be seen, and loaded."""
    other = {"natural": "enhanced", "enhanced": "natural"}[which]
    image = shown(page).locator(f"img.{which}")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("complete", True)
    expect(image).not_to_have_js_property("naturalWidth", 0)
    if shown(page).locator(f"img.{other}").count():
        expect(shown(page).locator(f"img.{other}")).to_be_hidden()


def test_the_opening_says_what_the_lesson_is(show: Open) -> None:
    page = show()
    opening = shown(page)
    expect(opening.get_by_role("heading", level=1)).to_have_text("Owls & <b>others</b>")
    for words in ("4 pictures, from easy to hard", "“bird-guide”", "AI-altered", "Not for diagnosis", "four owls only"):
        expect(opening).to_contain_text(words)
    expect(page.locator("header")).to_be_hidden()
    expect(page).to_have_title("Owls & <b>others</b>")


def test_the_opening_begins_with_a_picture_of_every_class_before_any_caution(show: Open) -> None:
    opening = shown(show(width=390, height=844))
    kinds = opening.get_by_role("figure")
    expect(kinds).to_have_count(4)
    expect(kinds.last).to_contain_text("tawny owl: 1 picture")
    for kind in kinds.get_by_role("img").all():
        expect(kind).not_to_have_js_property("naturalWidth", 0)
    last, caution = kinds.last.bounding_box(), opening.get_by_text("AI-altered").bounding_box()
    assert last
    assert caution
    assert last["y"] + last["height"] <= caution["y"]


def test_guesses_are_judged_once_and_counted_and_the_answer_alone_is_no_guess(show: Open) -> None:
    page = show()
    score = page.locator(".score")
    page.keyboard.press("ArrowRight")
    expect(score).to_be_hidden()
    shown(page).get_by_role("button", name="tawny owl").click()
    expect(shown(page).locator(".verdict")).to_have_text("Right")
    expect(shown(page).locator(".answer")).to_be_visible()
    expect(score).to_have_text("Right: 1 of 1")
    shown(page).get_by_role("button", name="barn owl").click(force=True)  # too late
    expect(score).to_have_text("Right: 1 of 1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("4")
    expect(shown(page).locator(".verdict")).to_have_text("Wrong")
    expect(page.get_by_role("status")).to_contain_text("Wrong")
    expect(score).to_have_text("Right: 1 of 2")
    page.keyboard.press("Space")  # the keys belong to the slide again
    expect_picture(page, "enhanced")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    expect(shown(page).locator(".verdict")).to_be_hidden()
    expect(score).to_have_text("Right: 1 of 2")


def test_with_the_answer_a_ring_stands_around_what_speaks_for_it(show: Open) -> None:
    page = show(fragment="#picture-1")
    ring = shown(page).locator(".rings .inner")
    expect(ring).to_be_hidden()
    page.keyboard.press("Enter")
    expect(ring).to_be_visible()
    expect(shown(page).locator(".answer")).to_contain_text("Rings: what speaks for it here.")
    drawn, around = shown(page).locator("img.natural").bounding_box(), ring.bounding_box()
    assert drawn
    assert around
    middle = [around[at] + around[size] / 2 - drawn[at] for at, size in (("x", "width"), ("y", "height"))]
    assert middle == pytest.approx([0.25 * drawn["width"], 0.5 * drawn["height"]], abs=1.5)


def test_keys_go_to_the_end_and_back(show: Open) -> None:
    page = show()
    for number in range(1, 5):
        page.keyboard.press("ArrowRight")
        expect(page.locator(".count")).to_have_text(f"Picture {number} of 4")
        expect(page.get_by_role("progressbar")).to_have_js_property("value", number)
        expect(page.get_by_role("status")).to_contain_text(f"Picture {number} of 4. Original")
        expect(shown(page)).to_have_id(f"picture-{number}")
        expect_picture(page, "natural")
    page.keyboard.press("ArrowRight")
    expect(shown(page)).to_have_id("picture-4")
    expect(page.get_by_role("status")).to_contain_text("This is the last one.")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(shown(page)).to_have_id("start")


def test_space_flips_in_place(show: Open) -> None:
    page = show(fragment="#picture-1")
    expect_picture(page, "natural")
    expect(page.get_by_role("status")).to_have_text("")
    place = shown(page).locator("img.natural").bounding_box()
    page.keyboard.press("Space")
    expect_picture(page, "enhanced")
    expect(page.get_by_role("status")).to_have_text("AI-altered. Not for diagnosis.")
    over = shown(page).locator("img.enhanced").bounding_box()
    assert place
    assert over
    assert (over["x"], over["y"], over["width"]) == pytest.approx((place["x"], place["y"], place["width"]), abs=0.5)
    page.keyboard.press("Space")
    expect_picture(page, "natural")
    expect(page.get_by_role("status")).to_have_text("Original")


def test_another_picture_is_the_original_at_first(show: Open) -> None:
    page = show(fragment="#picture-1")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect_picture(page, "natural")
    page.keyboard.press("ArrowLeft")
    expect_picture(page, "natural")


def test_the_answer_is_hidden_until_it_is_clicked(show: Open) -> None:
    page = show(fragment="#picture-4")
    answer = shown(page).locator(".answer")
    expect(answer).to_be_hidden()
    expect(shown(page).locator(".seen")).not_to_contain_text("little owl", use_inner_text=True)
    shown(page).get_by_text("Show the answer").click()
    expect(answer).to_be_visible()
    for words in (
        "little owl",
        "Sentence 4.",
        "p4.png",
        "AI-altered towards tawny owl, ε₂₂₄ = 4, by guide bird-guide.",
    ):
        expect(answer).to_contain_text(words)
    expect(answer).to_contain_text("Features not in the original. Not for diagnosis.")
    expect(page.get_by_role("status")).to_contain_text("little owl")
    shown(page).get_by_text("Hide the answer").click()
    expect(answer).to_be_hidden()


def test_enter_shows_the_answer_and_the_keys_go_on_after_a_click(show: Open) -> None:
    page = show(fragment="#picture-1")
    page.keyboard.press("Enter")
    expect(shown(page).locator(".answer")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    shown(page).get_by_text("Show the answer").click()
    page.keyboard.press("Space")
    expect_picture(page, "enhanced")
    expect(shown(page).locator(".answer")).to_be_visible()


def test_the_strip_keeps_the_class_to_itself_until_the_answer_is_shown(show: Open) -> None:
    page = show(fragment="#picture-1")
    page.keyboard.press("Space")
    expect_picture(page, "enhanced")
    canvas, veil = shown(page).locator(".canvas"), shown(page).locator(".veil")
    expect(veil).to_have_text("AI-altered. Not for diagnosis.")
    expect(veil).to_be_visible()
    box, covered = canvas.bounding_box(), veil.bounding_box()
    assert box
    assert covered
    whole = int(canvas.get_attribute("data-whole-height") or 0)
    assert covered["y"] - box["y"] == pytest.approx(200 / whole * box["height"], abs=1)
    assert covered["y"] + covered["height"] == pytest.approx(box["y"] + box["height"], abs=1)
    assert (covered["x"], covered["width"]) == pytest.approx((box["x"], box["width"]), abs=1)
    page.keyboard.press("Enter")
    expect(veil).to_be_hidden()


def test_a_picture_without_enhancement_says_so(show: Open) -> None:
    page = show(fragment="#picture-3")
    flip = page.get_by_role("button", name="Show enhanced")
    expect(flip).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Space")
    expect_picture(page, "natural")
    expect(page.get_by_role("status")).to_have_text("Original. This picture has no enhanced version.")


def test_by_buttons_only(show: Open) -> None:
    page = show()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Show enhanced").click()
    expect_picture(page, "enhanced")
    page.get_by_role("button", name="Show original").click()
    expect_picture(page, "natural")
    shown(page).locator(".canvas").click()
    expect_picture(page, "enhanced")
    page.get_by_role("button", name="Back").click()
    expect(shown(page)).to_have_id("start")


def test_started_by_keyboard_space_and_enter_do_what_the_opening_says(show: Open) -> None:
    page = show()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start")).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown(page)).to_have_id("picture-1")
    expect(shown(page).get_by_role("heading")).to_be_focused()
    page.keyboard.press("Space")
    expect_picture(page, "enhanced")
    page.keyboard.press("Enter")
    expect(shown(page).locator("details")).to_have_attribute("open", "")
    expect(shown(page)).to_have_id("picture-1")


def test_tab_reaches_every_control_and_they_press_as_buttons_do(show: Open) -> None:
    page = show()
    page.keyboard.press("ArrowRight")
    guesses = (f"1 {HOSTILE}", "2 barn owl", "3 little owl", "4 tawny owl")
    for name in (*guesses, "Show the answer", "Back", "Show enhanced", "Next"):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text(name, use_inner_text=True)
    page.keyboard.press("Space")
    expect(shown(page)).to_have_id("picture-2")
    page.keyboard.press("Enter")
    expect(shown(page)).to_have_id("picture-3")
    expect(page.get_by_role("button", name="Next")).to_be_focused()


def test_names_are_never_markup(show: Open) -> None:
    page = show(fragment="#picture-2")
    page.keyboard.press("Enter")
    expect(shown(page).locator(".class-name")).to_have_text(HOSTILE)
    expect(page.locator("img:not(.natural, .enhanced, .kind)")).to_have_count(0)
    expect(page).to_have_title("Owls & <b>others</b>")


def test_reloading_stays_at_the_picture(show: Open) -> None:
    page = show()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.reload()
    expect(shown(page)).to_have_id("picture-2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_it_fits_the_window_and_its_words_are_legible(
    show: Open, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    page = show(width=width, height=height, scheme=scheme)
    for number in range(5):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"slide {number} is too wide"
        if number:
            expect_picture(page, "natural")
            canvas = shown(page).locator(".canvas").bounding_box()
            buttons = page.locator("nav").bounding_box()
            assert canvas
            assert buttons
            whole = shown(page).locator("img").last.bounding_box()
            assert whole
            assert (whole["width"], whole["height"]) == pytest.approx((canvas["width"], canvas["height"]), abs=1)
            assert canvas["y"] >= 0
            assert canvas["y"] + canvas["height"] <= buttons["y"], f"picture {number} is behind the buttons"
        for words in ("body", "footer", ".next", ".back"):
            assert contrast(page.locator(words)) >= 4.5, words
        page.keyboard.press("ArrowRight")


def contrast(words: Locator) -> float:
    """Return the contrast of an element's text with what is behind it (WCAG 2.2)."""
    ink, paper = words.evaluate(
        """element => {
            const ink = getComputedStyle(element).color;
            let paper;
            do paper = getComputedStyle(element).backgroundColor;
            while (paper === "rgba(0, 0, 0, 0)" && (element = element.parentElement));
            return [ink, paper].map((c) => c.match(/\\d+/g).slice(0, 3).map(Number));
        }"""
    )
    dark, light = sorted((luminance(ink), luminance(paper)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: list[int]) -> float:
    share = np.array(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_without_a_script_everything_is_there(show: Open) -> None:
    page = show(script=False)
    expect(page.locator(".slide:visible")).to_have_count(5)
    expect(page.locator("img:is(.natural, .enhanced):visible")).to_have_count(7)
    expect(page.locator(".answer:visible")).to_have_count(0)
    expect(page.get_by_text("The slide show needs JavaScript")).to_be_visible()
    page.locator("summary").first.click()
    expect(page.locator(".answer:visible")).to_contain_text("tawny owl")
