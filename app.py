"""L-WISE Studio: `streamlit run app.py`."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Thread

# The threads of PyTorch, which reads this when it is imported, sleep while they wait for one another. By themselves
# they spin, which helps where each has a core of its own; here browsers and pages want the cores too, and what one
# thread burns in waiting the other one lacks.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import pandas as pd  # noqa: F401 - Plotly looks at pandas wherever it finds it, also half imported by another thread
import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts.session.closed_pages import let_go_of_closed_pages, pass_over_what_is_here
from pages.parts.session.connections import close_silent_connections, keep_messages_short, let_go_of_the_deaf
from pages.parts.session.decoding import decode_pool
from pages.parts.session.media_addresses import give_secret_addresses
from pages.parts.session.one_run import lose_no_choice
from pages.parts.session.page_language import report_to_reader
from pages.parts.session.request_guard import RequestGuard
from pages.parts.session.terminal_link import link_route, print_link
from pages.parts.session.typed_addresses import TypedAddresses
from pages.parts.session.uploads import keep_addresses, keep_in_memory
from pages.parts.ui.browser_modules import module_routes
from pages.parts.ui.log_traces import log_no_messages_of_errors
from pages.parts.ui.modules_ahead import ModulesAhead
from pages.parts.ui.own_words import OwnWords

_HOST = re.compile(r"[\w.\-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?", re.ASCII)
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


@lru_cache(maxsize=1)
def _inline_scripts() -> str:
    """Return the hashes of the scripts that stand in Streamlit's own page: the only inline ones that may run."""
    page = Path(st.__file__).with_name("static").joinpath("index.html").read_bytes()
    digests = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page))
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def content_security_policy(host: str) -> str:
    """Return the policy for pages served as ``host``: nothing may be fetched from, or sent to, anywhere else.

    ``blob:`` scripts are how Streamlit loads components. Some browsers do not count web sockets as 'self', hence the
    two addresses; a host that does not look like one is left out.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {_inline_scripts()}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _holds_pictures(path: str) -> bool:
    """Return whether what is fetched there is of a person's own, which no browser of a shared machine may keep."""
    return "/media/" in path or "/_stcore/" in path


class SecurityHeaders:
    """Adds to every answer the headers that keep the browser from talking to anybody but this server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        policy = content_security_policy(Headers(scope=scope).get("host", ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                if _holds_pictures(scope["path"]):
                    headers["Cache-Control"] = "no-store"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def _sittings(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what running courses ask for; its modules are imported by then, or now: the first page is not kept."""
    routes = await run_in_threadpool(import_module, "pages.parts.courses.routes")
    await routes.app(scope, receive, send)


def _warm_up() -> None:
    """Import what the first page needs, PyTorch above all, while the browser still fetches and starts its own part."""
    for module in (
        "guides.catalog",
        "enhancement.fast_twin",
        "enhancement.viewer_payload",
        "enhancement.export",
        "enhancement.path_cache",
    ):
        import_module(f"lwise_core.{module}")
    decode_pool().warm_up()
    pass_over_what_is_here()


@asynccontextmanager
async def _served(_: st.App) -> AsyncIterator[None]:
    """Print, once it is served, the link for whoever sits where the server was started, and look after closed pages."""
    print_link()
    looking = asyncio.create_task(let_go_of_closed_pages())
    try:
        yield
    finally:
        looking.cancel()


Thread(target=_warm_up, name="warm-up", daemon=True).start()
log_no_messages_of_errors()
keep_addresses()
keep_in_memory()
give_secret_addresses()
lose_no_choice()
keep_messages_short()
close_silent_connections()
let_go_of_the_deaf()

app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    lifespan=_served,
    routes=[link_route(), Mount("/sittings", app=_sittings), *module_routes()],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(RequestGuard),
        Middleware(TypedAddresses),
        Middleware(OwnWords),
        Middleware(ModulesAhead),
    ],
    on_script_error=report_to_reader,
)
