"""What may reach Streamlit at all: requests by a name of this server, from its own pages, with what pages send.

Streamlit judges the host and the origin of web sockets alone, and asks a server on the internet for its own address,
within its event loop, before it refuses a foreign origin. It also obeys messages that none of these pages send, such as
one that empties the caches of everybody.
"""

from __future__ import annotations

import logging
from collections import Counter
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.parts.session.memory import process_bytes
from pages.parts.session.uploads import uploaded_bytes

_MESSAGES = frozenset(
    {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}
)
_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
_FORBIDDEN, _LENGTH_REQUIRED, _TOO_LARGE = 403, 411, 413
_UPLOADS = "/_stcore/upload_file/"
_METRICS = "/_stcore/metrics"  # Streamlit's: how much is cached and uploaded, for everybody
_NO_ROOM = "This page, or all pages of this server, have sent as many files as are kept at once; remove some of them."

MOST_UPLOADED = 2 * 2**30
"""Bytes of the files that one page may have here at once: a folder of photographs that is ranked."""

_log = logging.getLogger("lwise_studio")


class RequestGuard:
    """Refuses, before Streamlit sees it, what is asked by another name or from another page.

    Of what a page's web socket says it passes on only what these pages need, and of files no more than one page, and
    all together, may have here at once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not is_own(Headers(scope=scope)) or scope["path"].endswith(_METRICS):
            await _refuse(scope, receive, send)
        elif scope["type"] == "http" and _UPLOADS in scope["path"] and scope["method"] == "PUT":
            await self._upload(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, _only_known(receive), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a file on where there is room for it, those that are still arriving counted too."""
        session = scope["path"].partition(_UPLOADS)[2].partition("/")[0]
        stated = Headers(scope=scope).get("content-length", "")
        if not stated.isdecimal():
            await PlainTextResponse("A file is sent with its length.", _LENGTH_REQUIRED)(scope, receive, send)
            return
        held = Counter(uploaded_bytes()) + self._arriving
        if held[session] + int(stated) > MOST_UPLOADED or held.total() + int(stated) > process_bytes():
            await PlainTextResponse(_NO_ROOM, _TOO_LARGE)(scope, receive, send)
            return
        self._arriving[session] += int(stated)
        try:
            await self._app(scope, receive, send)
        finally:
            self._arriving -= Counter({session: int(stated)})


def is_own(headers: Headers) -> bool:
    """Return whether a request names this server as it is called, and comes from its own pages or from none.

    Browsers say the origin where another page asks; programs say none. Servers under another name, or behind another
    address, list them in ``server.allowedHosts`` and ``server.corsAllowedOrigins``.
    """
    host, origin = headers.get("host"), headers.get("origin")
    if not is_host_allowed(host):
        return False
    return origin is None or urlsplit(origin).netloc == host or origin in st.get_option("server.corsAllowedOrigins")


def is_known(data: bytes) -> bool:
    """Return whether ``data`` is a message that these pages send."""
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS
    return kind in _MESSAGES


def _only_known(receive: Receive) -> Receive:
    async def received() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or is_known(message.get("bytes") or b""):
                return message
            _log.warning("A message that no page of this server sends was dropped.")

    return received


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)  # before the handshake: the browser hears 403
        return
    refusal = PlainTextResponse("This server does not go by that name, or that page is not its own.", _FORBIDDEN)
    await refusal(scope, receive, send)
