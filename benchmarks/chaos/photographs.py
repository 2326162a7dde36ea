"""Many distinct photographs of 12 megapixels in one session: the server's memory is flat once its budget is reached."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Error, FilePayload, Page, sync_playwright

from benchmarks.chaos.app_server import app_server
from benchmarks.chaos.outcome import Broken
from tests.browser.conftest import _FLAGS, _chromium

_WIDTH, _HEIGHT, _COARSE = 4000, 3000, 8
_PATIENCE_MS = 180_000
_REFUSED, _TAKEN = "“{}” is left out. With this, the page would keep", "^Photograph: {}$"
_GUIDE = "animals16-64"
_TAIL = 5


def measure(count: int) -> str:
    """Bring ``count`` photographs to one page, and return what its server held and what the page said.

    Raises:
        Broken: The page did not take one, or did not refuse one in a sentence.
    """
    with (
        tempfile.TemporaryDirectory(prefix="lwise-chaos-") as folder,
        app_server(Path(folder) / "home") as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        page = chromium.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(f"{server.address}/?guide={_GUIDE}")
        held, full = [server.resident()], count
        for number, photograph in enumerate(_photographs(count)):
            refused = _bring(page, photograph)
            held.append(server.resident())
            if refused and full == count:
                full = number
        chromium.close()
    after = held[full + 1 :] or held[-1:]
    return (
        f"{count} photographs: {held[0]:,.0f} MB before, {held[full]:,.0f} MB when the budget was reached after {full}"
        f", then {min(after):,.0f} to {max(after):,.0f} MB, the last {np.mean(after[-_TAIL:]):,.0f} MB"
    )


def _bring(page: Page, photograph: FilePayload) -> bool:
    """Drop a photograph on the page; return whether it was refused because there is no more room."""
    name = re.escape(photograph["name"]).replace(r"\.", r"\W+")  # names have joiners at dots, lest they become links
    refusal, taken = (page.get_by_text(re.compile(said.format(name))) for said in (_REFUSED, _TAKEN))
    try:
        page.locator("input[type=file]").first.set_input_files(photograph)
        refusal.or_(taken).first.wait_for(state="attached")
    except Error as error:
        raise Broken(f"{photograph['name']} was neither taken nor refused: {str(error).splitlines()[0]}") from error
    return refusal.count() > 0


def _photographs(count: int) -> Iterator[FilePayload]:
    """Yield photographs of 12 megapixels, no two of the same pixels."""
    lottery = np.random.default_rng(0)
    coarse = lottery.integers(0, 256, (_HEIGHT // _COARSE, _WIDTH // _COARSE, 3), dtype=np.uint8)
    scene = Image.fromarray(coarse).resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC)
    pixels = np.asarray(scene)
    for i in range(count):
        file = io.BytesIO()
        Image.fromarray(np.roll(pixels, i * _COARSE, axis=1)).save(file, "JPEG", quality=85)
        yield FilePayload(name=f"scene{i:03d}.jpg", mimeType="image/jpeg", buffer=file.getvalue())
