"""Many people at once for a while: errors, lost tabs, lost answers, how memory grows and what is left of it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import numpy as np

from benchmarks.chaos import document
from benchmarks.chaos.app_server import AppServer, app_server, free_port
from benchmarks.chaos.classroom import classroom
from benchmarks.chaos.outcome import Broken
from benchmarks.chaos.page_client import page_client
from benchmarks.chaos.visitors import BEGUN, COMPUTED, OTHER, PAGES, Place, Seen, visitors
from benchmarks.report import write_into
from lwise_core.teaching.records.store import address
from tests.support.nginx import NAME, nginx

SECTION = "load"
_HEAD = (
    "| who | errors | lost tabs | lost answers | memory, MB a minute after warm-up "
    "| memory idle, at most, and after all left, MB | 95%: first change where a computation begins | elsewhere "
    "| until it is computed | an answer's feedback | day |"
)
_RULE = "|---|---|---|---|---|---|---|---|---|---|---|"
_WARM = 1 / 3  # of the time
_LOOK_S = 2.0
_THOUGHT_S = 1.5
_SETTLED_S = 45.0  # pages that were closed are forgotten after half a minute


@dataclass(frozen=True)
class Load:
    """Who comes, for how many minutes, and how long it is waited after all left; ``proxied``: behind nginx."""

    browsers: int
    clients: int
    minutes: float
    afterwards: float
    proxied: bool = False

    @property
    def name(self) -> str:
        """What the row is called."""
        behind = ", behind nginx" if self.proxied else ""
        return f"browsers: {self.browsers}, clients: {self.clients}, minutes: {self.minutes:g}{behind}"


@dataclass(frozen=True)
class Grown:
    """Resident megabytes of the server and its workers: idle, every sample (minute, MB), and after all left."""

    idle: float
    samples: Sequence[tuple[float, float]]
    left: float

    @property
    def slope(self) -> float:
        """Return the megabytes a minute after the warm-up."""
        last = self.samples[-1][0]
        minutes, held = np.array([s for s in self.samples if s[0] >= _WARM * last]).T
        return float(np.polyfit(minutes, held, 1)[0])

    @property
    def most(self) -> float:
        """Return the most that was held."""
        return max(held for _, held in self.samples)


def measure(load: Load, *, seed: int = 1) -> str:
    """Bring the load about, and return its row of the document."""
    seen, lost, waited = Seen(), "0", list[float]()
    with tempfile.TemporaryDirectory(prefix="lwise-chaos-") as folder, _served(load, Path(folder)) as (server, place):
        home = server.home
        _visit_once(place)
        time.sleep(_SETTLED_S)
        idle, samples = server.resident(), list[tuple[float, float]]()
        learners = load.clients // 2
        try:
            with (
                classroom(
                    place.address, home / "courses" / "c", address(home=home), learners=learners, thinks=_THOUGHT_S
                ) as room,
                visitors(place, seen, browsers=load.browsers, clients=load.clients - learners, seed=seed),
                _sampled(server, samples),
            ):
                time.sleep(60 * load.minutes)
                waited = [second for learner in room.learners for second in learner.waited]
        except Broken as error:
            lost = str(error)
        time.sleep(60 * load.afterwards)
        grown = Grown(idle, samples, server.resident())
        said = server.log.read_text(errors="replace").count("Traceback")
    if said:
        seen.errors.append(f"{said} traces in the server's log")
    return _row(load, seen, lost, waited, grown)


def write(rows: Sequence[str]) -> None:
    """Put rows into the document; others stay as they are."""
    known = document.rows_in(document.DOCUMENT, section=SECTION) | {row.split("|")[1].strip(): row for row in rows}
    table = "\n".join((f"On {document.machine()}:", "", _HEAD, _RULE, *known.values()))
    write_into(document.DOCUMENT, table, section=SECTION)


def _row(load: Load, seen: Seen, lost: str, waited: Sequence[float], grown: Grown) -> str:
    return " | ".join(
        (
            f"| {load.name}",
            _counted(seen.errors),
            _counted(seen.lost),
            lost,
            f"{grown.slope:+.1f}",
            f"{grown.idle:,.0f}, {grown.most:,.0f}, {grown.left:,.0f}",
            *(_high(seen.reactions[kind]) for kind in (BEGUN, OTHER, COMPUTED)),
            _high(waited),
            f"{datetime.now(UTC):%d %B %Y} |",
        )
    )


def _counted(sentences: Sequence[str]) -> str:
    kinds = sorted(set(sentences))[:3]
    return f"{len(sentences)}: {'; '.join(kinds)}".replace("|", "/") if sentences else "0"


def _high(seconds: Sequence[float]) -> str:
    return f"{np.percentile(seconds, 95):.1f} s of {len(seconds)}" if seconds else "none"


@contextmanager
def _served(load: Load, folder: Path) -> Iterator[tuple[AppServer, Place]]:
    """Serve the app with all pages open, behind nginx where that is asked for."""
    threads = {"OMP_NUM_THREADS": str(os.cpu_count())}  # as where nobody sets it: other rows need the same bytes
    if not load.proxied:
        with app_server(folder / "home", settings=threads) as server:
            yield server, Place(server.address)
        return
    hosts = [f"--server.allowedHosts={host}" for host in ("localhost", "127.0.0.1", NAME)]
    with app_server(folder / "home", settings=threads | {"LWISE_OPEN_PAGES": "1"}, options=hosts) as server:
        upstream = server.address.replace("localhost", "127.0.0.1")
        with nginx(folder, upstream=upstream, port=free_port()) as proxy:
            os.environ["REQUESTS_CA_BUNDLE"] = str(proxy.certificate)  # what learners' requests trust
            yield server, Place(f"https://127.0.0.1:{proxy.port}", str(proxy.certificate))


def _visit_once(place: Place) -> None:
    """Open every page that visitors will ask for, and let one browser come and go: what is loaded once is loaded."""
    for page, query in PAGES:
        with page_client(place.address, certificate=place.certificate) as client:
            client.open(page, query)
            client.follow(seconds=_SETTLED_S)
    with visitors(place, Seen(), browsers=1, clients=0, seed=0):
        time.sleep(_SETTLED_S)


@contextmanager
def _sampled(server: AppServer, samples: list[tuple[float, float]]) -> Iterator[None]:
    """Look at the server's memory every two seconds meanwhile."""
    over, begun = Event(), time.monotonic()

    def look() -> None:
        while not over.wait(_LOOK_S):
            samples.append(((time.monotonic() - begun) / 60, server.resident()))

    thread = Thread(target=look, name="memory")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
