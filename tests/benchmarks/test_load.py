"""The instruments of the load: a client that notices a lost tab, the slope of memory, rows that replace others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from benchmarks.chaos import document, load, page_client
from benchmarks.chaos.load import Grown
from benchmarks.chaos.outcome import Broken
from benchmarks.chaos.page_client import Drawn, PageClient


class Server:
    """Answers a client that asks for a page with what was prepared; keeps what it heard."""

    def __init__(self, *runs: list[ForwardMsg]) -> None:
        self.runs = list(runs)
        self.heard: list[BackMsg] = []
        self.sending: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.heard.append(BackMsg.FromString(data))
        self.sending = [m.SerializeToString() for m in (*self.runs.pop(0), ended())]

    def recv(self, timeout: float) -> bytes:
        assert timeout > 0
        return self.sending.pop(0)


def client_of(*runs: list[ForwardMsg]) -> tuple[PageClient, Server]:
    server = Server(*runs)
    return PageClient(cast(ClientConnection, server)), server


def drawing(digest: str) -> ForwardMsg:
    message = ForwardMsg(hash=digest)
    message.metadata.cacheable = True
    message.delta.new_element.text.body = digest
    return message


def reference(digest: str) -> ForwardMsg:
    return ForwardMsg(ref_hash=digest)


def ended() -> ForwardMsg:
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def test_a_message_that_is_kept_may_be_referred_to() -> None:
    client, server = client_of([drawing("a")], [reference("a")])
    client.open("", "")
    client.open("", "")
    assert [list(m.rerun_script.cached_message_hashes) for m in server.heard] == [[], ["a"]]


@pytest.mark.parametrize("between", [0, 59, 61, 90])
def test_a_message_that_a_browser_has_dropped_is_a_lost_tab(between: int) -> None:
    client, _ = client_of([drawing("a")], *([[]] * between), [reference("a")])
    for _ in range(between + 1):
        client.open("", "")
    if between < 60:
        client.open("", "")
    else:
        with pytest.raises(Broken, match="tab is dead"):
            client.open("", "")


def test_the_first_change_is_the_first_thing_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server([ForwardMsg(hash="new"), drawing("a"), drawing("b")], [])
    client = PageClient(cast(ClientConnection, server))
    monkeypatch.setattr(page_client, "time", SimpleNamespace(monotonic=lambda: float(-len(server.sending))))
    assert client.open("", "") == Drawn(first=-2.0, whole=0.0)  # two more come after the first that draws
    assert client.open("", "") == Drawn(first=0.0, whole=0.0)


def test_a_page_that_excuses_itself_is_an_error() -> None:
    client, _ = client_of([drawing("Something went wrong (error 1)")])
    with pytest.raises(Broken, match="went wrong"):
        client.open("", "")


@given(st.floats(-50, 50), st.floats(100, 4000))
def test_the_slope_is_that_after_the_warm_up(slope: float, begin: float) -> None:
    warm = [(minute / 10, 10 * begin) for minute in range(40)]
    then = [(minute / 10, begin + slope * minute / 10) for minute in range(40, 121)]
    assert Grown(begin, warm + then, begin).slope == pytest.approx(slope, abs=1e-6)


def test_a_row_takes_the_place_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "DOCUMENT", tmp_path / "reliability.md")
    load.write(["| 1 browser | 2 errors |"])
    load.write(["| 3 browsers | 0 |", "| 1 browser | 0 |"])
    rows = document.rows_in(document.DOCUMENT, section=load.SECTION)
    assert rows == {"1 browser": "| 1 browser | 0 |", "3 browsers": "| 3 browsers | 0 |"}
