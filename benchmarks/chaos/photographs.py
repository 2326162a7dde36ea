"""Many distinct photographs of 12 megapixels in one session: the server's memory is flat once its budget is reached."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator, Sequence
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
        page.goto(server.address)
        page.get_by_role("heading", level=1).first.wait_for()
        held, full = [server.resident()], None
        for number, photograph in enumerate(_photographs(count)):
            refused = _bring(page, photograph)
            held.append(server.resident())
            if refused and full is None:
                full = number
        chromium.close()
    return _said(held, full)


def _said(held: Sequence[float], full: int | None) -> str:
    """Return what the server ``held`` before and after each photograph, MB, and that the budget was ``full`` then."""
    begun = f"{len(held) - 1} photographs: {held[0]:,.0f} MB before"
    if full is None:
        return f"{begun}, {held[-1]:,.0f} MB after the last; the budget was not reached"
    after = held[full + 1 :]
    return (
        f"{begun}, {held[full]:,.0f} MB when the budget was reached after {full}, then {min(after):,.0f} to "
        f"{max(after):,.0f} MB, the last {np.mean(after[-_TAIL:]):,.0f} MB"
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
