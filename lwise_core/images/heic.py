"""HEIC, as phones write it. Stands on pillow-heif, which is optional."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from PIL import Image
from pillow_heif import HeifImageFile

_OPENED: Callable[[BinaryIO], Image.Image] = HeifImageFile


def open_heic(stream: BinaryIO) -> Image.Image:
    """Return the picture in ``stream``, upright already, of which no pixel is decoded yet.

    It is not registered with Pillow, which would change what Pillow opens for everybody in this process.

    Raises:
        SyntaxError: The file is damaged.
    """
    return _OPENED(stream)
