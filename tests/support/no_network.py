"""A network for a server and a browser alone: they reach each other, and there is no way out of it (Linux, as root)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType

from tests.browser.conftest import _FLAGS, ROOT, _chromium

_PORT = 8501
_TOOLS = ("unshare", "nsenter", "ip")
_INSIDE = 'ip link set lo up && exec "$@"'
_PRINTED = "/at-the-server?key="
_LOOKS, _LOOK_S = 900, 0.2

# Runs in the server before anything else: writes down every name that is looked up and every address that is called.
_NOTES = """
import sys

def _note(event, args):
    address = {"socket.getaddrinfo": args[:1], "socket.gethostbyname": args[:1], "socket.connect": args[1:2],
               "socket.sendto": args[1:2]}.get(event)
    if not address or isinstance(address[0], (str, bytes)) and event == "socket.connect":  # a socket of the file system
        return
    host = address[0][0] if isinstance(address[0], tuple) else address[0]
    if host not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost"):
        with open(%r, "a") as notes:
            notes.write(f"{event} {host}\\n")

sys.addaudithook(_note)
"""


@dataclass(frozen=True)
class Alone:
    """A server without a way out, the process whose network it is, and the file with what it called outside."""

    process: int
    address: str
    folder: Path

    @property
    def calls(self) -> list[str]:
        """What it called, or looked up, outside."""
        notes = self.folder / "calls"
        return notes.read_text().splitlines() if notes.is_file() else []

    @contextmanager
    def browser(self, kind: BrowserType) -> Iterator[Browser]:
        """Start a Chromium in the same network."""
        program = self.folder / "chromium"
        program.write_text(f'#!/bin/sh\nexec nsenter -t {self.process} -n "{_chromium()}" "$@"\n')
        program.chmod(0o755)
        chromium = kind.launch(executable_path=program, args=[*_FLAGS, "--no-sandbox"])
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def alone(folder: Path) -> Iterator[Alone]:
    """Serve the app in a network of its own; the tests that ask for it skip where none can be made."""
    _skip_where_none_can_be_made()
    (folder / "sitecustomize.py").write_text(_NOTES % str(folder / "calls"))
    environment = os.environ | {"PYTHONPATH": f"{folder}:{ROOT}", "LWISE_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    served = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={_PORT}"]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own script
            ["unshare", "-n", "sh", "-c", _INSIDE, "sh", *served],  # noqa: S607
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_serves(process, log)
        yield Alone(process.pid, f"http://localhost:{_PORT}", folder)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _skip_where_none_can_be_made() -> None:
    if not all(map(shutil.which, _TOOLS)) or _chromium() is None:
        pytest.skip("needs Linux with unshare, nsenter, ip and chromium: sudo apt install util-linux iproute2 chromium")
    if subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:  # noqa: S607
        pytest.skip("only root may make a network of its own")


def _wait_until_it_serves(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the link that the server prints once it serves: nobody outside of its network can ask it."""
    for _ in range(_LOOKS):
        if _PRINTED in log.read_text(errors="replace"):
            return
        try:
            process.wait(timeout=_LOOK_S)
            break
        except subprocess.TimeoutExpired:
            continue
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")
