"""The modules of the viewer are named to a browser when it opens a page that will need them.

By itself it learns of them one import after the other, four deep, when a picture is there already and this server has
begun to compute. Named in a header, they come while the page is empty.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lwise_core._utils.assets import asset
from pages.parts.ui.browser_modules import address

_IMPORTED = re.compile(r'^(?:import|export)\b[^"]*"(\.{1,2}/[^"]+)";', re.MULTILINE)
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


class ModulesAhead:
    """Names the modules of the viewer with the pages that show pictures, the Studio and Inspect."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rpartition("/")[2] not in _WITH_PICTURES:
            await self._app(scope, receive, send)
            return

        async def send_with_names(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = (f"<{address()}/{path}>; rel=modulepreload" for path in modules_of("viewer/index.js"))
                MutableHeaders(scope=message)["Link"] = ", ".join(names)
            await send(message)

        await self._app(scope, receive, send_with_names)
