"""Connections that cost a server more than they say: silent ones, messages that no page sends, and deaf ones.

Uvicorn waits for the rest of a request without end, and Streamlit lets a browser send as long a message as it sends
itself, and keeps up to 500 messages of any length for one that does not read them. There is no setting for any, so
their classes are adapted here, once, before the app is made; what is relied on is written down in
tests/pages/session/test_connections.py.
"""

from __future__ import annotations

import asyncio
from asyncio import BaseTransport
from contextlib import suppress
from importlib import import_module
from typing import Any, ClassVar
from weakref import WeakSet

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from streamlit.web.server.starlette import starlette_websocket
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.server import ServerProtocol

PATIENCE_SECONDS = 30.0
"""How long a connection may say nothing, or half a request, before it is closed."""

MOST_WAITING = 64 * 2**20
"""Bytes that wait for one browser to read them; a change of a picture, at every strength, takes a tenth of it."""

MOST_WAITING_TOGETHER = 512 * 2**20
"""Bytes that wait for all browsers; beyond it those go for whom more than their share of it waits."""

_ALWAYS_WAITING = 2**20  # bytes for which no browser goes
_TRY_AGAIN = 1013  # why a web socket closes: a browser opens another one then
_MEGABYTE = 1_000_000  # as Streamlit counts
_connection_made = H11Protocol.connection_made


class PatientProtocol(ServerProtocol):
    """A web socket's protocol that reads no longer message than a page may send."""

    def __init__(self, *settings: Any, max_size: int | None = None, **others: Any) -> None:  # noqa: ANN401  its own
        longest = int(st.get_option("server.maxWidgetStateSize")) * _MEGABYTE
        super().__init__(*settings, max_size=min(max_size or longest, longest), **others)


class ListeningClient(starlette_websocket.StarletteSessionClient):
    """What Streamlit writes to for a browser, which is let go of when it does not read; it comes back as any does."""

    _all: ClassVar[WeakSet[ListeningClient]] = WeakSet()

    def __init__(self, *given: Any) -> None:  # noqa: ANN401  its own
        super().__init__(*given)
        self._all.add(self)

    @property
    def waiting(self) -> int:
        """How many bytes wait to be read."""
        messages: tuple[bytes, ...] = tuple(self._send_queue._queue)  # type: ignore[attr-defined]
        return sum(map(len, messages))

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """Write a message.

        Raises:
            SessionClientDisconnectedError: The browser is gone, or does not read what it was sent before.
        """
        own = self.waiting
        too_much = own > _ALWAYS_WAITING and sum(client.waiting for client in self._all) > MOST_WAITING_TOGETHER
        if own > MOST_WAITING or too_much:
            self._closed.set()
            self._sender_task.cancel()
            self._send_queue._queue.clear()  # type: ignore[attr-defined]
            self._closing = asyncio.create_task(self._websocket.close(_TRY_AGAIN))
            raise SessionClientDisconnectedError
        super().write_forward_msg(msg)


def let_go_of_the_deaf() -> None:
    """Keep no more for a browser that does not read than one that does ever has to wait for."""
    starlette_websocket.StarletteSessionClient = ListeningClient  # type: ignore[assignment, misc]  # its name


def keep_messages_short() -> None:
    """Let no browser send a longer message than the widgets of a page may hold."""
    websockets_sansio_impl.ServerProtocol = PatientProtocol  # type: ignore[assignment, attr-defined]  # its name for it


def close_silent_connections() -> None:
    """Close connections whose request does not come, and allow as many open ones as the system does."""
    H11Protocol.connection_made = _watched  # type: ignore[assignment, method-assign]
    with suppress(ImportError, ValueError, OSError):
        resource = import_module("resource")  # not on every system
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _watched(protocol: H11Protocol, transport: BaseTransport) -> None:
    _connection_made(protocol, transport)  # type: ignore[arg-type]
    _look_again(protocol, answered=None)


def _look_again(protocol: H11Protocol, *, answered: object) -> None:
    protocol.loop.call_later(PATIENCE_SECONDS, _close_if_silent, protocol, answered)


def _close_if_silent(protocol: H11Protocol, answered: object) -> None:
    """Close a connection on which nothing was asked since the last look; a web socket is another protocol's.

    ``answered`` is the request that had been answered then. One that is under way is not silent.
    """
    transport = protocol.transport
    if transport.is_closing() or transport.get_protocol() is not protocol:
        return
    request = protocol.cycle
    if request is None or (request is answered and request.response_complete):
        transport.close()
        return
    _look_again(protocol, answered=request if request.response_complete else None)
