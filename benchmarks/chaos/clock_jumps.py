"""The machine's clock is set back by a day and forward by an hour while learners answer (libfaketime)."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from benchmarks.chaos.app_server import AppServer, app_server, wait_for
from benchmarks.chaos.classroom import classroom
from benchmarks.chaos.outcome import Outcome, require, tried
from lwise_core.teaching.records.store import address

_LIBRARIES = "*/faketime/libfaketimeMT.so.1"
_HOUR_S = 3600
_JUMPS = (("-1d", -24 * _HOUR_S), ("+1h", _HOUR_S), ("+0", 0))
_NEAR_S = 0.25 * _HOUR_S
_ANSWERS_S = 300
_DAY_S = 24 * _HOUR_S


def clock(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Set the server's clock while learners answer; the clock that only goes forward (monotonic) is left alone."""
    home, said = folder / "home", folder / "clock"
    said.write_text("+0\n")
    library = next(Path("/usr/lib").glob(_LIBRARIES), None)
    require(library is not None, "libfaketime is not installed: sudo apt install libfaketime")
    settings = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(said),
        "FAKETIME_CACHE_DURATION": "1",  # s; without it every look at the clock reads the file: a start took minutes
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        app_server(home, settings=settings) as server,
        classroom(server.address, home / "courses" / "c", address(home=home)) as room,
    ):

        def jumped(i: int) -> None:
            jump, ahead = _JUMPS[i % len(_JUMPS)]
            said.write_text(f"{jump}\n")
            wait_for(lambda: abs(_ahead(server) - ahead) < _NEAR_S, seconds=_ANSWERS_S, what="the clock to jump")
            wanted = room.confirmed + lottery.randint(4, 9)
            wait_for(
                lambda: room.confirmed >= wanted or bool(room.broken), seconds=_ANSWERS_S, what="answers after the jump"
            )
            wait_for(server.is_healthy, seconds=_ANSWERS_S, what="the server to answer")

        wait_for(lambda: room.confirmed > 0, seconds=_ANSWERS_S, what="the first answer")
        outcome = tried("the clock is set a day back, an hour forward, and right", times, jumped, held=_HELD)
        stored = [r.stored_at for one in room.learners for r in room.here.records.answers(token=one.token)]
    spread = (max(stored) - min(stored)).total_seconds()
    require(spread > _DAY_S / 2, "the clock did not jump")
    return outcome


def _ahead(server: AppServer) -> float:
    """Return by how many seconds the server's clock is ahead of ours, as it says in its answers."""
    stated = requests.get(f"{server.address}/_stcore/health", timeout=60).headers["Date"]
    return parsedate_to_datetime(stated).timestamp() - time.time()


_HELD = "every confirmed answer is there once, as it was given; learners go on"
