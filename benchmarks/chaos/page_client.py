"""A client that speaks the protocol of Streamlit's pages as a browser does, without drawing anything.

It keeps messages by the browser's rules, so that a reference to one that it no longer has is noticed: such a reference
ends a tab. It asks again for the parts of a page that ask to be drawn again while something is computed.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.sync.client import ClientConnection, connect

from benchmarks.chaos.outcome import Broken, require

_KEPT, _LISTED = 60, 30
"""For how many runs a browser keeps a message, and lists it: .streamlit/config.toml, pages/parts/ui/own_words.py."""

_PATIENCE_S = 180
_DRAW = ("delta", "ref_hash")
_SORRY = b"Something went wrong"
_AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass
class Kept:
    """A message that the browser keeps: the run in which it was used last, and the part of the page that it is of."""

    used: int
    fragment: str


@dataclass(frozen=True)
class Drawn:
    """Seconds from the wish for a page until something of it is drawn, and until all of it is."""

    first: float
    whole: float


@dataclass
class PageClient:
    """One tab: what it keeps, how many runs it has seen end, and which parts ask to be drawn again, how often."""

    connection: ClientConnection
    kept: dict[str, Kept] = field(default_factory=dict)
    runs: int = 0
    asking: dict[str, float] = field(default_factory=dict)

    def open(self, page: str, query: str) -> Drawn:
        """Ask for a page, and return how long it took.

        Raises:
            Broken: It says that something went wrong, refers to what a browser has dropped, or does not come.
        """
        begun = time.monotonic()
        first = self._ask(ClientState(page_name=page, query_string=query))
        return Drawn(first - begun, time.monotonic() - begun)

    def follow(self, *, seconds: float) -> None:
        """Draw again what asks for it, until nothing does or the time is over."""
        deadline = time.monotonic() + seconds
        while self.asking and time.monotonic() < deadline:
            fragment, interval = min(self.asking.items(), key=lambda item: item[1])
            time.sleep(interval)
            self._ask(ClientState(fragment_id=fragment, is_auto_rerun=True))

    def _ask(self, state: ClientState) -> float:
        """Ask for a run and take its messages; return the time at which the first came that draws something."""
        state.cached_message_hashes.extend(h for h, kept in self.kept.items() if self.runs - kept.used < _LISTED)
        self.connection.send(BackMsg(rerun_script=state).SerializeToString())
        deadline = time.monotonic() + _PATIENCE_S
        first = None
        while True:
            message = self._next(deadline)
            if first is None and message.WhichOneof("type") in _DRAW:
                first = time.monotonic()
            if self._is_over(message):
                return first or time.monotonic()

    def _next(self, deadline: float) -> ForwardMsg:
        """Return the next message."""
        try:
            data = self.connection.recv(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError as error:
            raise Broken(f"a page did not come within {_PATIENCE_S} s") from error
        require(isinstance(data, bytes) and _SORRY not in data, "a page said that something went wrong")
        message: ForwardMsg = ForwardMsg.FromString(data)
        return message

    def _is_over(self, message: ForwardMsg) -> bool:
        """Keep a message as a browser does; return whether a run ended with it that no other follows."""
        self._keep(message)
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.asking.clear()
        elif kind == "auto_rerun":
            self.asking[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self.asking.pop(fragment, None)
        elif kind == "script_finished" and message.script_finished != _AGAIN:
            self._drop_old(set(message.metadata.run.fragment_ids))
            return True
        return False

    def _keep(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            require(message.ref_hash in self.kept, "a tab is dead: it was referred to a message that it has dropped")
            self.kept[message.ref_hash].used = self.runs
        elif message.metadata.cacheable:
            self.kept.setdefault(message.hash, Kept(self.runs, message.delta.fragment_id)).used = self.runs

    def _drop_old(self, drawn: Collection[str]) -> None:
        """Drop what was not used for so many runs: of the parts that were drawn, or of the whole page."""
        self.runs += 1
        for digest, kept in list(self.kept.items()):
            if self.runs - kept.used > _KEPT and (not drawn or kept.fragment in drawn):
                del self.kept[digest]


@contextmanager
def page_client(address: str, *, certificate: str | None = None) -> Iterator[PageClient]:
    """Open a tab at the server at ``address``; ``certificate`` is the file of a proxy's own."""
    trusted = ssl.create_default_context(cafile=certificate) if certificate else None
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(
        url, origin=Origin(address), subprotocols=[Subprotocol("streamlit")], ssl=trusted, max_size=None, proxy=None
    ) as connection:
        yield PageClient(connection)
