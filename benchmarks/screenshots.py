"""The pictures with which the README and the documentation begin: the pages as they are now, in a real Chromium.

    PYTHONPATH=. python -m benchmarks.screenshots

To be run again whenever a page that is shown looks otherwise. Chromium draws the light theme at 1440 × 900, twice as
fine.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.chaos.app_server import app_server
from lwise_core.images.codec import open_photograph
from tests.browser.acts import PATIENCE_MS, PICTURES_HAVE_COME, at_rest, until
from tests.browser.conftest import _FLAGS, _chromium

SCREENSHOTS = Path(__file__).parents[1] / "docs" / "screenshots"
WIDTH, HEIGHT, FINER, QUALITY = 1440, 900, 2, 80

PAGES = {
    "start": ("", "More to slide"),
    "studio": ("?sample=cat&guide=animals16-128&step=20", "Download, at ε"),
    "inspect": ("inspection?sample=cat&guide=animals16-128&towards=dog&step=36", "Can you trust this change?"),
}
"""Name of each picture → the address of its page, and words that stand there once it is whole."""


def shot(browser: Browser, url: str, *, whole: str) -> Image.Image:
    """Return what the first screen of the page at ``url`` shows once the words ``whole`` stand on it."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=FINER, color_scheme="light"
    )
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_text(whole).first).to_be_attached(timeout=PATIENCE_MS)
    _settle(page)
    drawn = page.screenshot()
    context.close()
    return Image.fromarray(open_photograph(drawn, name="screenshot").pixels)


def _settle(page: Page) -> None:
    """Wait until all is drawn, and a little more, for what fades in."""
    at_rest(page)
    until(page, "() => ![...document.querySelectorAll('.viewer')].some((one) => !one.dataset.position)")
    page.evaluate(PICTURES_HAVE_COME)
    page.wait_for_timeout(1500)
    at_rest(page)


def _main(out: Annotated[Path, typer.Option(help="The folder to write.")] = SCREENSHOTS) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        app_server(Path(folder) / "home") as server,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        for name, (address, whole) in PAGES.items():
            file = out / f"{name}.webp"
            shot(browser, f"{server.address}/{address}", whole=whole).save(file, quality=QUALITY, method=6)
            typer.echo(f"{file}: {file.stat().st_size / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    typer.run(_main)
