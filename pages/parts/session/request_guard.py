"""What may reach Streamlit at all: requests by a name of this server, from its own pages, with what pages send.

Streamlit judges the host and the origin of web sockets alone, and asks a server on the internet for its own address,
within its event loop, before it refuses a foreign origin. It also obeys messages that none of these pages send, such as
one that empties the caches of everybody.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.parts.session.memory import process_bytes
from pages.parts.session.page_messages import KEPT_SECONDS, SaidByPages, is_within_bounds, kept_of
from pages.parts.session.uploads import uploaded_bytes

_MESSAGES = frozenset({"stop_script", "file_urls_request", "app_heartbeat"})
_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
_BAD, _FORBIDDEN, _TOO_SLOW, _LENGTH_REQUIRED, _TOO_LARGE = 400, 403, 408, 411, 413
_TRY_AGAIN = 1013  # why a web socket closes: a browser opens another one then
_UPLOADS = "/_stcore/upload_file/"
_METRICS = "/_stcore/metrics"  # Streamlit's: how much is cached and uploaded, for everybody
_NO_ROOM = "This page, or all pages of this server, have sent as many files as are kept at once; remove some of them."

MOST_UPLOADED = 2 * 2**30
"""Bytes of the files that one page may have here at once: a folder of photographs that is ranked."""

MOST_PAGES = 1000
"""Pages that may be open at once: each takes memory, and a program can open them by the thousand."""

PATIENCE_SECONDS = 60.0
"""How long the next part of a request may keep the server waiting."""

_MOST_DIGITS = 15  # of a length
_BETWEEN_LOOKS = 2**20  # bytes of a file after which it is looked again whether there is room

_log = logging.getLogger("lwise_studio")


class RequestGuard:
    """Refuses, before Streamlit sees it, what is asked by another name or from another page.

    Of what a page's web socket says it passes on only what these pages need, and of files no more than one page, and
    all together, may have here at once. What a request only announces takes nobody's place: what has come counts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: Counter[str] = Counter()
        self._said = SaidByPages()
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not is_own(Headers(scope=scope)) or scope["path"].endswith(_METRICS):
            await _refuse(scope, receive, send)
        elif scope["type"] == "http" and _UPLOADS in scope["path"] and scope["method"] == "PUT":
            await self._upload(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, _patient(receive), send)
        else:
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what a page says, where not too many are open."""
        if self._open >= MOST_PAGES:
            await _refuse(scope, receive, send)
            return
        self._open += 1
        page = object()
        try:
            await self._app(scope, _only_known(receive, send, lambda size: self._said.takes(page, size)), send)
        finally:
            self._open -= 1
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._said.forget, page)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a file on where there is room for it, those that are still arriving counted as far as they are here."""
        session = scope["path"].partition(_UPLOADS)[2].partition("/")[0]
        stated = Headers(scope=scope).get("content-length", "")
        if not stated.isdecimal() or len(stated) > _MOST_DIGITS:
            await PlainTextResponse("A file is sent with its length.", _LENGTH_REQUIRED)(scope, receive, send)
            return
        if not self._has_room(session, int(stated)):
            await PlainTextResponse(_NO_ROOM, _TOO_LARGE)(scope, receive, send)
            return
        came = looked = 0

        async def counted() -> Message:
            nonlocal came, looked
            message = await _within_patience(receive)
            if message["type"] == "http.disconnect":  # else each would leave its trace in the log
                raise HTTPException(_BAD, "This file did not arrive whole.")
            size = len(message.get("body", b""))
            self._arriving[session] += size
            came += size
            if came - looked > _BETWEEN_LOOKS and not self._has_room(session, 0):  # others came faster
                raise HTTPException(_TOO_LARGE, _NO_ROOM)
            looked = came if came - looked > _BETWEEN_LOOKS else looked
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._arriving -= Counter({session: came})

    def _has_room(self, session: str, size: int) -> bool:
        held = Counter(uploaded_bytes()) + self._arriving
        return held[session] + size <= MOST_UPLOADED and held.total() + size <= process_bytes()


def is_own(headers: Headers) -> bool:
    """Return whether a request names this server as it is called, and comes from its own pages or from none.

    Browsers say the origin where another page asks; programs say none. Servers under another name, or behind another
    address, list them in ``server.allowedHosts`` and ``server.corsAllowedOrigins``.
    """
    host, origin = headers.get("host"), headers.get("origin")
    if not is_host_allowed(host):
        return False
    return origin is None or _host_of(origin) == host or origin in st.get_option("server.corsAllowedOrigins")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as “http://[”
        return ""


def is_known(data: bytes, has_room: Callable[[int], bool] = lambda _: True) -> bool:
    """Return whether ``data`` is a message that these pages send, and ``has_room`` for what is kept of it."""
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS
    if kind == "rerun_script":
        return is_within_bounds(message.rerun_script) and has_room(kept_of(message.rerun_script))
    return kind in _MESSAGES


def _only_known(receive: Receive, send: Send, has_room: Callable[[int], bool]) -> Receive:
    """Pass on what these pages send; where one wants more than there is room for, its web socket is closed.

    It would wait for an answer without a word otherwise. So it says that nobody answers, and comes back by itself.
    """
    said = False

    async def received() -> Message:
        nonlocal said
        while True:
            message = await receive()
            data = message.get("bytes") or b""
            if message["type"] != "websocket.receive" or is_known(data, has_room):
                return message
            if not said:  # once a page: whoever sends thousands must not fill the log
                _log.warning("A message that no page of this server sends was dropped, and so are others of that page.")
            said = True
            if _is_of_a_page(data):
                await send({"type": "websocket.close", "code": _TRY_AGAIN})
                return {"type": "websocket.disconnect", "code": _TRY_AGAIN}

    return received


def _is_of_a_page(data: bytes) -> bool:
    """Return whether ``data`` is of the kind by which pages say what was done on them."""
    with suppress(DecodeError):
        return bool(BackMsg.FromString(data).WhichOneof("type") == "rerun_script")
    return False


def _patient(receive: Receive) -> Receive:
    """Let whoever sends a request by drops be taken for gone; what comes when it is whole is not waited for."""
    whole = False

    async def received() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await _within_patience(receive)
        except HTTPException:
            return {"type": "http.disconnect"}
        whole = not message.get("more_body", False)
        return message

    return received


async def _within_patience(receive: Receive) -> Message:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await receive()
    except TimeoutError as error:
        raise HTTPException(_TOO_SLOW, "This took too long to come; send it again.") from error


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)  # before the handshake: the browser hears 403
        return
    refusal = PlainTextResponse("This server does not go by that name, or that page is not its own.", _FORBIDDEN)
    await refusal(scope, receive, send)
