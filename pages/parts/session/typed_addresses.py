"""Addresses as people type them: /Inspect, /Rank or /guides lead to the page that is meant, /Rankk to a way on.

Streamlit knows a page by one spelling. For any other it draws its first page under a box that blames the folder of the
app; so both are told apart here, before it sees them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from urllib.parse import urlencode

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.parts.ui.notices import notice, plain

ASKED = "asked"
"""What the address of the first page calls the page that was asked for and is not there."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("studio", "home", "start", "index", "main"), ""),
        **dict.fromkeys(("inspection", "inspect", "inspector"), "inspection"),
        **dict.fromkeys(("rank", "ranking", "lesson"), "rank"),
        **dict.fromkeys(("curriculum", "course", "courses", "teach"), "curriculum"),
        **dict.fromkeys(("learn", "learning"), "learn"),
        **dict.fromkeys(("results", "result"), "results"),
        **dict.fromkeys(("models", "model", "guides", "guide"), "models"),
    }
)
"""What people call a page, in small letters → its address below the app's, that of the first page being empty."""

_WORD = re.compile(r"/([A-Za-z][\w-]{0,39})/?", re.ASCII)
_ELSEWHERE = frozenset({"at-the-server", "sittings", "component", "media", "static", "vendor", "app"})


def leads_to(path: str) -> str | None:
    """Return where ``path`` below the app's address leads, relative to that; None where it is left as it is.

    A word for a page leads to that page, another word to the first page, which says that there is no such page.
    """
    asked = _WORD.fullmatch(path)
    if asked is None or asked[1] in _ELSEWHERE:
        return None
    word = asked[1]
    page = WORDS.get(word.casefold())
    if page is None:
        return f"?{urlencode({ASKED: word})}"
    return None if path == f"/{page}" else page


class TypedAddresses:
    """Leads whoever opens a page in a browser from the address that they typed to the one that the page has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = _place(scope)
        answers = self._app if place is None else RedirectResponse(place)
        await answers(scope, receive, send)


def _place(scope: Scope) -> str | None:
    """Return where a request is led, relative to its own address; None where it is answered as it is."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return None
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return None  # what pages fetch by themselves
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = str(scope["path"]).removeprefix(f"/{base}" if base else "")
    place = leads_to(path)
    if place is None:
        return None
    query = scope["query_string"].decode("latin-1")
    return ("../" if path.endswith("/") else "./") + place + _joined(place, query)


def _joined(place: str, query: str) -> str:
    return query and f"{'&' if '?' in place else '?'}{query}"


def say_what_is_not_here(titles: Mapping[str, str]) -> None:
    """Say that the page that was asked for is not here, and which one may be meant.

    ``titles`` holds the file of each page that is open, by its title.
    """
    asked = str(st.query_params.get(ASKED, ""))
    if not _WORD.fullmatch(f"/{asked}"):
        return
    notice("info", f"There is no page called “{asked}”. This is the first page; the others are in the menu at the top.")
    near = get_close_matches(asked.casefold(), [title.casefold() for title in titles], n=1, cutoff=0.6)
    for title, file in titles.items():
        if title.casefold() in near:
            st.page_link(file, label=f"Is {plain(title)} meant?")
