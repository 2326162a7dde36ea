"""What a page will need is named to the browser when it opens the page: our style's bearer, the viewer's modules.

By itself it learns of the viewer's modules one import after the other, four deep, when a picture is there already and
this server has begun to compute; and of the part of Streamlit that puts our style on the page when the page is drawn,
so that on a busy server small print stands there pale for seconds. Named in a header, they come beside the empty page.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lwise_core._utils.assets import asset
from pages.parts.ui.browser_modules import address

_IMPORTED = re.compile(r'^(?:import|export)\b[^"]*"(\.{1,2}/[^"]+)";', re.MULTILINE)
_BESIDE = re.compile(r'from"\./([^"]+\.js)"')
_WITH_PICTURES = frozenset({"", "inspection"})


@cache
def modules_of(module: str) -> tuple[str, ...]:
    """Return ``module``, by its path among the assets, and all that it imports, each once as it is met."""
    found: dict[str, None] = {}
    waiting = [module]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = None
            text = asset(path).read_text(encoding="utf-8")
            waiting += [
                posixpath.normpath(posixpath.join(posixpath.dirname(path), one)) for one in _IMPORTED.findall(text)
            ]
    return tuple(found)


@cache
def style_bearers() -> tuple[str, ...]:
    """Return the script of Streamlit that puts the style of ``st.html`` on a page, and all that this script imports.

    Each by its address beside the page's; none where Streamlit calls it otherwise.
    """
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    found = sorted(scripts.glob("Html.*.js"))
    imported = (name for file in found for name in _BESIDE.findall(file.read_text(encoding="utf-8")))
    return tuple(f"./static/js/{name}" for name in (*(file.name for file in found), *imported))


def _names(path: str) -> str:
    """Return what is named with the page at ``path``."""
    wanted = list(style_bearers())
    if path.rpartition("/")[2] in _WITH_PICTURES:
        wanted += [f"{address()}/{module}" for module in modules_of("viewer/index.js")]
    return ", ".join(f"<{one}>; rel=modulepreload" for one in wanted)


class ModulesAhead:
    """Names with each page what its style needs, and the viewer with those that show pictures: Studio and Inspect."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_names(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("Content-Type", "").startswith("text/html"):
                    headers["Link"] = _names(scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_names)
