"""How long the Inspect page takes from a photograph to its last tab, in a headless Chromium.

    PYTHONPATH=. python -m benchmarks.inspect_page [--guide animals16-64]    # or resnet50-seeded, at 224 px

The real app, the bundled guide, and a photograph that nobody has seen before in a session of its own: everything is
computed, nothing is read back. The first visit computes in fp32; the others come after the check of the fast twin that
follows it. The page itself notes what is there, every 15 ms: Playwright looks only every half second after the first
0.3 s. Beside the seconds that a person waits stand those of the processor until the verdict, from there until the open
tab is drawn, and for each further tab, in the server and in Chromium: they say where the work is when the machine is
busy with something else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import torch
import typer
from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from benchmarks import first_frame
from lwise_core._utils.precision import native_bf16
from lwise_core.images.codec import encode_png, open_photograph
from tests.browser.acts import until
from tests.browser.conftest import _FLAGS, _chromium, _free_port, _wait_until_healthy

ROOT = Path(__file__).resolve().parents[1]
PHOTOGRAPHS = ("chelsea.png", "astronaut.png", "coffee.png", "rocket.jpg")
_PATIENCE_MS = 300_000
_TICKS = os.sysconf("SC_CLK_TCK")

# Notes when a file was chosen, and from then on when each thing was seen first. Drawn is the page when every picture is
# decoded, every figure there, and nothing in the making.
_NOTES = """(() => {
    window.noted = {};
    const note = (what) => { window.noted[what] ??= performance.now() / 1000; };
    addEventListener("change", (event) => { if (event.target.type === "file") note("began"); }, true);
    const shown = (main) => [...main.querySelectorAll("*")].some(
        (part) => part.shadowRoot?.querySelector(".viewer")?.dataset.position !== undefined
    );
    window.drawn = (main) => {
        const has = (text) => [...main.querySelectorAll("button")].some((b) => b.textContent.includes(text));
        return has("Report (HTML)") && !has("Stop")
            && [...main.querySelectorAll("img")].every((i) => i.complete && i.naturalWidth)
            && [...main.querySelectorAll("[data-testid=stPlotlyChart]")].every((f) => f.querySelector(".main-svg"));
    };
    const look = () => {
        const main = document.querySelector("[data-testid=stMain]");
        if (!main || !window.noted.began || window.noted.drawn) return;
        if (!window.noted.picture && shown(main)) note("picture");
        if (main.textContent.includes("takes the original for")) note("words");
        if (!main.querySelector("h4")?.checkVisibility()) return;
        note("verdict");
        if (window.noted.picture && window.drawn(main)) note("drawn");
    };
    setInterval(look, 15);
})();"""
_DRAWN = "() => window.drawn(document.querySelector('[data-testid=stMain]'))"
_TABS = ("Attributions", "Can it paint anything?", "Second opinion")  # after Change, which is open


@dataclass(frozen=True)
class Visit:
    """Seconds until the picture, the first words, the verdict, the open tab and the last tab.

    ``processor`` has those of the processor, in the server and in Chromium, for each part of the visit by its name.
    """

    picture: float
    words: float
    verdict: float
    tab: float
    all: float
    processor: Mapping[str, tuple[float, float]]


def visit(browser: Browser, url: str, photograph: Path, *, guide: str, server: int) -> Visit:
    """Bring ``photograph`` to the Inspect page in a new session, open every tab and wait for the last one."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.add_init_script(_NOTES)
    processes = browser.new_browser_cdp_session()
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{url}/inspection")
    upload = page.locator("input[type=file]")
    expect(upload).to_be_attached(timeout=_PATIENCE_MS)
    if guide:
        page.get_by_role("combobox", name="Guide model").click()
        page.get_by_role("option", name=guide, exact=True).click()
        expect(page.get_by_text(f"Card of {guide}:")).to_be_visible(timeout=_PATIENCE_MS)
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=_PATIENCE_MS
    )
    seen = {"": (_seconds_of(server), _seconds_of_chromium(processes))}
    upload.set_input_files(photograph)
    until(page, "() => window.noted.verdict", patience_ms=_PATIENCE_MS)
    seen["verdict"] = _seconds_of(server), _seconds_of_chromium(processes)
    until(page, "() => window.noted.drawn", patience_ms=_PATIENCE_MS)
    seen["open tab"] = _seconds_of(server), _seconds_of_chromium(processes)
    for tab in _TABS:
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        page.wait_for_timeout(200)  # until the run that the click begins has begun
        until(page, _DRAWN, patience_ms=_PATIENCE_MS)
        seen[tab] = _seconds_of(server), _seconds_of_chromium(processes)
    noted = page.evaluate("() => ({...window.noted, all: performance.now() / 1000})")
    context.close()
    picture, words, verdict, tab, last = (
        noted[what] - noted["began"] for what in ("picture", "words", "verdict", "drawn", "all")
    )
    spent = {
        name: (after[0] - before[0], after[1] - before[1])
        for before, (name, after) in zip(seen.values(), list(seen.items())[1:], strict=False)
    }
    return Visit(picture, words, verdict, tab, last, spent)


