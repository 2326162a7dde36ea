"""The app starts and serves a whole journey where there is no network, and calls nobody outside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lwise_core.images.codec import open_photograph
from tests.browser.acts import at_rest, seen
from tests.browser.conftest import patient
from tests.support.no_network import Alone, alone

CASE = "sample=cat&guide=animals16-64"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("alone")) as running:
        yield running


@pytest.fixture(scope="module")
def visitor(server: Alone, browser: Browser) -> Iterator[Page]:
    with (
        server.browser(browser.browser_type) as inside,
        patient(inside.new_context(accept_downloads=True)) as context,
    ):
        yield context.new_page()


def test_a_picture_is_enhanced_taken_away_and_inspected_and_nobody_is_called(server: Alone, visitor: Page) -> None:
    visitor.goto(f"{server.address}/?{CASE}")
    expect(seen(visitor, "Download, at ε")).to_be_visible()
    at_rest(visitor)
    with visitor.expect_download() as waiting:
        visitor.get_by_role("button", name="Picture (PNG)").click()
    assert open_photograph(Path(waiting.value.path()).read_bytes(), name="out.png").width > 0
    visitor.get_by_role("link", name="Inspect", exact=True).first.click()
    expect(visitor.locator("h4").first).to_be_visible()  # the verdict
    for name in ("Rank", "Learn", "Models"):
        visitor.get_by_role("link", name=name, exact=True).first.click()
        expect(visitor.get_by_role("heading", name=name, level=1)).to_be_visible()
    assert server.calls == []


def test_a_call_to_the_outside_would_be_noted(server: Alone) -> None:
    called = (
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), timeout=5)\nexcept OSError:\n    pass"
    )
    environment = {"PYTHONPATH": str(server.folder)}
    inside = ["nsenter", "-t", str(server.process), "-n", sys.executable, "-c", called]
    subprocess.run(inside, env=environment, check=True)  # noqa: S603 - our own interpreter in the server's network
    assert any("192.0.2.1" in call for call in server.calls)
