"""The square that the guide sees, moved and sized on the photograph (assets/cropper, Streamlit components v2)."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import NamedTuple

import streamlit as st

from lwise_core.images.geometry import Crop
from pages.parts.ui.browser_modules import component
from pages.parts.ui.component_state import told_by

_SQUARE_ON_PHOTOGRAPH = component("lwise_cropper", folder="cropper", html="cropper/cropper.html")
_SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


class _Size(NamedTuple):
    width: int
    height: int


@dataclass(frozen=True)
class _Heard:
    """What the browser said last: the number of its message, and the square until the page has taken it."""

    revision: int = 0
    crop: Crop | None = None


def cropper(*, preview: bytes, photograph_size: tuple[int, int], crop: Crop, smallest: int, key: str) -> Crop:
    """Show ``preview`` with a square on it, and return the square: ``crop``, or the one that the person just made.

    The caller owns the crop: store what comes back and pass it the next time; pass another one to move the square.
    The browser tells the server once, when the person lets go.

    Args:
        preview: The whole photograph as an encoded PNG, JPEG or WebP, at most about 720 px wide: only for display.
        photograph_size: Width and height of the photograph in pixels.
        crop: The present square, in photograph pixels.
        smallest: Least side in photograph pixels.
        key: Unique key; use another one for another photograph.

    Raises:
        ValueError: ``preview`` is neither PNG, JPEG nor WebP.
    """
    size = _Size(*photograph_size)
    heard: _Heard = st.session_state.get(_heard_key(key), _Heard())
    shown = (heard.crop or crop).within(size, smallest=smallest)
    _SQUARE_ON_PHOTOGRAPH(
        key=key,
        data={
            "preview": _data_url(preview),
            **size._asdict(),
            "smallest": smallest,
            **asdict(shown),
            "revision": heard.revision,
        },
        on_crop_change=partial(_hear, key),
    )
    st.session_state[_heard_key(key)] = replace(heard, crop=None)
    return shown


def _heard_key(key: str) -> str:
    return f"{key}-heard"


def _hear(key: str) -> None:
    """Keep what the browser just said until the page takes it, however many reruns come between."""
    told = told_by(key, "crop")
    if told is None:
        return
    crop = Crop(left=int(told["left"]), top=int(told["top"]), side=int(told["side"]))
    st.session_state[_heard_key(key)] = _Heard(revision=int(told["revision"]), crop=crop)


def _data_url(preview: bytes) -> str:
    """Return ``preview`` as a data URL: inside a dict Streamlit would send bytes as their Python repr."""
    for signature, kind in _SIGNATURES.items():
        if preview.startswith(signature):
            return f"data:{kind};base64,{base64.b64encode(preview).decode()}"
    raise ValueError("The preview of a photograph must be PNG, JPEG or WebP.")
