"""The journey of issue and user: a photograph in, its class, its difficulty, ε, and the files out, compared."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.export import Intent, export
from lwise_core.enhancement.fast_twin import fast_twin
from lwise_core.enhancement.objectives import objective_named
from lwise_core.enhancement.path import EnhancementPath, PathRequest, walk
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png, open_photograph
from lwise_core.images.geometry import Crop
from pages.parts.studio.tour import STEPS
from tests.browser.acts import at_rest, choose, expect_to_fit, seen

STEP = 21
STEP_LENGTH = {128: 2 / 7, 64: 1 / 7}  # of ε, by the guide's size
CASE = "sample=cat&guide=animals16-64"  # a guide whose paths take a fifth of the time
GPS_IFD, ORIENTATION = 0x8825, 0x0112


@pytest.fixture(scope="module")
def guide() -> GuideModel:
    return catalog.load("animals16-128")


@pytest.fixture(scope="module")
def phone_photograph() -> bytes:
    """A JPEG as a phone writes it: lying on its side, told so by EXIF, with the place where it was taken."""
    pixels = photograph_of(SAMPLES[0]).pixels
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS_IFD)[1] = "N"
    exif.get_ifd(GPS_IFD)[2] = (51.0, 28.0, 40.0)
    stream = io.BytesIO()
    Image.fromarray(np.rot90(pixels)).save(stream, "JPEG", quality=92, exif=exif)
    return stream.getvalue()


def path_of(guide: GuideModel, subject: CroppedPhotograph, *, towards: str, precision: str) -> EnhancementPath:
    request = PathRequest.single(
        subject.seen(size=guide.input_size), target=guide.class_index(towards), objective=objective_named("logit")
    )
    if precision == "float32":
        *_, path = walk(guide, request)
    else:
        *_, path = Walker(guide, fast_twin(guide, dtype=torch.bfloat16)).walk(request)
    return path


def differences(a: object, b: object, *, at: str = "") -> list[str]:
    """Return where two manifests differ, floats by more than the rounding of another thread count; hashes apart."""
    if at == "/files":
        return []
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for k in a for d in differences(a[k], b[k], at=f"{at}/{k}")]
    if isinstance(a, float) and isinstance(b, float):
        return [] if a == pytest.approx(b, rel=2e-3, abs=5e-3) else [f"{at}: {a} ≠ {b}"]
    return [] if a == b else [f"{at}: {a} ≠ {b}"]


def slide_to(page: Page, step: int, *, size: int) -> None:
    """Slide by keyboard, as soon as it can be slid, whatever the page is still doing."""
    slider = page.get_by_role("slider", name="ε: how much may change")
    expect(slider).to_be_enabled()  # from when there is something to slide over
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(step):
        page.keyboard.press("ArrowRight")
    expect(seen(page, f"Download, at ε = {step * STEP_LENGTH[size]:.2f}")).to_be_visible()


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    at_rest(page)  # the file's address is the one to stay
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_photograph_in_and_the_same_files_out_as_from_the_library(
    page: Page, studio_url: str, guide: GuideModel, phone_photograph: bytes
) -> None:
    page.goto(studio_url)
    page.locator("input[type=file]").set_input_files(
        {"name": "my cat.jpg", "mimeType": "image/jpeg", "buffer": phone_photograph}
    )
    expect(seen(page, "turned upright")).to_be_visible()
    expect(seen(page, "Download, at ε")).to_be_visible()
    choose(page, "What does it show?", "big cat")  # another than the guide's own guess, which is preselected
    expect(seen(page, "As you stated.")).to_be_visible()
    slide_to(page, STEP, size=128)
    epsilon = STEP * guide.epsilon_scale.step
    expect(page.get_by_text(f"AI-altered towards big cat, ε {epsilon:.2f}").filter(visible=True).first).to_be_visible()

    _, manifest = downloaded(page, "Manifest (JSON)")
    said = json.loads(manifest)
    photograph = open_photograph(phone_photograph, name="my cat.jpg")
    subject = CroppedPhotograph(photograph, Crop.central(photograph))
    path = path_of(guide, subject, towards="big cat", precision=said["epsilon"]["precision"])
    expected = export(subject, path, Intent("big cat", "big cat", epsilon, Extent.PHOTOGRAPH))
    name, png = downloaded(page, "Picture (PNG)")
    assert name == "my-cat_big-cat_eps6.png"
    # The server sums with as many threads as there are cores, this process with one: a pixel may round the other way.
    got, wanted = (open_photograph(p, name=name).pixels.astype(int) for p in (png, expected.png))
    assert np.abs(got - wanted).max() <= 1
    assert hashlib.sha256(png).hexdigest() == said["files"]["png_sha256"]
    assert differences(said, json.loads(expected.manifest)) == []
    assert "not for diagnosis" in said["statement"].lower()
    assert b"GPS" not in png
    assert not Image.open(io.BytesIO(png)).getexif()
    _, npz = downloaded(page, "Perturbation (NPZ)")
    with np.load(io.BytesIO(npz), allow_pickle=False) as arrays:
        assert np.linalg.norm(arrays["perturbation"]) == pytest.approx(said["epsilon"]["spent"], rel=1e-4)


def test_switching_pages_and_back_loses_nothing(page: Page, studio_url: str) -> None:
    page.goto(f"{studio_url}/?{CASE}")
    choose(page, "What does it show?", "big cat")
    expect(seen(page, "As you stated.")).to_be_visible()
    slide_to(page, STEP, size=64)
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Guide models", exact=True)).to_be_visible()
    page.get_by_role("link", name="Studio").click()
    expect(seen(page, "As you stated.")).to_be_visible()
    expect(page.get_by_role("slider", name="ε: how much may change")).to_have_value(str(STEP))
    expect(page.get_by_text("AI-altered towards big cat").filter(visible=True).first).to_be_visible()


def test_a_link_names_the_sample_and_nothing_of_an_upload(page: Page, studio_url: str, phone_photograph: bytes) -> None:
    page.goto(f"{studio_url}/?{CASE}&step=7")
    expect(page.get_by_role("slider", name="ε: how much may change")).to_have_value("7")
    page.locator("input[type=file]").set_input_files(
        {"name": "private.jpg", "mimeType": "image/jpeg", "buffer": phone_photograph}
    )
    expect(seen(page, "turned upright")).to_be_visible()
    page.wait_for_url(lambda url: "sample" not in url)
    assert "private" not in page.url


def test_a_long_walk_shows_progress_and_stops_where_it_was_stopped(
    page: Page, studio_url: str, slow_guide: str
) -> None:
    page.goto(f"{studio_url}/?{CASE}")
    expect(seen(page, "Download, at ε")).to_be_visible()
    choose(page, "Guide model", slow_guide)
    expect(seen(page, "Computing the path: step")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(seen(page, "Stopped at ε")).to_be_visible()


def test_a_bad_file_says_why_and_the_good_one_goes_through(
    page: Page, studio_url: str, phone_photograph: bytes
) -> None:
    page.goto(studio_url)
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "cut.jpg", "mimeType": "image/jpeg", "buffer": phone_photograph[: len(phone_photograph) // 2]},
            {"name": "whole.jpg", "mimeType": "image/jpeg", "buffer": phone_photograph},
        ]
    )
    expect(seen(page, "cut.jpg")).to_be_visible()
    expect(seen(page, "turned upright")).to_be_visible()
    expect(seen(page, "Download, at ε")).to_be_visible()


def bounds(one: Locator) -> FloatRect:
    box = one.bounding_box()
    assert box is not None
    return box


def test_the_tour_closes_at_its_end(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    page.get_by_role("button", name="Take the two-minute tour").click()
    tour = page.get_by_role("dialog")
    for step in range(2, len(STEPS) + 1):
        tour.get_by_role("button", name="Next").click()
        expect(tour.get_by_text(f"Step {step} of {len(STEPS)}")).to_be_visible()
    tour.get_by_role("button", name="Done").click()
    expect(tour).to_have_count(0)


def test_the_picture_comes_first_and_nothing_needs_more_than_a_narrow_screen(page: Page, studio_url: str) -> None:
    page.goto(f"{studio_url}/?sample=cat")
    expect(seen(page, "Download, at ε")).to_be_visible()
    expect(page.locator(".viewer[data-position]")).to_be_visible()
    at_rest(page)  # nothing moves any more
    altered, slider = page.locator("canvas.altered"), page.locator(".viewer .epsilon")
    difficulty = page.get_by_text("Harder than", exact=True)
    line = bounds(page.locator("[data-testid=stBottom]"))["y"]
    for one in (altered, slider, difficulty):
        assert bounds(one)["y"] + bounds(one)["height"] < line

    page.set_viewport_size({"width": 390, "height": 844})
    choice = page.get_by_role("combobox", name="What does it show?")
    expect_to_fit(page, width=390)
    order = [bounds(one)["y"] for one in (altered, slider, choice, page.get_by_text("Download, at ε"))]
    assert order == sorted(order)
    assert bounds(slider)["y"] - bounds(altered)["y"] - bounds(altered)["height"] < 120  # its words, no other picture
    assert bounds(slider)["y"] + 32 < bounds(page.locator("[data-testid=stBottom]"))["y"]


def test_on_a_phone_what_a_picture_shows_is_asked_above_it_until_it_is_answered(page: Page, studio_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(studio_url)
    choose(page, "Guide model", "animals16-64")
    at_rest(page)
    cat = encode_png(SAMPLES[0].crop.of(photograph_of(SAMPLES[0]).pixels).copy())
    page.locator("input[type=file]").first.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": cat})
    expect(page.get_by_role("heading", name="(the guide's guess): what would make it easier")).to_be_visible()
    altered, question = page.locator("canvas.altered"), page.get_by_role("combobox", name="What does it show?")
    towards = page.get_by_role("combobox", name="Enhance towards")
    expect(page.get_by_role("heading", name="Download, at ε")).to_be_visible()
    expect_to_fit(page, width=390)
    order = [bounds(one)["y"] for one in (question, altered, towards, page.get_by_text("Download, at ε"))]
    assert order == sorted(order)
    page.get_by_role("button", name="Yes, it shows").click()
    expect(page.get_by_role("heading", name="What would make it easier", exact=True)).to_be_visible()
    at_rest(page)
    assert bounds(altered)["y"] < bounds(question)["y"]


SMALL = "?sample=cat&guide=animals16-64&step=2"
"""A change of less than two grey levels."""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_where_a_change_cannot_be_seen_a_larger_one_stands_below_the_slider_at_once(
    page: Page, studio_url: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{studio_url}/{SMALL}")
    expect(page.get_by_role("heading", name="Download, at ε")).to_be_visible()
    expect(page.locator(".viewer[data-position]")).to_be_visible()
    at_rest(page)
    faint = page.locator(".faint")
    expect(faint).to_contain_text("too small to be seen")
    changed = page.locator(".viewer [data-reading=grey]").inner_text()
    expect(faint).to_contain_text(f"the change is {changed} grey levels")
    slider = page.get_by_role("slider", name="ε: how much may change")
    viewer = page.locator(".viewer")
    stood = bounds(slider)["y"] - bounds(viewer)["y"]
    before, said, bottom = (bounds(one) for one in (slider, faint, page.get_by_test_id("stBottom")))
    assert before["y"] + before["height"] <= said["y"] <= before["y"] + before["height"] + 40  # right below it
    assert said["y"] + said["height"] <= bottom["y"]  # on the first screen, above the line that always stands there
    shown = faint.locator("canvas").evaluate(
        """(larger) => {
            const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            const [one, other] = [larger, larger.getRootNode().querySelector("canvas.original")].map(pixels);
            return Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]) ** 2, 0) / (one.length * 0.75));
        }"""
    )
    assert shown > 2  # grey levels, RMS
    faint.get_by_role("button", name="Put the slider there").press("Enter")
    expect(faint).to_be_hidden()
    expect(slider).to_be_focused()
    assert int(slider.input_value()) > 2
    assert bounds(slider)["y"] - bounds(viewer)["y"] == stood  # it does not run away from under a finger
