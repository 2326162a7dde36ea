"""Several people at once: all are served, none sees another's picture, and whoever must wait is told the place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from lwise_core._utils.arrays import Pixels
from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.images.codec import encode_png, open_photograph
from tests.browser.acts import at_rest, choose, seen
from tests.browser.conftest import patient

SMALL = "animals16-64"  # its paths take a fifth of the time
TURNS = 8  # as many jobs take turns in the slot; see lwise_core.scheduler
MEMORY_ALLOWED = 150 * 2**20
"""What a server may have grown by after its sessions are gone: the allocator's own reserve, no pictures."""
_LOOKS = 20


def picture_of(number: int) -> Pixels:
    """A photograph in a tint of its own, so that a picture shown to the wrong person is seen to be wrong."""
    pixels = SAMPLES[0].crop.of(photograph_of(SAMPLES[0]).pixels).copy()
    pixels[..., number % 3] = pixels[..., number % 3] // 2 + 12 * (number // 3)
    return pixels


@pytest.fixture
def people(browser: Browser) -> Iterator[list[Page]]:
    """As many pages as there may be at once and one more, each in a context of its own."""
    with ExitStack() as open_ones:
        contexts = (browser.new_context(accept_downloads=True) for _ in range(TURNS + 1))
        yield [open_ones.enter_context(patient(context)).new_page() for context in contexts]


def upload(page: Page, url: str, number: int) -> None:
    page.goto(url)
    choose(page, "Guide model", SMALL)
    page.locator("input[type=file]").set_input_files(
        {"name": f"person-{number}.png", "mimeType": "image/png", "buffer": encode_png(picture_of(number))}
    )


def taken_away(page: Page) -> Pixels:
    expect(seen(page, "Download, at ε")).to_be_visible()
    at_rest(page)  # the file's address is the one to stay
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture (PNG)").click()
    return open_photograph(Path(waiting.value.path()).read_bytes(), name="out.png").pixels


def expect_own_pictures(pages: list[Page]) -> None:
    for number, page in enumerate(pages):
        own = picture_of(number)
        got = taken_away(page)[: own.shape[0], : own.shape[1]]
        changes = [np.abs(got.astype(int) - picture_of(n)).mean() for n in range(len(pages))]
        assert int(np.argmin(changes)) == number, changes


def test_two_people_at_once_each_get_their_own_picture(people: list[Page], studio_url: str) -> None:
    two = people[:2]
    for number, page in enumerate(two):
        upload(page, studio_url, number)
    expect_own_pictures(two)


@pytest.mark.prove
def test_eight_people_at_once_are_served_and_the_ninth_is_told_the_place(
    people: list[Page], studio_url: str, slow_guide: str, browser: Browser
) -> None:
    upload(people[0], studio_url, 0)
    expect(seen(people[0], "Download, at ε")).to_be_visible()
    choose_guide(people[0], slow_guide)
    stop(people[0])  # what the network itself works in is taken once, by the first step, and kept
    before = server_memory(studio_url)
    for number, page in enumerate(people):
        upload(page, studio_url, number)
        expect(seen(page, "Download, at ε")).to_be_visible(timeout=300_000)
    expect_own_pictures(people[:TURNS])
    for page in people:
        choose_guide(page, slow_guide)
    expect(seen(people[-1], "number 1 in the line")).to_be_visible()
    people[0].close()  # a closed page gives up its turn
    expect(seen(people[-1], "Computing the path")).to_be_visible(timeout=120_000)
    for page in people[1:]:
        stop(page)
        page.close()
    assert grown_by(studio_url, before, browser) < MEMORY_ALLOWED


def choose_guide(page: Page, guide: str) -> None:
    choose(page, "Guide model", guide)
    expect(page.get_by_text("Computing the path").or_(page.get_by_text("Waiting for a turn"))).to_be_visible()


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    expect(seen(page, "Stopped at ε")).to_be_visible(timeout=120_000)


def grown_by(url: str, before: int, browser: Browser) -> int:
    """Return how much more memory the server holds than ``before``, once it has noticed that everybody left."""
    clock = browser.new_page()
    for _ in range(_LOOKS):
        grown = server_memory(url) - before
        if grown < MEMORY_ALLOWED:
            break
        clock.wait_for_timeout(1000)
    clock.close()
    return grown


def server_memory(url: str) -> int:
    """Return the resident bytes of the server at ``url``."""
    port = int(url.rpartition(":")[2])
    for connection in psutil.net_connections(kind="tcp"):
        if connection.laddr and connection.laddr.port == port and connection.status == "LISTEN" and connection.pid:
            return int(psutil.Process(connection.pid).memory_info().rss)
    raise LookupError(f"nobody listens on port {port}")
