"""How many bytes the photographs, rankings, guides and paths of visitors may take: of each, and of all together.

What a page holds is counted under a name, and what is counted again takes the place of what was there. Whatever would
go beyond is refused with a sentence before it is kept. All of a page's is freed soon after the page was closed: a
connection that comes back within that time finds its photographs as they were.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Hashable
from functools import cache

import streamlit as st

from lwise_core._utils.errors import LWiseError
from pages.parts.session.presence import is_there, this_session

_log = logging.getLogger("lwise_studio")

SESSION_BYTES = 2**30
"""What one page may keep: 29 photographs of 12 megapixels, or the squares of 3,200 ranked ones."""

GRACE_SECONDS = 30.0
"""How long a page that was closed keeps what it held."""

_LEAST, _MOST, _SHARE = 2 * 2**30, 32 * 2**30, 0.5  # bytes for everybody, and their share of the machine's memory


class MemoryFull(LWiseError):
    """Something is not kept, because the page or the server keeps as much as it may. The message is one sentence."""


class MemoryBudget:
    """What sessions hold, in bytes: each at most ``session``, and all together at most ``process``."""

    def __init__(self, *, session: int, process: int) -> None:
        self._session, self._process = session, process
        self._held: dict[str, dict[Hashable, int]] = {}
        self._changing = threading.Lock()

    def hold(self, session: str, what: Hashable, size: int) -> None:
        """Count ``size`` bytes for ``what`` of a session, in the place of what was counted for it.

        Raises:
            MemoryFull: It is more than before, and more than there is room for; what was counted stays.
        """
        with self._changing:
            there = self._held.get(session, {})
            more = size - there.get(what, 0)
            own = sum(there.values()) + more
            if more > 0 and own > self._session:
                raise MemoryFull(
                    f"With this, the page would keep {own / 1e6:,.0f} MB of photographs, rankings, guides and paths, "
                    f"and it may keep {self._session / 1e6:,.0f} MB; put something away and try again, nothing is lost."
                )
            if more > 0 and self._all() + more > self._process:
                raise MemoryFull(
                    "This server keeps as much for all its visitors as it may at the moment; try again in a few "
                    "minutes, nothing of yours is lost."
                )
            self._held.setdefault(session, {})[what] = size

    def free(self, session: str, what: Hashable) -> None:
        """Count nothing for ``what`` of a session any more."""
        with self._changing:
            self._held.get(session, {}).pop(what, None)

    def free_session(self, session: str) -> None:
        """Count nothing of a session any more."""
        with self._changing:
            self._held.pop(session, None)

    def held(self, session: str) -> int:
        """Return the bytes that are counted for a session."""
        with self._changing:
            return sum(self._held.get(session, {}).values())

    def _all(self) -> int:
        return sum(size for there in self._held.values() for size in there.values())


@cache
def memory_budget() -> MemoryBudget:
    """Return the budget of this process."""
    return MemoryBudget(session=SESSION_BYTES, process=process_bytes())


def process_bytes() -> int:
    """Return what all pages together may keep: half of the machine's memory, within limits."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on every system
        return _LEAST
    return int(min(_MOST, max(_LEAST, _SHARE * there)))


def hold(what: Hashable, size: int) -> None:
    """Count ``size`` bytes for ``what`` of this session, until it is freed or some time after its page is closed.

    Raises:
        MemoryFull: There is no room for it; nothing changes.
    """
    memory_budget().hold(_lease().session, what, size)


def free(what: Hashable) -> None:
    """Count nothing for ``what`` of this session any more."""
    memory_budget().free(this_session(), what)


def when_closed(what: Hashable, let_go: Callable[[], None]) -> None:
    """Call ``let_go`` some time after this session's page was closed and has not come back; the last one of a name."""
    _lease().endings[what] = let_go


def forget_held() -> None:
    """Let go now of everything that would be let go of when this session's page is closed."""
    lease = _lease()
    for what in lease.let_go():
        free(what)


class Lease:
    """One page's hold on what it keeps, from when it is first drawn to some time after it is closed."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.endings: dict[Hashable, Callable[[], None]] = {}

    def end_later(self) -> None:
        """End once the page has been closed for a while."""
        timer = threading.Timer(GRACE_SECONDS, self.end)
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """Free everything, unless the page has come back: then the same things belong to another lease."""
        if is_there(self.session):
            return
        self.let_go()
        memory_budget().free_session(self.session)

    def let_go(self) -> tuple[Hashable, ...]:
        """Let go of everything, and return what that was; one thing that fails keeps no other one."""
        endings = dict(self.endings)
        self.endings.clear()
        for ending in endings.values():
            try:
                ending()
            except Exception:  # noqa: BLE001  whatever it is: the rest is somebody's pictures
                _log.warning("Something of a page could not be let go of.", exc_info=True)
        return tuple(endings)


@st.cache_resource(scope="session", on_release=Lease.end_later, show_spinner=False)
def _lease() -> Lease:
    return Lease(this_session())
