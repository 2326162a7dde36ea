"""What a server holds after people have left: pages asked for by their protocol, without a browser, and then nobody."""

from __future__ import annotations

import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.chaos.app_server import app_server
from benchmarks.chaos.page_client import page_client
from benchmarks.chaos.visitors import PAGES

AT_ONCE = 3
_FOLLOWED_S, _LOADED_S = 12.0, 60.0
_AFTERWARDS_S = 180.0  # a page that was closed may come back for two minutes


def measure(count: int) -> str:
    """Let ``count`` people come, each to one page, and return the server's megabytes before, then, and after all left.

    Raises:
        Broken: A page said that something went wrong, or did not come.
    """
    lottery = random.Random(1)  # noqa: S311 - wishes, no secrets
    wishes = [lottery.choice(PAGES) for _ in range(count)]
    with tempfile.TemporaryDirectory(prefix="lwise-chaos-") as folder, app_server(Path(folder) / "home") as server:
        for page, query in dict.fromkeys(PAGES):  # what is loaded once is loaded
            _visit(server.address, page, query, seconds=_LOADED_S)
        time.sleep(_AFTERWARDS_S)
        idle = server.resident()
        with ThreadPoolExecutor(AT_ONCE) as people:
            list(people.map(lambda wish: _visit(server.address, *wish, seconds=_FOLLOWED_S), wishes))
        then = server.resident()
        time.sleep(_AFTERWARDS_S)
        left = server.resident()
        return f"{count} visits: {idle:,.0f} MB idle, {then:,.0f} MB when all left, {left:,.0f} MB after 3 minutes"


def _visit(address: str, page: str, query: str, *, seconds: float) -> None:
    with page_client(address) as client:
        client.open(page, query)
        client.follow(seconds=seconds)
        client.open(page, query)
