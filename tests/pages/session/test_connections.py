"""Connections that say nothing are closed, and no message is longer than what a page holds."""

from __future__ import annotations

import asyncio
import inspect
import struct
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from streamlit.web.server.starlette import starlette_server, starlette_websocket
from uvicorn.config import HTTP_PROTOCOLS, Config
from uvicorn.protocols.http import h11_impl
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets import websockets_sansio_impl
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.http11 import Request

import app  # noqa: F401 - which adapts both
from pages.parts.session.connections import PATIENCE_SECONDS, ListeningClient, PatientProtocol


class Line:
    """A connection to a browser that says what it is told to say, and a clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.closed = False
        self.later: list[Callable[[], None]] = []
        self.protocol: object = None

    def call_later(self, seconds: float, call: Callable[..., None], *given: object) -> SimpleNamespace:
        if seconds == PATIENCE_SECONDS:
            self.later.append(lambda: call(*given))
        return SimpleNamespace(cancel=lambda: None)

    def create_task(self, coroutine: Coroutine[object, object, object]) -> Mock:
        coroutine.close()  # what is asked is answered when the test says so
        return Mock()

    def wait(self) -> None:
        (look,), self.later = self.later, []
        look()

    def get_protocol(self) -> object:
        return self.protocol

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, _name: str) -> None:
        return None

    def set_protocol(self, protocol: object) -> None:
        self.protocol = protocol


async def _nobody(_scope: object, _receive: object, _send: object) -> None:
    """Answer nothing."""


@pytest.fixture
def line() -> Line:
    line = Line()
    config = Config(app=_nobody, http="h11", log_config=None)
    config.load()
    protocol = H11Protocol(config, ServerState(), {}, cast("Any", line))
    line.protocol = protocol
    protocol.connection_made(cast("Any", line))
    return line


def said(line: Line, data: bytes) -> None:
    if data:
        cast("H11Protocol", line.protocol).data_received(data)


ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("so_far", [b"", b"GET / HT", ASKED[:-2]])
def test_a_request_that_does_not_come_is_not_waited_for(line: Line, so_far: bytes) -> None:
    said(line, so_far)
    assert not line.closed
    line.wait()
    assert line.closed


def test_a_request_that_is_being_answered_is_not_silent_and_half_a_second_one_is(line: Line) -> None:
    said(line, ASKED)
    for _ in range(3):  # the answer takes a while
        line.wait()
        assert not line.closed
    cast("H11Protocol", line.protocol).cycle.response_complete = True
    line.wait()
    assert not line.closed
    line.wait()
    assert line.closed


def test_a_web_socket_is_left_alone(line: Line) -> None:
    line.set_protocol(object())
    line.wait()
    assert not line.closed
    assert not line.later


def test_a_message_longer_than_a_page_s_is_refused_by_its_head() -> None:
    protocol = PatientProtocol(max_size=200_000_000)
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    protocol.receive_data(ASKED[:-2] + upgrade + key)
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    protocol.receive_data(b"\x82\xff" + struct.pack("!Q", 8_000_001) + bytes(4))
    assert isinstance(protocol.parser_exc, PayloadTooBig)


class Deaf:
    """The web socket of a browser that does not read, and why it was closed."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.client = None
        self.codes: list[int] = []

    async def send_bytes(self, _: bytes) -> None:
        await asyncio.Event().wait()

    async def close(self, code: int) -> None:
        self.codes.append(code)


def letter(size: int) -> ForwardMsg:
    return ForwardMsg(delta={"new_element": {"text": {"body": "a" * size}}})


def apart(sent: Coroutine[object, object, None]) -> None:
    """Run what needs a loop of its own: where a browser test came before, this thread has one that runs."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, sent).result()


def test_a_browser_that_does_not_read_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit keeps 500 messages for it, of up to 200 MB each."""
    monkeypatch.setattr("pages.parts.session.connections.MOST_WAITING", 5000)

    async def sent() -> None:
        socket = Deaf()
        client = ListeningClient(cast("Any", socket))
        for _ in range(5):
            client.write_forward_msg(letter(1000))
        assert client.waiting > 5000
        for _ in range(2):  # and it stays gone
            with pytest.raises(SessionClientDisconnectedError):
                client.write_forward_msg(letter(1))
        await asyncio.sleep(0)
        assert (client.waiting, socket.codes) == (0, [1013])
        await client.aclose()

    apart(sent())


def test_where_many_do_not_read_those_go_for_whom_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.connections.MOST_WAITING_TOGETHER", 5000)
    monkeypatch.setattr("pages.parts.session.connections._ALWAYS_WAITING", 2500)

    async def sent() -> None:
        greedy, other = (ListeningClient(cast("Any", Deaf())) for _ in range(2))
        for client, letters in ((greedy, 3), (other, 2)):
            for _ in range(letters):
                client.write_forward_msg(letter(1000))
        other.write_forward_msg(letter(1))
        with pytest.raises(SessionClientDisconnectedError):
            greedy.write_forward_msg(letter(1))
        for client in (greedy, other):
            await client.aclose()

    apart(sent())


def test_streamlit_makes_them_where_it_writes() -> None:
    assert vars(starlette_websocket)["StarletteSessionClient"] is ListeningClient
    assert "client = StarletteSessionClient(websocket)" in inspect.getsource(
        starlette_websocket.create_websocket_handler
    )
    assert "self._send_queue.put_nowait(payload)" in inspect.getsource(starlette_websocket)


def test_uvicorn_uses_both_where_it_looks() -> None:
    assert vars(websockets_sansio_impl)["ServerProtocol"] is PatientProtocol
    assert "self.conn = ServerProtocol(" in inspect.getsource(websockets_sansio_impl.WebSocketsSansIOProtocol)
    assert starlette_server._get_websocket_protocol() == "websockets-sansio"
    assert H11Protocol.connection_made.__name__ == "_watched"
    assert "self.transport.set_protocol(protocol)" in inspect.getsource(h11_impl.H11Protocol.handle_websocket_upgrade)
    assert HTTP_PROTOCOLS["h11"].endswith("h11_impl:H11Protocol")
