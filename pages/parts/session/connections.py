"""Connections that cost a server more than they say: silent ones, and messages that no page sends.

Uvicorn waits for the rest of a request without end, and Streamlit lets a browser send as long a message as it sends
itself. There is no setting for either, so their classes are adapted here, once, before the app is made; what is relied
on is written down in tests/pages/session/test_connections.py.
"""

from __future__ import annotations

from asyncio import BaseTransport
from contextlib import suppress
from importlib import import_module
from typing import Any

import streamlit as st
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.server import ServerProtocol

PATIENCE_SECONDS = 30.0
"""How long a connection may say nothing, or half a request, before it is closed."""

_MEGABYTE = 1_000_000  # as Streamlit counts
_connection_made = H11Protocol.connection_made


class PatientProtocol(ServerProtocol):
    """A web socket's protocol that reads no longer message than a page may send."""

    def __init__(self, *settings: Any, max_size: int | None = None, **others: Any) -> None:  # noqa: ANN401  its own
        longest = int(st.get_option("server.maxWidgetStateSize")) * _MEGABYTE
        super().__init__(*settings, max_size=min(max_size or longest, longest), **others)


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
