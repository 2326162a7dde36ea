"""The machine's clock is set back by a day and forward by an hour while learners answer (libfaketime)."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.chaos.app_server import app_server, wait_for
from benchmarks.chaos.classroom import classroom
from benchmarks.chaos.outcome import Outcome, require, tried
from lwise_core.teaching.records.store import address

_LIBRARIES = "*/faketime/libfaketimeMT.so.1"
_JUMPS = ("-1d", "+1h", "+0")
_ANSWERS_S = 300
_DAY_S = 24 * 3600


def clock(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Set the server's clock while learners answer; the clock that only goes forward (monotonic) is left alone."""
    home, said = folder / "home", folder / "clock"
    said.write_text("+0\n")
    library = next(Path("/usr/lib").glob(_LIBRARIES), None)
    require(library is not None, "libfaketime is not installed: sudo apt install libfaketime")
    settings = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(said),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        app_server(home, settings=settings) as server,
        classroom(server.address, home / "courses" / "c", address(home=home)) as room,
    ):

        def jumped(i: int) -> None:
            said.write_text(f"{_JUMPS[i % len(_JUMPS)]}\n")
            wanted = room.confirmed + lottery.randint(4, 9)
            wait_for(
                lambda: room.confirmed >= wanted or bool(room.broken), seconds=_ANSWERS_S, what="answers after the jump"
            )
            require(server.is_healthy(), "the server does not answer")

        wait_for(lambda: room.confirmed > 0, seconds=_ANSWERS_S, what="the first answer")
        outcome = tried("the clock is set a day back, an hour forward, and right", times, jumped, held=_HELD)
        stored = [r.stored_at for one in room.learners for r in room.here.records.answers(token=one.token)]
    spread = (max(stored) - min(stored)).total_seconds()
    require(spread > _DAY_S / 2, "the clock did not jump")
    return outcome


_HELD = "every confirmed answer is there once, as it was given; learners go on"
