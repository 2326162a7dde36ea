"""A page that was closed for two minutes is let go of, whether or not anybody else comes, and its memory with it.

Streamlit keeps the session of a closed page for so long, in case it comes back. It drops it when the next page is
closed, which may be never; and what was dropped hangs together in circles, so that its pictures stay until Python looks
for such: at a million objects, seldom. While people come and go, the compute slot, which looks when it falls idle, is
never idle either.
"""

from __future__ import annotations

import asyncio
import gc
import logging

from starlette.concurrency import run_in_threadpool
from streamlit.runtime import Runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from lwise_core.scheduler import give_back_memory

_LOG = logging.getLogger("lwise_studio")

LOOK_SECONDS = 30.0
"""How often it is looked which pages have been closed for too long."""


async def let_go_of_closed_pages() -> None:
    """End the sessions of pages that were closed for too long, and give their memory back, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        runtime = Runtime.instance()
        if end_expired(runtime):
            await run_in_threadpool(give_back_memory if somebody_is_there(runtime) else look_at_everything)


def end_expired(runtime: Runtime) -> int:
    """End the sessions that no page can come back to any more, and return how many there were.

    It belongs into the thread of the server's event loop, as everything that Streamlit does with sessions.
    """
    storage = runtime._session_mgr._session_storage  # type: ignore[attr-defined]  # there is no other way to it
    if not isinstance(storage, MemorySessionStorage):
        return 0
    expired = storage._cache.expire()  # type: ignore[attr-defined]
    for _, kept in expired:
        try:
            kept.session.shutdown()
        except Exception:  # noqa: BLE001  one that cannot be ended keeps no other one, and no later look from being taken
            _LOG.warning("A page that was closed could not be ended.", exc_info=True)
    return len(expired)


def somebody_is_there(runtime: Runtime) -> bool:
    """Return whether a page is open, or was closed and may come back."""
    return bool(runtime._session_mgr.list_sessions())


def pass_over_what_is_here() -> None:
    """Let Python's looks for circles pass over all that is here now: the libraries, hundreds of thousands of objects.

    A look takes half a second with them, in which nothing else happens, and hardly any time without. What is of a page
    that is open now is passed over too, until :func:`look_at_everything`.
    """
    gc.freeze()


def look_at_everything() -> None:
    """Give memory back where nobody is there, who would notice that it takes half a second."""
    gc.unfreeze()
    give_back_memory()
    pass_over_what_is_here()
