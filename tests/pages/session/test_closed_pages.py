"""What a closed page held is let go of when nobody can come back to it, though nobody else comes."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import weakref
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

import app
from lwise_core.scheduler import give_back_memory
from pages.parts.session import closed_pages
from pages.parts.session.closed_pages import (
    end_expired,
    let_go_of_closed_pages,
    look_at_everything,
    pass_over_what_is_here,
    somebody_is_there,
)

KEPT_SECONDS = 120
"""How long Streamlit lets a page come back: pages/parts/session/ended_session.py speaks of it."""


class Session:
    """A session that knows whether it was ended."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.ended = 0

    def shutdown(self) -> None:
        self.ended += 1


@pytest.fixture
def clock() -> SimpleNamespace:
    return SimpleNamespace(now=0.0)


@pytest.fixture
def storage(clock: SimpleNamespace) -> MemorySessionStorage:
    """Streamlit's own keeper of closed pages, at a clock that goes on when it is told to."""
    found = MemorySessionStorage()
    assert found._cache.ttl == KEPT_SECONDS
    found._cache = TTLCache(maxsize=128, ttl=KEPT_SECONDS, timer=lambda: clock.now)
    return found


@pytest.fixture
def runtime(storage: MemorySessionStorage) -> Runtime:
    manager = WebsocketSessionManager(storage, cast("Any", None), cast("Any", None), None)
    return cast("Runtime", SimpleNamespace(_session_mgr=manager))


def in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` in another thread: where browser tests ran before, this one's event loop is Playwright's."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def closed(storage: MemorySessionStorage, name: str) -> Session:
    session = Session(name)
    storage.save(SessionInfo(client=None, session=cast("Any", session)))
    return session


def test_a_page_that_can_come_back_is_kept_and_another_is_ended_though_nobody_comes(
    storage: MemorySessionStorage, runtime: Runtime, clock: SimpleNamespace
) -> None:
    first = closed(storage, "first")
    clock.now = KEPT_SECONDS - 1
    second = closed(storage, "second")
    assert end_expired(runtime) == 0
    clock.now += 2
    assert end_expired(runtime) == 1
    assert (first.ended, second.ended) == (1, 0)
    assert storage.get("second") is not None
    assert end_expired(runtime) == 0


def test_a_page_that_cannot_be_ended_keeps_no_other_one_from_being_ended(
    storage: MemorySessionStorage, runtime: Runtime, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, after = closed(storage, "broken"), closed(storage, "after")
    monkeypatch.setattr(broken, "shutdown", lambda: {}["gone"])
    clock.now = KEPT_SECONDS + 1
    assert end_expired(runtime) == 2
    assert after.ended == 1


def test_the_server_keeps_closed_pages_where_they_are_looked_for() -> None:
    (field,) = (f for f in dataclasses.fields(RuntimeConfig) if f.name == "session_storage")
    assert field.default_factory is MemorySessionStorage


@pytest.mark.parametrize(("there", "looks"), [(True, ["at what came since"]), (False, ["at everything"])])
def test_memory_is_given_back_where_a_page_was_ended_and_only_there(
    monkeypatch: pytest.MonkeyPatch, there: bool, looks: list[str]
) -> None:
    ended, given = iter([0, 2, 0, 1]), list[str]()
    monkeypatch.setattr(closed_pages, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(Runtime, "_instance", SimpleNamespace())
    monkeypatch.setattr(closed_pages, "give_back_memory", lambda: given.append("at what came since"))
    monkeypatch.setattr(closed_pages, "look_at_everything", lambda: given.append("at everything"))
    monkeypatch.setattr(closed_pages, "somebody_is_there", lambda _: there)
    monkeypatch.setattr(closed_pages, "end_expired", lambda _: next(ended))
    with pytest.raises(RuntimeError, match="StopIteration"):  # what the last look without an answer becomes
        in_a_loop_of_its_own(let_go_of_closed_pages())
    assert given == 2 * looks


def test_somebody_is_there_while_a_page_is_open_or_may_come_back(
    storage: MemorySessionStorage, runtime: Runtime, clock: SimpleNamespace
) -> None:
    assert not somebody_is_there(runtime)
    closed(storage, "first")
    assert somebody_is_there(runtime)
    clock.now = KEPT_SECONDS + 1
    end_expired(runtime)
    assert not somebody_is_there(runtime)


class Circle:
    """Something that only a look for circles finds."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_here_is_passed_over_until_nobody_is_there() -> None:
    gone = weakref.ref(Circle())
    assert gone() is not None
    pass_over_what_is_here()
    try:
        after = weakref.ref(Circle())
        give_back_memory()
        assert gone() is not None
        assert after() is None
        look_at_everything()
        assert gone() is None
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_it_is_looked_for_as_long_as_the_server_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    looking: list[str] = []

    async def looks() -> None:
        looking.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            looking.append("ended")

    async def served() -> None:
        async with app._served(cast("Any", None)):
            await asyncio.sleep(0)
            assert looking == ["begun"]
        await asyncio.sleep(0)

    monkeypatch.setattr(app, "let_go_of_closed_pages", looks)
    monkeypatch.setattr(app, "print_link", lambda: None)
    in_a_loop_of_its_own(served())
    assert looking == ["begun", "ended"]