def _seconds_of(process: int) -> float:
    """Return the processor's seconds that a process has used, by the system's own count."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _seconds_of_chromium(processes: CDPSession) -> float:
    told = processes.send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(process["cpuTime"] for process in told))


@contextmanager
def _served(home: Path) -> Iterator[tuple[str, int]]:
    """Serve the app with ``home`` as its folder; yield its address and its process."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own script
            command, cwd=ROOT, env=os.environ | {"LWISE_HOME": str(home)}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_healthy(port, process, log)
        yield f"http://localhost:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _photographs(folder: Path, *, count: int) -> list[Path]:
    """Write ``count`` photographs, no two alike in a byte."""
    written = []
    for i in range(count):
        name = PHOTOGRAPHS[i % len(PHOTOGRAPHS)]
        pixels = open_photograph(files("skimage.data").joinpath(name).read_bytes(), name=name).pixels
        written.append(folder / f"{i}-{Path(name).stem}.png")
        written[-1].write_bytes(encode_png(pixels[i:, i:]))
    return written


def _twin_is_checked(page: Page, home: Path) -> None:
    """Wait for the check of the fast twin, which happens while nobody asks for anything, where twins are used."""
    if not native_bf16(torch.device("cpu")):
        return
    deadline = perf_counter() + _PATIENCE_MS / 1000
    while not any((home / "verdicts").glob("*.json")) and perf_counter() < deadline:
        page.wait_for_timeout(500)


def main(
    visits: Annotated[int, typer.Option(min=2, help="The first one included.")] = 6,
    guide: Annotated[str, typer.Option(help="A bundled guide, or resnet50-seeded; empty: the first one.")] = "",
) -> None:
    """Print the first visit, and the median of the others."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        photographs, home = _photographs(Path(folder), count=visits), Path(folder) / "home"
        home.mkdir()
        if guide == first_frame.NAME:
            os.environ["LWISE_HOME"] = str(home)
            first_frame.write_guide(home)
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        with _served(home) as (url, server):
            seen = [visit(browser, url, photographs[0], guide=guide, server=server)]
            _twin_is_checked(browser.new_page(), home)
            seen += [visit(browser, url, one, guide=guide, server=server) for one in photographs[1:]]
        browser.close()
    print(f"first visit: {_said(seen[:1])}")
    print(f"after the check: {_said(seen[1:])}")


def _said(visits: list[Visit]) -> str:
    names = {"picture": "picture", "words": "words", "verdict": "verdict", "tab": "open tab", "all": "last tab"}
    seconds = ", ".join(f"{said} after {_spread([getattr(v, name) for v in visits])}" for name, said in names.items())
    spent = "; ".join(
        f"{part} {median(v.processor[part][0] for v in visits):.2f} and "
        f"{median(v.processor[part][1] for v in visits):.2f} s"
        for part in visits[0].processor
    )
    return f"{seconds} ({len(visits)} visits); processor in server and Chromium: {spent}"


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"


if __name__ == "__main__":
    typer.run(main)
