"""A page that was closed for two minutes is let go of, whether or not anybody else comes, and its memory with it.

Streamlit keeps the session of a closed page for so long, in case it comes back. It drops it when the next page is
closed, which may be never; and what was dropped hangs together in circles, so that its pictures stay until Python looks
for such: at a million objects, seldom. While people come and go, the compute slot, which looks when it falls idle, is
never idle either.
"""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from streamlit.runtime import Runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from lwise_core.scheduler import give_back_memory

LOOK_SECONDS = 30.0
"""How often it is looked which pages have been closed for too long."""


async def let_go_of_closed_pages() -> None:
    """End the sessions of pages that were closed for too long, and give their memory back, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if end_expired(Runtime.instance()):
            await run_in_threadpool(give_back_memory)


def end_expired(runtime: Runtime) -> int:
    """End the sessions that no page can come back to any more, and return how many there were.

    It belongs into the thread of the server's event loop, as everything that Streamlit does with sessions.
    """
    storage = runtime._session_mgr._session_storage  # type: ignore[attr-defined]  # there is no other way to it
    if not isinstance(storage, MemorySessionStorage):
        return 0
    expired = storage._cache.expire()  # type: ignore[attr-defined]
    for _, kept in expired:
        kept.session.shutdown()
    return len(expired)
