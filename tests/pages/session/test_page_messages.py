"""What a page says of itself takes no more of the server than a page of it can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from pages.parts.session.page_messages import (
    ALWAYS,
    LONGEST_JSON,
    MOST_KEPT,
    MOST_LISTED,
    MOST_WIDGETS,
    SaidByPages,
    is_within_bounds,
    kept_of,
)
from pages.parts.session.request_guard import RequestGuard, is_known


def widgets(count: int) -> ClientState:
    """Return a state of so many widgets without a value."""
    return ClientState(widget_states={"widgets": [{"id": f"{i}"} for i in range(count)]})


def listing(count: int, *, length: int = 32) -> ClientState:
    return ClientState(cached_message_hashes=["f" * length] * count)


def telling(length: int) -> ClientState:
    return ClientState(widget_states={"widgets": [{"id": "1", "json_trigger_value": "a" * length}]})


LARGEST: list[Callable[[int], ClientState]] = [
    lambda more: widgets(MOST_WIDGETS + more),
    lambda more: listing(MOST_LISTED + more),
    lambda more: listing(1, length=64 + more),
    lambda more: telling(LONGEST_JSON + more),
]


@pytest.mark.parametrize("state", LARGEST, ids=["widgets", "hashes", "a hash", "what a component tells"])
def test_what_no_page_of_this_server_says_is_dropped(state: Callable[[int], ClientState]) -> None:
    for more, passes in ((0, True), (1, False)):
        assert is_within_bounds(state(more)) is passes
        assert is_known(BackMsg(rerun_script=state(more)).SerializeToString()) is passes


def test_what_a_component_tells_counts_as_what_is_made_of_it() -> None:
    text = kept_of(ClientState(query_string="a" * 1000))
    assert 20_000 < kept_of(telling(1000)) - text < 22_000


def test_all_pages_together_keep_so_much_and_what_is_short_is_always_taken() -> None:
    said = SaidByPages()
    assert said.takes("a", MOST_KEPT - ALWAYS - 1)
    assert said.takes("b", ALWAYS + 1)
    assert not said.takes("c", ALWAYS + 1)
    assert said.takes("c", ALWAYS)
    assert said.takes("a", ALWAYS + 1)  # in the place of what it said before
    assert said.takes("c", ALWAYS + 1)
    assert not said.takes("d", MOST_KEPT)
    said.forget("a")
    said.forget("b")
    assert said.takes("d", MOST_KEPT - ALWAYS - 1)


LONG = BackMsg(rerun_script=ClientState(query_string="a" * 100)).SerializeToString()


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for one long message and not for two, given back as soon as a page is closed."""
    monkeypatch.setattr("pages.parts.session.page_messages.ALWAYS", 10)
    monkeypatch.setattr("pages.parts.session.page_messages.MOST_KEPT", 150)
    monkeypatch.setattr("pages.parts.session.request_guard.KEPT_SECONDS", 0.0)


class Pages:
    """Pages behind a guard, each of which says something long and stays until it is told to go; what arrived of it."""

    def __init__(self) -> None:
        self.heard: list[list[bytes]] = []
        self.told: list[Message] = []
        self.guard = RequestGuard(self._hear)

    async def _hear(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        here: list[bytes] = []
        self.heard.append(here)
        while (message := await receive())["type"] == "websocket.receive":
            here.append(message["bytes"])

    async def visit(self, *, until: asyncio.Event | None = None) -> None:
        said = iter([LONG])

        async def receive() -> Message:
            for data in said:
                return {"type": "websocket.receive", "bytes": data}
            if until is not None:
                await until.wait()
            return {"type": "websocket.disconnect"}

        scope: Scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"host", b"localhost:8501")]}

        async def send(message: Message) -> None:
            self.told.append(message)

        await self.guard(scope, receive, send)


@pytest.mark.usefixtures("little_room")
def test_a_page_hears_nothing_beyond_the_room_and_a_closed_one_gives_it_back() -> None:
    """Its web socket is closed, so that its browser says that nobody answers, and tries again."""

    async def visits() -> None:
        closing = asyncio.Event()
        first = asyncio.create_task(pages.visit(until=closing))
        await asyncio.sleep(0)
        await pages.visit()
        closing.set()
        await first
        while pages.guard._said._kept:
            await asyncio.sleep(0)
        await pages.visit()

    pages = Pages()
    with ThreadPoolExecutor(1) as apart:  # where a browser test came before, this thread has a loop that runs
        apart.submit(asyncio.run, visits()).result()
    assert pages.heard == [[LONG], [], [LONG]]
    assert [(message["type"], message["code"]) for message in pages.told] == [("websocket.close", 1013)]
