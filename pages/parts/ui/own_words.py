"""What a page says while its server does not answer, in the words of this program, and what else it does our way.

By then nothing of ours runs in the page, so the sentences stand in Streamlit's own script, for which there is no
setting: it is served with ours in their place. What is relied on is written down in tests/pages/ui/test_own_words.py,
which fails when another release of Streamlit says something else.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

WORDS = {
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": (
        "L-WISE Studio does not answer. If it was stopped, start it again in its folder; this page then connects by "
        "itself, and the answers of a course are kept."
    ),
    "streamlit run yourscript.py": "make run",
    "Streamlit server is not responding. Are you connected to the internet?": (
        "L-WISE Studio does not answer. Is this device still in the network? If the server was stopped, whoever looks "
        "after it starts it again; this page then connects by itself, and the answers of a course are kept."
    ),
    "Connection timed out.": (
        "L-WISE Studio does not answer yet, perhaps because it is just being started; this page goes on trying."
    ),
    "Connection failed with status ": (
        "L-WISE Studio does not answer at this address. If it was stopped, whoever looks after it starts it again; "
        "this page then connects by itself, and the answers of a course are kept. What stands between said: status "
    ),
}
"""Streamlit's sentences → ours."""

ADDRESS = ("new URL(e??window.location.href)", 'new URL(e??new URL("./",window.location.href))')
"""Where a page looks for its server, Streamlit's way → ours.

A page that is opened by its own address, such as /inspection, first asked below that address, where nobody answers. All
pages of this program lie side by side, so the server is where “./” leads.
"""

LISTED = (
    "getCachedMessageHashes(){return Array.from(this.messages.keys())}",
    "getCachedMessageHashes(){return Array.from(this.messages).filter(([,e])=>e.getAge(this.scriptRunCount)<30)"
    ".map(([e])=>e)}",
)
"""Which messages a page says that it still has, so that the server only refers to them: all, Streamlit's way → ours.

A page drops a message that has been in no run for so many as ``global.maxCachedMessageAge`` says. One that was listed
when something was asked for could be dropped before the answer came, which then referred to it: the tab was dead
(“Cached ForwardMsg MISS”). Ours are listed only while at least half of those runs are before them.
"""

_SCRIPTS = Path(st.__file__).with_name("static") / "static" / "js"
_JAVASCRIPT = "text/javascript"
_FOR_EVER = {"Cache-Control": "public, immutable, max-age=31536000"}


@cache
def script_with_words() -> Path | None:
    """Return Streamlit's script that holds the sentences, None where this release has none."""
    found = (file for file in sorted(_SCRIPTS.glob("index.*.js")) if _holds_words(file.read_bytes()))
    return next(found, None)


class OwnWords:
    """Answers the browser that asks for the script with one that holds our sentences; passes on everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        script = script_with_words()
        self._path = None if script is None else f"/static/js/{script.name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and self._path is not None and scope["path"].endswith(self._path)
        answer: ASGIApp = Response(_with_own_words(), media_type=_JAVASCRIPT, headers=_FOR_EVER) if asked else self._app
        await answer(scope, receive, send)


@cache
def _with_own_words() -> bytes:
    script = script_with_words()
    content = b"" if script is None else script.read_bytes()
    for theirs, ours in (*WORDS.items(), ADDRESS, LISTED):
        content = content.replace(theirs.encode(), ours.encode())
    return content


def _holds_words(content: bytes) -> bool:
    return all(theirs.encode() in content for theirs in WORDS)
