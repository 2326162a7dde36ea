"""How many pictures a second the viewer shows while its slider is scrubbed, in a headless Chromium.

    PYTHONPATH=. python -m benchmarks.viewer_frame_rate

Each frame of the screen (requestAnimationFrame) the slider is set to another position, and a picture counts when the
viewer has drawn it: composed, put on its canvases, read-outs renewed. The pictures are 720 px, the largest that the
browser composes. Without a graphics card Chromium also composes the page itself on the CPU, so these are lower bounds.
"""

from __future__ import annotations

import statistics
import tempfile
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import _FLAGS, _chromium, _served

APP = Path(__file__).parents[1] / "tests" / "browser" / "apps" / "viewer_app.py"
SIDE, FRAMES, STEPS = 720, 120, 40
MODES = {"side": "Side by side", "wipe": "Wipe", "change": "Perturbation"}

_SCRUB = """async (viewer, frames) => {
    const slider = viewer.querySelector(".epsilon");
    const drawn = [];
    const last = Number(slider.max);
    for (let i = 0; i < frames; i++) {
        const position = 1 + (i % last);
        slider.value = position;
        slider.dispatchEvent(new Event("input"));
        do { await new Promise(requestAnimationFrame); } while (Number(viewer.dataset.position) !== position);
        drawn.push(performance.now());
    }
    return drawn;
}"""


def scrub(page: Page, url: str, *, guide: int, mode: str) -> list[float]:
    """Return the milliseconds from each picture to the next."""
    page.goto(f"{url}/?guide={guide}&side={SIDE}&steps={STEPS}")
    viewer = page.locator(".viewer")
    expect(viewer).to_have_attribute("data-position", "10")
    viewer.get_by_text(MODES[mode], exact=True).click()
    viewer.evaluate(_SCRUB, 20)
    drawn = viewer.evaluate(_SCRUB, FRAMES)
    return [after - before for before, after in pairwise(drawn)]


def main() -> None:
    expect.set_options(timeout=240_000)
    print(f"{'guide':>6} {'mode':<14} {'pictures a second':>18} {'median':>9} {'95%':>9}")
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(APP, Path(folder) / "app.log") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        for guide in (64, 224):
            for mode, label in MODES.items():
                waits = scrub(page, url, guide=guide, mode=mode)
                rate = 1000 * len(waits) / sum(waits)
                median, slow = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
                print(f"{guide:>3} px {label:<14} {rate:>18.1f} {median:>6.1f} ms {slow:>6.1f} ms", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
