"""Who sits at the server: whoever opened the link that it printed where it was started.

Nothing else proves it. The address that a browser says it asked for, the host, the headers of proxies and the address
of the connection are the same for everybody who shares the machine or its proxy.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import threading
from contextlib import suppress
from functools import cache
from ipaddress import ip_address

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

PATH = "/at-the-server"
"""Where the link leads."""

_WORD = "key"
_UNKEPT = {"Cache-Control": "no-store"}
_USED = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>This link was used</title>
    <style>body {{ max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif; }}</style>
  </head>
  <body>
    <main>
      <h1>This link opens once, and was used</h1>
      <p>Or it is of a server that has been stopped since. Nothing is lost.</p>
      <p>In the window where the server was started, the last line has the next link: open that one, in the browser in
      which you work. A browser that has opened one needs no other until the server is started anew.</p>
      <p><a href="{start}">To the start page</a></p>
    </main>
  </body>
</html>
"""


class TerminalKeys:
    """The key of the next link, and the keys that browsers were given for links that they opened.

    A link opens once, so that one in a browser's history is worth nothing; then there is another. Only the hashes of
    the browsers' keys are kept.
    """

    def __init__(self) -> None:
        self._next = secrets.token_urlsafe(32)
        self._given: set[bytes] = set()
        self._unsaid: set[bytes] = set()
        self._changing = threading.Lock()

    @property
    def link_key(self) -> str:
        """The key in the next link."""
        return self._next

    def exchange(self, said: str) -> str | None:
        """Return a key for a browser in return for that of the link, which is then another; None for a wrong one."""
        with self._changing:
            if not secrets.compare_digest(said.encode(), self._next.encode()):
                return None
            self._next, given = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
            self._given.add(_hash(given))
            self._unsaid.add(_hash(given))
            return given

    def holds(self, key: str) -> bool:
        """Return whether ``key`` was given to a browser and not withdrawn."""
        return _hash(key) in self._given

    def met_first(self, key: str) -> bool:
        """Return whether ``key`` was given to a browser of which this is asked for the first time."""
        with self._changing:
            if new := _hash(key) in self._unsaid:
                self._unsaid.discard(_hash(key))
            return new

    def withdraw(self, key: str) -> None:
        """Let ``key`` open nothing any more."""
        with self._changing:
            self._given.discard(_hash(key))


@cache
def terminal_keys() -> TerminalKeys:
    """Return the keys of this process: no other one knows them, and they end with it."""
    return TerminalKeys()


def browsers_key() -> str:
    """Return the key that this session's browser has, empty where it has none."""
    return str(st.context.cookies.get(_cookie(), ""))


def print_link() -> None:
    """Print the link to where the server was started, which only whoever looks after it reads."""
    sys.stdout.write(f"To give courses and to read this machine's folders, open this once: {_address()}\n")
    sys.stdout.flush()


async def open_by_link(request: Request) -> Response:
    """Give the browser that opens the link its key, and print the next link."""
    given = terminal_keys().exchange(request.query_params.get(_WORD, ""))
    if given is None and terminal_keys().holds(request.cookies.get(_cookie(), "")):
        return RedirectResponse(f"{_base()}/", status_code=303, headers=_UNKEPT)  # this browser is let in already
    if given is None:
        return HTMLResponse(_USED.format(start=f"{_base()}/"), 403, headers=_UNKEPT)
    print_link()
    answer = RedirectResponse(f"{_base()}/", status_code=303, headers=_UNKEPT)
    answer.set_cookie(
        _cookie(), given, path=f"{_base()}/", httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return answer


def link_route() -> Route:
    """Return the route that the link leads to."""
    return Route(_base() + PATH, open_by_link, methods=["GET"])


def _address() -> str:
    stated = str(st.get_option("server.address") or "")
    host = "localhost" if _is_every_address(stated) else f"[{stated}]" if ":" in stated else stated
    kind = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{kind}://{host}:{st.get_option('server.port')}{_base()}{PATH}?{_WORD}={terminal_keys().link_key}"


def _is_every_address(stated: str) -> bool:
    with suppress(ValueError):
        return ip_address(stated).is_unspecified
    return not stated


def _cookie() -> str:
    """Return the cookie's name: browsers give those of one host to every port of it."""
    return f"lwise-at-the-server-{st.get_option('server.port')}"


def _base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
