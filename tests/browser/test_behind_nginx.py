"""The row “behind a proxy” of SECURITY.md's table, with a real nginx and TLS: what opens, and what is refused.

nginx runs with the configuration that docs/how-to/proxy.md gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from playwright.sync_api import Browser, FilePayload, Page, expect

from lwise_core.images.codec import encode_png
from pages.parts.session.access import TEACHER
from tests.browser.conftest import ROOT, _free_port, _served, patient
from tests.support.nginx import NAME, Proxy, nginx

WORD = "four words of a teacher"
EVIL = "https://evil.example"
LINK = re.compile(r"/at-the-server\?key=\S+")
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("behind") / "app.log"


@pytest.fixture(scope="module")
def proxy(home: Path, log: Path) -> Iterator[Proxy]:  # noqa: ARG001  the home sets where the server keeps what it keeps
    hosts = [f"--server.allowedHosts={host}" for host in ("localhost", "127.0.0.1", NAME)]
    folder = log.parent
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(TEACHER, WORD)
        with (
            _served(ROOT / "app.py", log, further=hosts) as app,
            nginx(folder, upstream=app.replace("localhost", "127.0.0.1"), port=_free_port()) as running,
        ):
            yield running


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page that does not mind that nobody vouches for the certificate."""
    with patient(browser.new_context(ignore_https_errors=True)) as context:
        yield context.new_page()


def photograph() -> FilePayload:
    """A photograph of more than 1 MB, which is where nginx and the reader of forms begin to use the disk."""
    pixels = np.random.default_rng(0).integers(0, 256, (720, 720, 3), dtype=np.uint8)
    return FilePayload(name="noise.png", mimeType="image/png", buffer=encode_png(pixels))


def asked(proxy: Proxy, path: str, **headers: str) -> requests.Response:
    host = {"Host": f"{NAME}:{proxy.port}"} | headers
    url = f"https://127.0.0.1:{proxy.port}{path}"  # programs do not know the name, as browsers do
    return requests.get(url, headers=host, verify=proxy.certificate, timeout=60, allow_redirects=False)


def test_a_visitor_learns_and_the_teachers_word_opens_the_rest_where_a_photograph_is_taken(
    visitor: Page, proxy: Proxy
) -> None:
    sockets: list[str] = []
    visitor.on("websocket", lambda socket: sockets.append(socket.url))
    visitor.goto(proxy.address)
    expect(visitor.get_by_text("On this server people sit courses.")).to_be_visible()
    visitor.get_by_text("For whoever gives the courses", exact=True).click()
    visitor.get_by_label("The passphrase for whoever gives the courses").fill(WORD)
    visitor.get_by_role("button", name="Open these pages").click()
    sent = photograph()
    assert len(sent["buffer"]) > 2**20
    visitor.locator("input[type=file]").set_input_files(sent)
    expect(visitor.get_by_text("The photograph", exact=True)).to_be_visible()
    assert sockets
    assert all(url.startswith(f"wss://{NAME}:{proxy.port}/") for url in sockets)
    assert "buffered to a temporary file" not in proxy.warnings


def test_foreign_pages_and_names_are_refused_behind_it_too(proxy: Proxy) -> None:
    assert asked(proxy, "/_stcore/health").status_code == 200
    assert asked(proxy, "/_stcore/health", Origin=proxy.address).status_code == 200
    assert asked(proxy, "/_stcore/health", Origin=EVIL).status_code == 403
    assert asked(proxy, "/_stcore/health", Host="evil.example").status_code == 403
    assert asked(proxy, "/_stcore/stream", Origin=EVIL, **HANDSHAKE).status_code == 403
    assert asked(proxy, "/sittings/made-up/next").status_code == 404


def test_the_link_of_the_terminal_opens_behind_it_with_a_cookie_for_tls_alone(proxy: Proxy, log: Path) -> None:
    answer = asked(proxy, LINK.findall(log.read_text())[-1])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict", "Secure"} <= set(answer.headers["Set-Cookie"].split("; "))
