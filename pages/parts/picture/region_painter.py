"""A region painted with a brush or piece by piece on what the guide sees (assets/region, Streamlit components v2)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import encode_png
from pages.parts.ui.browser_modules import component
from pages.parts.ui.component_state import told_by

_REGION_PAINTER = component("lwise_region", folder="region", html="region/region.html")

Mask = npt.NDArray[np.bool_]
"""Which pixels may change, ``(H, W)``."""


@dataclass(frozen=True, eq=False)
class _Painted:
    """The mask as the browser told it last, in bits, and the number of its message."""

    bits: bytes = b""
    revision: int = 0


def region_painter(pixels: Pixels, *, pieces: npt.NDArray[np.uint16], key: str) -> Mask:
    """Show ``pixels`` ``(3, H, H)`` uint8 to paint on, and return what was painted so far, nothing at first.

    The browser tells the server when the person lets go. What was painted stays for the session, under ``key``.

    Args:
        pixels: What the guide sees.
        pieces: The number of every pixel's superpixel, ``(H, H)``.
        key: Unique key; use another one for another picture.
    """
    side = pixels.shape[1]
    painted: _Painted = st.session_state.get(_kept(key), _Painted())
    mask = _mask_of(painted.bits, side=side)
    _REGION_PAINTER(
        key=key,
        data={
            "picture": f"data:image/png;base64,{_text(encode_png(np.ascontiguousarray(pixels.transpose(1, 2, 0))))}",
            "side": side,
            "pieces": _text(pieces.astype("<u2").tobytes()),
            "mask": _text(np.packbits(mask).tobytes()),
            "revision": painted.revision,
        },
        on_mask_change=partial(_hear, key),
    )
    return mask


def _kept(key: str) -> str:
    return f"{key}-painted"


def _hear(key: str) -> None:
    told = told_by(key, "mask")
    if told is None:
        return
    painted: _Painted = st.session_state.get(_kept(key), _Painted())
    bits = base64.b64decode(str(told["mask"]), validate=True)
    st.session_state[_kept(key)] = replace(painted, bits=bits, revision=int(told["revision"]))


def _mask_of(bits: bytes, *, side: int) -> Mask:
    """Return the mask of ``bits``, nothing where they are not those of a picture of ``side`` px."""
    if len(bits) != -(-side * side // 8):
        return np.zeros((side, side), dtype=bool)
    unpacked: Mask = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=side * side).astype(bool)
    return unpacked.reshape(side, side)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
