"""The only door for image bytes: check, decode, orient, convert to sRGB, encode.

Whatever comes in is hostile until it is a Photograph: bytes are accepted by content, never by name or extension, and
everything else is one typed error with a sentence for the person. Nothing but pixels goes further, so that no metadata
of the original (place, time, camera) can leave again.

Nothing here depends on Pillow's process-wide switches, nor turns one: sizes are compared with limits of our own, and a
file that ends too early is noticed here.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.errors import LWiseError
from lwise_core.images.caption_strip import Strip, with_strip
from lwise_core.images.colour import Samples, to_srgb
from lwise_core.images.file_checks import MAX_BYTES, Overloaded, Refusal, check_container

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "ImageRejected",
    "Photograph",
    "Strip",
    "encode_png",
    "open_photograph",
    "preview",
    "read_png_text",
    "with_strip",
]

MAX_PIXELS = 40_000_000
"""Pictures of this many pixels and over are rejected, on the size that the header states, before any decoding."""

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
_SMALLEST_SIDE = 8  # a picture below the smallest crop holds nothing that a guide of 32 px or more could judge
_LONGEST_SIDE = 65_535  # what a JPEG can hold; a line of millions of pixels only serves to exhaust what draws it
_LONGEST_NAME = 80
_MOST_SCANNED = 1_000_000_000  # pixels times scans of a JPEG; encoders write about ten scans
_COMPRESSION = 1  # of 9. Photographs of 12 megapixels take 2.5 s instead of 10 s at the usual 6, for 5–10% more bytes

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what turns the stored picture upright (CIPA DC-008, tag 274); 1 is upright already."""

_UNREADABLE = (
    "cannot be decoded, because it is incomplete, damaged or of a rare kind; open it in another program, save it as "
    "PNG or JPEG and choose that."
)
_TURNED = "It was turned upright, as its EXIF orientation says."
_NOT_TURNED = "Its EXIF orientation cannot be read and was ignored, so it appears as it is stored."


class ImageRejected(LWiseError):
    """A file that is not an acceptable image. The message is one sentence: what happened, and what to do."""


@dataclass(frozen=True, eq=False)
class Photograph:
    """One picture, as every algorithm takes it: nothing of the file but its pixels.

    ``name`` is for display only and never a path. ``pixels`` is ``(H, W, 3)`` uint8 sRGB, upright, read-only.
    ``sha256`` is the hash of the bytes as given. ``notes`` holds one sentence for each conversion made.
    """

    name: str
    pixels: Pixels
    sha256: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_pixels(self.pixels)
        if self.pixels.flags.writeable:
            pixels = self.pixels.copy()
            pixels.setflags(write=False)
            object.__setattr__(self, "pixels", pixels)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])


def open_photograph(data: bytes, *, name: str) -> Photograph:
    """Return the photograph in ``data``, upright, in sRGB, with a note on each conversion.

    Args:
        data: A whole PNG, JPEG, WebP, TIFF, BMP or GIF file, whatever its name says.
        name: The file's name as the person knows it; only for display.

    Raises:
        ImageRejected: It is none of these, or empty, incomplete, damaged, of 20 MB and over, of 40 megapixels and
            over, or has a side under 8 or over 65,535 pixels.
    """
    shown = _display_name(name)
    with _refusals(f"“{shown}”"), _silence_in_this_thread():
        pixels, notes = _develop(data)
    return Photograph(name=shown, pixels=pixels, sha256=hashlib.sha256(data).hexdigest(), notes=notes)


def encode_png(pixels: Pixels, *, text: Mapping[str, str] = {}) -> bytes:
    """Return ``pixels`` as a lossless PNG: the same input gives the same bytes, and there is no metadata but ``text``.

    Args:
        pixels: ``(H, W, 3)`` uint8 sRGB, or ``(H, W, 4)`` with an opacity.
        text: Keyword (1–79 Latin-1 characters) → any text; written as iTXt, in the order of the keywords.

    Raises:
        ValueError: ``pixels`` has another shape or type, or the text cannot be stored.
    """
    _check_pixels(pixels[..., :3] if pixels.shape[2:] == (4,) else pixels)
    chunks = PngImagePlugin.PngInfo()
    for keyword, value in sorted(text.items()):
        if not 1 <= len(keyword) <= 79 or "\0" in keyword + value:
            raise ValueError(f"A PNG cannot hold text under the keyword {keyword!r}.")
        chunks.add_itxt(keyword, value)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", pnginfo=chunks, compress_level=_COMPRESSION)
    return stream.getvalue()


