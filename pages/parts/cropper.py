"""The square that the guide sees, moved and sized on the photograph (assets/cropper.*, Streamlit components v2)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from lwise_core.geometry import Crop

_ASSETS = Path(__file__).parents[2] / "assets"


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
    return crop
