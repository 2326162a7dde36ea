"""Thirty learners at once on one server: is any answer lost, and how long is it from an answer to its feedback?

    PYTHONPATH=. python -m benchmarks.classroom_load

The real app is started with records of its own, and every learner is a thread that speaks HTTP as the runner does. Once
they think for a second or two before each answer, as people do at their fastest, and once not at all.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import requests
import typer

from lwise_core.data.phantom import FAMILIES
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.teaching.courses.builder import CourseBuilder, build_course
from lwise_core.teaching.courses.course import Course, Design, read_course
from lwise_core.teaching.courses.pictures import FromPhantom
from lwise_core.teaching.design.schedules import MOTHS, Group
from lwise_core.teaching.records.store import VARIABLE, Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer

ROOT = Path(__file__).parents[1]
_START_SECONDS = 90
_SCHEDULE = replace(MOTHS, blocks=tuple(replace(b, per_class=2) for b in MOTHS.blocks[-5:]))
_PICTURES = FromPhantom(per_class=20, per_class_in_tests=6, size=64)


@dataclass(frozen=True)
class Sat:
    """What one learner saw: milliseconds from each answer to its feedback, and how many were confirmed."""

    token: str
    waited: tuple[float, ...]


def main(
    learners: Annotated[int, typer.Option(help="How many at once.")] = 30,
    url: Annotated[str, typer.Option(help="Records; empty: an SQLite file.")] = "",
) -> None:
    """Let learners sit a course at once, with and without time to think."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        course = small_course(home / "courses" / "load")
        environment = os.environ | {"LWISE_HOME": folder} | ({VARIABLE: url} if url else {})
        with _served(environment) as server, Records.open(url=url or address(home=home)) as records:
            here = CourseServer(CourseLibrary(home / "courses"), records)
            print(f"{learners} learners at once, {records_kind(url)}. From an answer to its feedback, milliseconds.\n")
            print("| thinking before an answer | answers | lost | median | 95% | longest |")
            print("|---|---|---|---|---|---|")
            for thought in ((1.0, 2.0), (0.0, 0.0)):
                tokens = [here.enrol(course, participant=f"{thought[0]:g}-{i}").token for i in range(learners)]
                with ThreadPoolExecutor(learners) as pool:
                    sat = list(pool.map(lambda t, between=thought: sit(server, t, thinks=between), tokens))
                print(_row(thought, sat, here))


def records_kind(url: str) -> str:
    """Return what kind of database it is."""
    return "PostgreSQL" if url.startswith("postgres") else "SQLite"


def sit(server: str, token: str, *, thinks: tuple[float, float]) -> Sat:
    """Sit a whole course as the runner does, and time every answer."""
    lottery, waited = random.Random(token), []  # noqa: S311 - times to think, no secrets
    with requests.Session() as http:
        while not (batch := http.get(f"{server}/sittings/{token}/next", timeout=60).json())["done"]:
            for trial in batch["trials"]:
                time.sleep(lottery.uniform(*thinks))
                record = {
                    "trial": trial["number"],
                    "choice": trial["relabelled"].get("c0", "c0"),
                    "reaction_ms": 800.0,
                    "onset_ms": 0.0,
                    "choices_ms": 0.0,
                }
                begun = time.perf_counter()
                reply = http.post(
                    f"{server}/sittings/{token}/answers", json=record, headers={"X-Sitting": token}, timeout=60
                )
                reply.raise_for_status()
                waited.append(1000 * (time.perf_counter() - begun))
    return Sat(token, tuple(waited))


def _row(thought: tuple[float, float], sat: list[Sat], here: CourseServer) -> str:
    waited = np.concatenate([s.waited for s in sat])
    lost = sum(len(s.waited) - len(here.records.answers(token=s.token)) for s in sat)
    said = f"{thought[0]:g} to {thought[1]:g} s" if thought[1] else "none"
    median, high = np.percentile(waited, [50, 95])
    return f"| {said} | {len(waited):,} | {lost} | {median:.0f} | {high:.0f} | {waited.max():.0f} |"


def small_course(folder: Path) -> Course:
    """Make a short course of the phantom in ``folder``."""
    guide = catalog.load("phantom4-64")
    design = Design("load", _SCHEDULE, (Group.CONTROL, Group.L_WISE))
    for _ in build_course(folder, CourseBuilder(Walker(guide), design, FAMILIES), _PICTURES):
        pass
    return read_course(folder)


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    """Serve the real app on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own script
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    server, deadline = f"http://localhost:{port}", time.monotonic() + _START_SECONDS
    try:
        while not _is_healthy(server):
            if time.monotonic() > deadline:
                raise RuntimeError("the app did not start")
            time.sleep(0.3)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _is_healthy(server: str) -> bool:
    try:
        return requests.get(f"{server}/_stcore/health", timeout=5).ok
    except requests.ConnectionError:
        return False


if __name__ == "__main__":
    typer.run(main)