def saved_as_jpeg(pixels: Pixels, *, quality: int) -> Pixels:
    """Return ``pixels`` ``(H, W, 3)`` uint8 sRGB after they went through a JPEG file of ``quality`` 1 to 95."""
    _check_pixels(pixels)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    with Image.open(stream, formats=("JPEG",)) as image:
        return np.asarray(image)


def read_png_text(data: bytes) -> dict[str, str]:
    """Return the text that :func:`encode_png` put into a PNG, keyword → text; other metadata is left alone.

    Raises:
        ImageRejected: ``data`` is not a whole PNG file.
    """
    with _refusals("The file"), _silence_in_this_thread():
        if not data.startswith(b"\x89PNG"):
            raise Refusal("is not a PNG; choose one that was downloaded here.")
        check_container(data)
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            return {str(k): str(v) for k, v in image.info.items() if isinstance(v, PngImagePlugin.iTXt)}


def preview(pixels: Pixels, *, longest: int) -> bytes:
    """Return ``pixels`` ``(H, W, 3)`` as a PNG for display, scaled down to at most ``longest`` pixels a side."""
    _check_pixels(pixels)
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return encode_png(np.asarray(image))


@contextmanager
def _refusals(subject: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into one ImageRejected: a sentence that begins with ``subject``.

    EXIF apart, this is the one place that catches every Exception. On hostile bytes Pillow raises a dozen types
    (OSError, ValueError, TypeError, SyntaxError, struct.error, zlib.error, …) and none of its documents closes the
    list; to the person they all mean that this file cannot be used. What ends a program is no Exception and passes.
    """
    try:
        yield
    except Refusal as error:
        raise ImageRejected(f"{subject} {error}") from error
    except Image.DecompressionBombError as error:
        raise ImageRejected(f"{subject} {_too_many_pixels()}") from error
    except MemoryError as error:
        raise ImageRejected(
            f"{subject} needs more memory than there is at the moment; try a smaller copy, or try again later."
        ) from error
    except Exception as error:
        raise ImageRejected(f"{subject} {_UNREADABLE}") from error


class _Stream(io.BytesIO):
    """A file in memory that remembers being asked for more than it has."""

    ran_out = False

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.ran_out = self.ran_out or (not part and size != 0)
        return part


def _develop(data: bytes) -> tuple[Pixels, tuple[str, ...]]:
    """Return upright sRGB pixels and the notes on how they came about."""
    check_container(data)
    stream = _Stream(data)
    with Image.open(stream, formats=_FORMATS) as image:
        _check_size(image)
        _check_scans(image, data)
        samples = Samples.of(image)
        # Pillow turns a TIFF upright while it decodes and forgets the tag; the others carry theirs on.
        orientation = _orientation(image) if image.format == "TIFF" else None
        stream.ran_out = False
        image.load()
        if stream.ran_out:
            raise EOFError("The decoder wanted more than the file holds.")
        picture, notes = to_srgb(image, samples)
        if orientation is None:
            orientation = _orientation(image)
            if orientation in _UPRIGHT:
                picture = picture.transpose(_UPRIGHT[orientation])
        pixels: Pixels = np.asarray(picture)
        return pixels, (*_on_frames(image), *_on_end(image), *notes, *_on_orientation(orientation))


def _check_pixels(pixels: Pixels) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
        raise ValueError(f"Pixels are (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}.")


def _check_size(image: Image.Image) -> None:
    """Refuse by the size that the header states."""
    if image.width * image.height >= MAX_PIXELS:
        raise Refusal(_too_many_pixels(image.size))
    if min(image.size) < _SMALLEST_SIDE:
        raise Refusal(
            f"is {image.width} × {image.height} pixels, too small to show anything; choose a picture of at least "
            f"{_SMALLEST_SIDE} pixels a side."
        )
    if max(image.size) > _LONGEST_SIDE:
        raise Refusal(
            f"is {image.width} × {image.height} pixels, and no side may have more than {_LONGEST_SIDE:,}; crop it and "
            "choose the copy."
        )


def _check_scans(image: Image.Image, data: bytes) -> None:
    """Refuse a JPEG whose scans, each of which passes over the whole picture, would take many times its decoding."""
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") * image.width * image.height > _MOST_SCANNED:
        raise Overloaded("Too many scans of so large a picture.")


def _too_many_pixels(size: tuple[int, int] | None = None) -> str:
    stated = "far more than 40 megapixels"
    if size is not None:
        stated = f"{size[0] * size[1] / 1e6:.1f} megapixels ({size[0]} × {size[1]})"
    return f"has {stated}, and only pictures under 40 megapixels are accepted; save a smaller copy and choose that."


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation: 1–8, or 0 where it cannot be read."""
    try:
        exif = image.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - EXIF is decoration: whatever is wrong with it, the picture is still good
        return 0
    # Pillow only warns of EXIF data that it cannot parse, and then shows none.
    if image.info.get("exif") and not exif:
        return 0
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 0


def _on_orientation(orientation: int) -> tuple[str, ...]:
    if orientation == 0:
        return (_NOT_TURNED,)
    return (_TURNED,) if orientation in _UPRIGHT else ()


def _on_frames(image: Image.Image) -> tuple[str, ...]:
    """Say that there is more than one frame. Only counts that a header states are given: no frame is sought."""
    try:
        several = getattr(image, "is_animated", False)
    except (IndexError, struct.error):  # a GIF whose second frame is damaged
        several = True
    if not several:
        return ()
    stated = f"{image.n_frames} " if image.format in ("PNG", "WEBP", "MPO") else ""  # type: ignore[attr-defined]
    return (f"Only the first of its {stated}{'pages' if image.format == 'TIFF' else 'frames'} is used.",)


def _on_end(image: Image.Image) -> tuple[str, ...]:
    """Say when a JPEG ends in the grey with which its decoder fills what is missing, as after a repaired download.

    A JPEG without its end is refused; one that was given a new end looks whole to the decoder. Only pixels are left to
    tell, and they may be right: so this is a note.
    """
    if image.format not in ("JPEG", "MPO"):
        return ()
    last = image.crop((image.width - _SMALLEST_SIDE, image.height - 1, image.width, image.height))
    if (np.asarray(last) != 128).any():
        return ()
    return ("It ends in plain grey, as a JPEG does that was cut off: please check that it is whole.",)


def _display_name(name: str) -> str:
    """Return ``name`` fit for a sentence: no folders, no invisible or direction-changing characters, not too long."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    visible = "".join(c if unicodedata.category(c)[0] in "LMNPS" else " " for c in last)
    short = " ".join(visible.split())
    if len(short) > _LONGEST_NAME:
        short = f"{short[: _LONGEST_NAME - 13]}…{short[-12:]}"
    return short if short.strip(".") else "photograph"


class _OneThread:
    """The “module” of a warning filter that matches whatever one thread does, until it is closed."""

    def __init__(self) -> None:
        self._thread: int | None = threading.get_ident()

    def match(self, _module: str) -> bool:
        return threading.get_ident() == self._thread

    def close(self) -> None:
        self._thread = None


@contextmanager
def _silence_in_this_thread() -> Iterator[None]:
    """Ignore what Pillow warns of, in this thread only.

    ``warnings.catch_warnings`` saves and restores the filters of the whole process, and two threads doing so leave the
    wrong ones behind. Here one entry is added and the same entry removed; where another thread's restore has brought
    it back meanwhile, it matches nothing any more.
    """
    this_thread = _OneThread()
    entry = ("ignore", None, Warning, this_thread, 0)
    cast("list[Any]", warnings.filters).insert(0, entry)
    try:
        yield
    finally:
        this_thread.close()
        with suppress(ValueError):
            cast("list[Any]", warnings.filters).remove(entry)
