"""A real nginx with TLS in front of a server, with the configuration that docs/how-to/proxy.md gives."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = "studio.localhost"
"""What the proxy is called: a name that browsers look for on this machine."""

_HOW_TO = ROOT / "docs" / "how-to" / "proxy.md"
_AROUND = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{}}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {documented}
}}
"""


@dataclass(frozen=True)
class Proxy:
    """The proxy at ``port``; ``certificate`` is its own, and ``folder`` has what it wrote."""

    port: int
    certificate: Path
    folder: Path

    @property
    def address(self) -> str:
        """Its address as people type it."""
        return f"https://{NAME}:{self.port}"

    @property
    def warnings(self) -> str:
        """What it warned of, such as a photograph that it wrote to its disk."""
        return (self.folder / "error.log").read_text()


def documented(*, upstream: str, port: int, folder: Path) -> str:
    """Return the configuration of the how-to with these places in it."""
    (block,) = re.findall(r"```nginx\n(.*?)```", _HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    places = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "studio.example.org": NAME,
        "/etc/ssl/studio": f"{folder}/studio",
        "http://127.0.0.1:8501": upstream,
    }
    for theirs, ours in places.items():
        assert block.count(theirs) >= 1, theirs
        block = block.replace(theirs, ours)
    return str(block)


@contextmanager
def nginx(folder: Path, *, upstream: str, port: int) -> Iterator[Proxy]:
    """Run nginx in front of ``upstream``; the tests that ask for it skip where it is not installed."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    openssl = shutil.which("openssl")
    if program is None or openssl is None:
        pytest.skip("needs nginx and openssl: sudo apt install nginx openssl")
    certificate = folder / "studio.pem"
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
    files = ["-keyout", str(folder / "studio.key"), "-out", str(certificate)]
    subprocess.run(  # noqa: S603  the system's openssl
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files],
        check=True,
        capture_output=True,
    )
    user = "user root;" if os.geteuid() == 0 else ""  # the tests' folder is closed to the user that it would choose
    settings = _AROUND.format(
        user=user, folder=folder, documented=documented(upstream=upstream, port=port, folder=folder)
    )
    (folder / "nginx.conf").write_text(settings)
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")])  # noqa: S603  the system's nginx
    try:
        _wait_until_it_listens(process, port)
        yield Proxy(port, certificate, folder)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    raise AssertionError("nginx did not start")
