"""A real server on this machine that stalls, truncates and lies as a test tells it to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Visit(BaseHTTPRequestHandler):
    """One request; what happens then is the server's behaviour."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.asked.append(self.headers.get("Range"))
        self.server.conditions.append(self.headers.get("If-Range"))
        try:
            self.server.behaviour(self)
        except ConnectionError:
            return  # the client stopped, as some tests do

    def log_message(self, *_: object) -> None:
        return

    def head(self, status: int, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    @property
    def start(self) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found[1]) if found else 0


class Server(ThreadingHTTPServer):
    """A server on this machine that behaves as the test says, and remembers which ranges it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.behaviour: Callable[[Visit], None] = lambda visit: visit.head(404, Content_Length=0)
        self.asked: list[str | None] = []
        self.conditions: list[str | None] = []
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/weights.pt"


def send(visit: Visit, content: bytes, *, tag: str = '"one"') -> None:
    """Answer as a good server does: a range when asked for one of the same content, else everything."""
    start = visit.start if visit.headers.get("If-Range") in (None, tag) else 0
    if start:
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        visit.head(206, Content_Length=len(content) - start, Content_Range=span, ETag=tag)
    else:
        visit.head(200, Content_Length=len(content), ETag=tag)
    visit.wfile.write(content[start:])


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server in a thread of its own, and end both."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            running.closing.set()
            running.shutdown()
            thread.join()
