"""The viewer: every ε of a path under the person's hand, without asking the server (assets/viewer).

What the browser has stays in the browser: a call sends the frames that this browser was not sent yet, and one that
lacks some (a message was lost, the page was drawn anew) asks for them.
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property, partial
from time import monotonic

import numpy as np
import streamlit as st

from lwise_core._utils.arrays import Pixels
from lwise_core.enhancement.viewer_payload import ViewerPayload
from lwise_core.images.codec import encode_png
from lwise_core.images.heatmaps import PERTURBATION_LIMIT
from pages.parts.picture.sent_films import Heard
from pages.parts.ui.browser_modules import component
from pages.parts.ui.component_state import told_by

_FILM_VIEWER = component("lwise_viewer", folder="viewer", html="viewer/viewer.html")
_LENGTH = struct.Struct("<I")


class View(StrEnum):
    """What the viewer shows before the person chooses: all pictures side by side, or the altered one alone, large."""

    SIDE = "side"
    ALONE = "alone"


@dataclass(frozen=True, eq=False)
class Layer:
    """What lies over the altered picture: a map called ``name``, and a sentence on what its colours mean.

    ``maps`` ``(T, h, w, 4)`` uint8 holds one for every position of the slider, or a single one for all; None: the map
    of changes, which the browser makes itself.
    """

    name: str
    caption: str
    maps: Pixels | None = None

    @cached_property
    def sent(self) -> dict[str, object]:
        """What the browser gets: the maps below one another, as one picture."""
        maps = self.maps
        png = None if maps is None else base64.b64encode(encode_png(np.concatenate(list(maps)))).decode()
        return {"name": self.name, "caption": self.caption, "count": 1 if maps is None else len(maps), "png": png}


@dataclass(frozen=True)
class Framing:
    """How a page shows a film: the ``view`` to begin with, and the layer over the altered picture, None without one."""

    view: View = View.SIDE
    layer: Layer | None = None


_SIDE_BY_SIDE = Framing()


def viewer(
    film: ViewerPayload, *, step: int, name: str, remark: str, key: str, framing: Framing = _SIDE_BY_SIDE
) -> int:
    """Show ``film`` at position ``step`` and return the position: ``step``, or the one that the person just chose.

    The caller owns the position: store what comes back and pass it the next time; pass another one to move the slider.
    It may lie beyond what is computed so far; the viewer then shows the last frame and follows. Call again whenever the
    path has grown: only new frames travel. The browser tells the server once, when the person lets go.

    Args:
        film: The film so far.
        step: Present position of the slider: ε = step × the path's step.
        name: What the picture is called, for screen readers.
        remark: A sentence that stands with every altered picture, such as “Not for diagnosis.”
        key: Unique key. Keep it while the path grows.
        framing: The view to begin with, and what lies over the altered picture.
    """
    heard: Heard = st.session_state.get(_heard_key(key), Heard())
    shown = step if heard.step is None else heard.step
    known = heard.known(film, now=monotonic())
    payload = film.payload(first=known.frames, first_coarse=known.coarse)
    body = _body(payload, words=_Words(shown, heard.revision, name, remark, picture=key), how=framing)
    heard = replace(heard.having_said(body), step=None)
    _FILM_VIEWER(
        key=key,
        data=_numbered(heard) + body,
        on_step_change=partial(_hear_step, key),
        on_missing_change=partial(_hear_missing, key),
    )
    st.session_state[_heard_key(key)] = heard.having_sent(film, began=known.began)
    return shown


@dataclass(frozen=True)
class _Words:
    """What the page says beside the film."""

    step: int
    revision: int
    name: str
    remark: str
    picture: str


def _body(payload: bytes, *, words: _Words, how: Framing) -> bytes:
    """Return the page's own words, their length before them, then the film."""
    shown = {"view": how.view.value, "layer": None if how.layer is None else how.layer.sent}
    said = json.dumps({**asdict(words), **shown, "limit": PERTURBATION_LIMIT}).encode()
    return _LENGTH.pack(len(said)) + said + payload


def _numbered(heard: Heard) -> bytes:
    """Return what a message begins with: whence it is and its number among those, their length before them."""
    said = json.dumps({"origin": heard.origin, "message": heard.message}).encode()
    return _LENGTH.pack(len(said)) + said


def _heard_key(key: str) -> str:
    return f"{key}-heard"


def _hear_step(key: str) -> None:
    """Keep the position that the person just chose until the page takes it, however many reruns come between."""
    told = told_by(key, "step")
    if told is None:
        return
    heard: Heard = st.session_state.get(_heard_key(key), Heard())
    st.session_state[_heard_key(key)] = replace(heard, step=int(told["step"]), revision=int(told["revision"]))


def _hear_missing(key: str) -> None:
    """Remember that the browser has a film only as far as it says; the next call sends the rest."""
    told = told_by(key, "missing")
    if told is None:
        return
    heard: Heard = st.session_state.get(_heard_key(key), Heard())
    film, first = str(told["film"]), max(0, int(told["first"]))
    if film in heard.sent:
        sent = heard.sent[film]
        told_of = replace(sent, frames=min(first, sent.frames), coarse=0)
        st.session_state[_heard_key(key)] = replace(heard, sent={**heard.sent, film: told_of})
