"""The real app as a process that is killed and started again, at one port and with one home."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from benchmarks.chaos.outcome import Broken, require

ROOT = Path(__file__).parents[2]
_START_S = 600  # on a machine that others want too; it is looked for all the time
_ORPHANS_S = 30
_LINK = re.compile(r"http://\S+/at-the-server\?key=\S+")


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Look again and again until something holds.

    Raises:
        Broken: It does not within so many seconds; ``what`` says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Broken(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


def environment_of(home: Path) -> dict[str, str]:
    """Return the environment of a process of this program that keeps everything in ``home``."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"LWISE_HOME": str(home), "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


@dataclass
class AppServer:
    """The real app, with everything that it keeps in ``home``.

    ``settings`` are further environment variables, ``options``
    further options of Streamlit's.
    """

    home: Path
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own script
                [*command, f"--server.port={self.port}", *self.options],
                cwd=ROOT,
                env=environment_of(self.home) | dict(self.settings),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(self.is_healthy, seconds=_START_S, what="the server to start")

    def is_healthy(self) -> bool:
        """Return whether it answers."""
        try:
            return requests.get(f"{self.address}/_stcore/health", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """Kill it as the system does for want of memory (SIGKILL); what it had begun must end by itself."""
        if self.process is None:
            return
        begun = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        _, left = psutil.wait_procs(begun, timeout=_ORPHANS_S)
        require(not left, f"{len(left)} of the server's processes outlived it")

    def resident(self) -> float:
        """Return the memory that it holds, its workers too, in MB."""
        if self.process is None:
            return 0.0
        own = psutil.Process(self.process.pid)
        held = 0
        for process in (own, *own.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                held += process.memory_info().rss
        return held / 1e6

    def link(self) -> str:
        """Return the last link that it printed for whoever sits at it."""
        found = _LINK.findall(self.log.read_text(errors="replace"))
        require(bool(found), "the server printed no link")
        return str(found[-1]).replace("localhost:8501", f"localhost:{self.port}")


@contextmanager
def app_server(
    home: Path, *, settings: Mapping[str, str] | None = None, options: Sequence[str] = ()
) -> Iterator[AppServer]:
    """Serve the app, and kill it at the end."""
    home.mkdir(parents=True, exist_ok=True)
    server = AppServer(home, home.parent / f"{home.name}.log", settings or {}, options)
    try:
        server.start()  # also one that does not answer in time is ended
        yield server
    finally:
        server.kill()
