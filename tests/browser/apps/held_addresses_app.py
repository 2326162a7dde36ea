"""The app on a server on which a run begins whenever the address for a file waits to be sent.

This is what a busy server does now and then: the address is still in the queue when the next run clears it. Here the
session asks for that run itself, and says nothing until it has begun.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

import app as product
from pages.parts.session import access

_flush, _clear = AppSession.flush_browser_queue, AppSession._clear_queue
_asking: set[str] = set()
_cleared: set[str] = set()


def _flush_late(session: AppSession) -> list[ForwardMsg]:
    waiting = any(m.WhichOneof("type") == "file_urls_response" for m in session._browser_queue._queue)
    if not waiting:
        return _flush(session)
    if session.id in _cleared:
        _cleared.discard(session.id)
        return _flush(session)
    if session.id not in _asking:
        _asking.add(session.id)
        session.request_rerun(session._client_state)
    return []


def _clear_and_let_go(session: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
    _clear(session, fragment_ids_this_run)
    if fragment_ids_this_run is None and session.id in _asking:
        _asking.discard(session.id)
        _cleared.add(session.id)


AppSession.flush_browser_queue = _flush_late  # type: ignore[method-assign]
AppSession._clear_queue = _clear_and_let_go  # type: ignore[method-assign]

access.sits_at_the_server = lambda: True  # Results is for whoever gives the courses

app = st.App(
    Path(product.__file__).parent / "pages" / "main.py",
    routes=product.module_routes(),
    on_script_error=product.report_to_reader,
)
