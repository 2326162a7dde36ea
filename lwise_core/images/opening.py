"""A photograph from whatever a program holds: a path, bytes, a Pillow image or an array."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from lwise_core.images.codec import ImageRejected, Photograph, open_photograph
from lwise_core.images.file_checks import MAX_BYTES
from lwise_core.images.geometry import to_8_bit

ImageSource = str | Path | bytes | Image.Image | npt.NDArray[Any]

_UNNAMED = "picture.png"
_AS_PNG = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})  # Pillow's modes; the others are written as TIFF


def open_image(source: ImageSource, *, name: str = "") -> Photograph:
    """Return the photograph that ``source`` holds, upright, in sRGB, with a note on each conversion.

    Whatever it is, it passes through the one door for images: pixels that never were a file are encoded without loss
    first, and the hash is that of this file.

    Args:
        source: The path of a file of a kind that :func:`open_photograph` takes; the bytes of one; a Pillow image; or
            an array ``(H, W)``, ``(H, W, 3)`` or ``(H, W, 4)``, uint8 or floating point in [0, 1], sRGB.
        name: What it is called on screen and in file names; the file's own name where there is one.

    Raises:
        ImageRejected: It is none of these, or not acceptable; the message is one sentence.
        OSError: The path cannot be read.
    """
    match source:
        case str() | Path():
            path = Path(source)
            return open_photograph(_read(path), name=name or path.name)
        case bytes():
            return open_photograph(source, name=name or _UNNAMED)
        case Image.Image():
            return open_photograph(_encoded(ImageOps.exif_transpose(source)), name=name or _UNNAMED)
        case np.ndarray():
            return open_photograph(_encoded(Image.fromarray(_in_8_bits(source))), name=name or _UNNAMED)
    raise ImageRejected(
        f"A photograph is a path, bytes, a Pillow image or an array, not {type(source).__name__}; convert it first."
    )


def _read(path: Path) -> bytes:
    """Return the file's bytes, never more than the door would look at."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _encoded(image: Image.Image) -> bytes:
    """Return ``image`` as a file without loss; an ICC profile goes along.

    Raises:
        ImageRejected: No file holds its mode.
    """
    stream = io.BytesIO()
    try:
        image.save(stream, "PNG" if image.mode in _AS_PNG else "TIFF", compress_level=1)
    except OSError as error:
        raise ImageRejected(
            f"A Pillow image of the mode {image.mode} is no picture; convert it to RGB first."
        ) from error
    return stream.getvalue()


def _in_8_bits(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the pixels of ``array`` as uint8.

    Raises:
        ImageRejected: It is no picture: another shape or type, or values outside [0, 1].
    """
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))) or 0 in array.shape:
        raise ImageRejected(f"An array of pixels is (H, W), (H, W, 3) or (H, W, 4), not {array.shape}; transpose it.")
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise ImageRejected(f"An array of pixels is uint8 or floating point, not {array.dtype}; convert it first.")
    if not bool(((array >= 0) & (array <= 1)).all()):
        raise ImageRejected("An array of floating-point pixels lies in [0, 1], and this one does not; scale it first.")
    return to_8_bit(array.astype(np.float32))
