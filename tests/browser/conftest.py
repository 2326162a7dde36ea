"""The real app in a real Chromium. Every test here also fails when the page talks to anybody but its own server."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
import safetensors.torch
import torch
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks
from lwise_core.guides.catalog import BUNDLED, load
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.teaching.courses.course import Course, write_course
from tests.browser.acts import PATIENCE_MS

ROOT = Path(__file__).parents[2]

_START_SECONDS = 180
_EXECUTABLES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
)
_OWN_SCHEMES = {"data", "blob"}

ColorScheme = Literal["light", "dark"]


def _chromium() -> str | None:
    """Return the Chromium to drive: $CHROMIUM, or the first on the PATH; None leaves it to Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _EXECUTABLES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the session."""
    expect.set_options(timeout=PATIENCE_MS)
    as_root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, *as_root])
        except Error as error:
            pytest.skip(
                "No Chromium: install the package chromium, set CHROMIUM to one, or run “playwright install chromium” "
                f"({str(error).splitlines()[0]})"
            )
        yield chromium
        chromium.close()


def _free_port() -> int:
    """Return a port that nobody has, below those that systems give to connections.

    One of those could be a browser's by the time that a server which is being started takes it.
    """
    ports = random.SystemRandom()
    while True:
        port = ports.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _is_healthy(port: int, *, base: str = "") -> bool:
    connection = HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", f"{base}/_stcore/health")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _wait_until_healthy(port: int, process: subprocess.Popen[bytes], log: Path, *, base: str = "") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_healthy(port, base=base):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the server did not start:\n{log.read_text()}")
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _served(script: Path, log: Path, *, base: str = "", further: Sequence[str] = ()) -> Iterator[str]:
    """Serve ``script`` as a person would, on a free port below the path ``base``, and yield its address.

    ``further`` are more of Streamlit's options.
    """
    port = _free_port()
    options = ("--server.headless=true", f"--server.port={port}", f"--server.baseUrlPath={base}", *further)
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    # One thread each: servers of several test processes would wait busily for one another's cores.
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own script
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_healthy(port, process, log, base=base)
            yield f"http://localhost:{port}{base}"
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server; one that takes too long over it, on a machine that may be busy, is killed."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def slow_guide(home: Path) -> str:
    """The name of an added guide whose path takes so long that a person can stop it."""
    torch.manual_seed(0)
    network = CompactResNet(width=48, num_classes=16, stem_stride=2)
    weights = safetensors.torch.save({k: v.half() for k, v in network.state_dict().items() if v.is_floating_point()})
    card = json.loads((BUNDLED / "animals16-64" / "card.json").read_text())
    card |= {"name": "slow-768", "input_size": 768, "references": {"source": "none", "logits": {}}, "measured": {}}
    card["weights"] |= {"sha256": hashlib.sha256(weights).hexdigest(), "bytes": len(weights)}
    folder = home / "models" / "slow-768"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "card.json").write_text(json.dumps(card))
    # Its fast twin counts as checked and not good enough: a check would keep the server busy for minutes.
    TwinChecks(home / "verdicts").keep(load(folder.name), TwinCheck(cosine=0.5, gain_error=1.0, pairs=16))
    return folder.name


@pytest.fixture(scope="session")
def server_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what each server prints, in a file called after its script."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def serve(
    home: Path,  # noqa: ARG001 - it sets the environment of the servers
    server_logs: Path,
) -> Iterator[Callable[[Path], str]]:
    """Serve a script for the whole session, once however often it is asked for; return its address."""
    running: dict[Path, str] = {}
    with ExitStack() as servers:

        def start(script: Path) -> str:
            if script not in running:
                running[script] = servers.enter_context(_served(script, server_logs / f"{script.stem}.log"))
            return running[script]

        yield start


@pytest.fixture(scope="session")
def studio_url(serve: Callable[[Path], str]) -> str:
    """The address of the real app."""
    return serve(ROOT / "app.py")


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in _OWN_SCHEMES and parts.hostname not in {"localhost", "127.0.0.1"}


@contextmanager
def patient(context: BrowserContext) -> Iterator[BrowserContext]:
    """Let a click wait as long as an expectation does, on a machine that may be busy; close the context afterwards."""
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of 390×844 that is touched; nothing moves on it."""
    with patient(
        browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    ) as context:
        yield context.new_page()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page at 1440×900 that fails the test when anything leaves the machine or a script breaks."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    tab = context.new_page()
    foreign: list[str] = []
    broken: list[str] = []

    def note_request(request: Request) -> None:
        if _is_foreign(request.url):
            foreign.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            broken.append(message.text)

    context.on("request", note_request)
    tab.on("websocket", lambda socket: foreign.append(socket.url) if _is_foreign(socket.url) else None)
    tab.on("console", note_message)
    tab.on("pageerror", lambda error: broken.append(str(error)))
    yield tab
    context.close()
    assert not foreign, f"the page talked to other machines: {foreign}"
    assert not broken, f"scripts failed or were refused: {broken}"


@pytest.fixture
def in_scheme(page: Page) -> Callable[[ColorScheme], None]:
    """Switch the page between light and dark, as the system's setting would."""
    return lambda scheme: page.emulate_media(color_scheme=scheme)


@pytest.fixture
def unhurried_pairs(home: Path, pair_course: Course) -> Iterator[Course]:
    """A course of two pictures on the server's shelf, whose trials wait an hour for an answer and take it at once."""
    folder = Path(shutil.copytree(pair_course.folder, home / "courses" / "unhurried"))
    timing = replace(pair_course.design.timing, lockout_ms=0, choice_ms=3_600_000)
    design = replace(pair_course.design, name="Two pictures, unhurried", timing=timing)
    yield write_course(folder, replace(pair_course.manifest, design=design))
    shutil.rmtree(folder)
