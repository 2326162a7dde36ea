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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.unicode_forms import in_form
from lwise_core.images.caption_strip import Strip, with_strip
from lwise_core.images.colour import Samples, to_srgb
from lwise_core.images.file_checks import (
    MAX_BYTES,
    MAX_PIXELS,
    Overloaded,
    Refusal,
    check_container,
    check_size,
    is_dicom,
    is_heic,
    too_many_pixels,
)

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "ImageRejected",
    "OpenFile",
    "Photograph",
    "Strip",
    "encode_png",
    "open_photograph",
    "preview",
    "read_png_text",
    "with_strip",
]

_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "BMP", "GIF")
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
_NEARLY_BLACK = 16  # of 255: what lies below is black on most screens
_DARK = (
    "It is nearly black: at least 99% of it is darker than 16 of 255; if it should show more, brighten it in another "
    "program and choose that."
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


OpenFile = Callable[..., Photograph]
"""What decodes the bytes of a file, called as :func:`open_photograph` is."""


def open_photograph(data: bytes, *, name: str) -> Photograph:
    """Return the photograph in ``data``, upright, in sRGB, with a note on each conversion.

    Args:
        data: A whole PNG, JPEG, WebP, AVIF, TIFF, BMP or GIF file, whatever its name says; HEIC and DICOM where the
            extra “formats” is installed.
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
        raise ImageRejected(f"{subject} {too_many_pixels()}") from error
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
    picture, notes = _first_frame_of_dicom(data) if is_dicom(data) else _decode(data)
    pixels: Pixels = np.asarray(picture)
    return pixels, (*notes, *_on_darkness(picture))


def _decode(data: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the picture in a file that is no DICOM, upright and in sRGB, and the notes on it."""
    stream = _Stream(data)
    with _opened(stream, data) as image:
        check_size(*image.size)
        _check_scans(image, data)
        samples = Samples.of(image)
        # Pillow turns a TIFF upright while it decodes and forgets the tag; the others carry theirs on.
        orientation = _orientation(image) if image.format == "TIFF" else None
        stream.ran_out = False
        image.load()
        if stream.ran_out:
            raise EOFError("The decoder wanted more than the file holds.")
        check_size(*image.size)  # HEIC: its header and its pixels are two things
        picture, notes = to_srgb(image, samples)
        if orientation is None:
            orientation = _orientation(image)
            if orientation in _UPRIGHT:
                picture = picture.transpose(_UPRIGHT[orientation])
        return picture, (*_on_frames(image), *_on_end(image), *notes, *_on_orientation(orientation))


def _opened(stream: io.BytesIO, data: bytes) -> Image.Image:
    """Return the image in ``stream``, of which no pixel is decoded yet."""
    if is_heic(data):
        return cast("Image.Image", import_module("lwise_core.images.heic").open_heic(stream))
    return Image.open(stream, formats=_FORMATS)


def _first_frame_of_dicom(data: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the first frame of a DICOM file in sRGB, and the notes on it."""
    dicom = import_module("lwise_core.images.dicom")  # what it stands on is optional
    image, on_frame = cast("tuple[Image.Image, tuple[str, ...]]", dicom.first_frame(data))
    picture, on_colour = to_srgb(image, Samples(bits=8, white_is_zero=False))
    return picture, (*on_frame, *on_colour)


def _on_darkness(picture: Image.Image) -> tuple[str, ...]:
    """Say when there is next to nothing to see, as of a 16-bit file that uses the lowest of its values only."""
    counts = np.array(picture.histogram()).reshape(3, 256)
    lighter = counts[:, _NEARLY_BLACK:].sum(axis=1).max()
    return (_DARK,) if lighter * 100 <= picture.width * picture.height else ()


def _check_pixels(pixels: Pixels) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
        raise ValueError(f"Pixels are (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}.")


def _check_scans(image: Image.Image, data: bytes) -> None:
    """Refuse a JPEG whose scans, each of which passes over the whole picture, would take many times its decoding."""
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") * image.width * image.height > _MOST_SCANNED:
        raise Overloaded("Too many scans of so large a picture.")


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
    stated = f"{image.n_frames} " if image.format in ("PNG", "WEBP", "AVIF", "HEIF", "MPO") else ""  # type: ignore[attr-defined]
    return (f"Only the first of its {stated}{'pages' if image.format == 'TIFF' else 'frames'} is used.",)


def _on_end(image: Image.Image) -> tuple[str, ...]:
    """Say when a JPEG ends in the grey with which its decoder fills what is missing, as after a repaired download.

    A JPEG without its end is refused; one that was given a new end looks whole to the decoder. Only pixels are left to
    tell, and they may be right: so this is a note.
    """
    if image.format not in ("JPEG", "MPO"):
        return ()
    last = image.crop((image.width - 8, image.height - 1, image.width, image.height))
    if (np.asarray(last) != 128).any():
        return ()
    return ("It ends in plain grey, as a JPEG does that was cut off: please check that it is whole.",)


def _display_name(name: str) -> str:
    """Return ``name`` fit for a sentence: no folders, no invisible or direction-changing characters, not too long."""
    last = in_form("NFC", name.replace("\\", "/").rstrip("/").rpartition("/")[2])
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
