"""From the command that starts the app to the first page that can be used, in a real Chromium.

    python -m benchmarks.first_page

Run by the Python that the app is installed in. Chromium is open already, as a person's browser is, and the first start
does not count: it warms the machine's file cache.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
STARTS = 3
_PATIENCE_MS = 60_000
_EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
_KNOCK = 20  # milliseconds between two looks whether the server answers


@contextmanager
def _served(home: str) -> Iterator[str]:
    """Start the app as a person does and yield its address at once, before it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own script
        command,
        cwd=ROOT,
        env=os.environ | {"LWISE_HOME": home},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def seconds_to_first_page(browser: Browser, *, home: str) -> float:
    """Return the seconds from the command to the first button of the gallery that can be pressed."""
    page = browser.new_page()
    began = perf_counter()
    with _served(home) as address:
        _open(page, address)
        expect(page.get_by_role("button", name="Open this one").first).to_be_enabled(timeout=_PATIENCE_MS)
        seconds = perf_counter() - began
        page.close()
    return seconds


def _open(page: Page, address: str) -> None:
    """Go to ``address`` as soon as somebody answers there."""
    deadline = perf_counter() + _PATIENCE_MS / 1000
    host, port = address.removeprefix("http://").split(":")
    while perf_counter() < deadline:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            break
        except OSError:
            page.wait_for_timeout(_KNOCK)
    page.goto(address)


def main() -> None:
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _EXECUTABLES)), None)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=as_root)
        seconds = [seconds_to_first_page(browser, home=home) for _ in range(STARTS + 1)]
        browser.close()
    print(json.dumps(seconds[1:]))


if __name__ == "__main__":
    main()
