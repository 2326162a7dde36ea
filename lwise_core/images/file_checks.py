"""What a file says of itself before any decoder sees it: its kind, its size, and how many parts it claims.

Small files can be made to keep a decoder busy for minutes, or to fill the memory, without one pixel too many: a million
empty chunks, a strip for every pixel, a hundred thousand scans over the same picture. They are refused here, by walking
the parts with a limit. The walks check nothing else, but for the checksums of a PNG: what is damaged, decoders notice.
"""

from __future__ import annotations

import io
import re
import struct
import zlib

from PIL import ExifTags, TiffImagePlugin

from lwise_core._utils.errors import LWiseError

MAX_BYTES = 20_000_000
"""Files of this size and over are rejected."""

_MOST_PARTS = 65_536  # chunks of a PNG, steps to the pixels of a JPEG, strips or tiles of a TIFF
_MOST_BLOCKS = 262_144  # of a GIF: 20 MB of full blocks are 78,000
_MOST_RUNS = 4_000_000  # bytes of a run-length encoded BMP, which Pillow decodes in Python, pair by pair
_MOST_SCANS = 500  # of a progressive JPEG, each of which passes over the whole picture; encoders write about ten

_ACCEPTED = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF.{4}WEBP|II[*+]\0|MM\0[*+]|BM|GIF8[79]a", re.DOTALL)
_FOREIGN = {
    "a DICOM": re.compile(rb".{128}DICM", re.DOTALL),
    "a HEIC": re.compile(rb".{4}ftyp(hei|hev|mif1|msf1)", re.DOTALL),
    "an AVIF": re.compile(rb".{4}ftypavi", re.DOTALL),
    "a PDF": re.compile(rb"%PDF"),
    "a Photoshop": re.compile(rb"8BPS"),
    "an SVG": re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<svg"),
}
"""Formats that people try and that are not accepted, told apart only to name them."""


class Refusal(LWiseError):
    """Why a file is refused: the rest of a sentence that begins with its name."""


class Overloaded(LWiseError):
    """A file of more parts than any encoder writes."""


def check_container(data: bytes) -> None:
    """Accept ``data`` for decoding.

    Raises:
        Refusal: It is empty, too large or of a kind that is not accepted.
        Overloaded: It has more parts than a picture needs.
        ValueError, IndexError, struct.error: It is damaged.
    """
    if not data:
        raise Refusal("is empty (0 bytes); choose it again, or another file.")
    if len(data) >= MAX_BYTES:
        raise Refusal(
            f"has {MAX_BYTES // 1_000_000} MB or more, and only smaller files are accepted; save a smaller copy "
            "and choose that."
        )
    if not _ACCEPTED.match(data):
        raise Refusal(_not_a_picture(data))
    for signature, walk in _WALKS.items():
        if data.startswith(signature):
            walk(data)


def _not_a_picture(data: bytes) -> str:
    for kind, signature in _FOREIGN.items():
        if signature.match(data[:1024]):
            return f"is {kind} file, which cannot be read here; export it as PNG or JPEG and choose that."
    return "is not a picture that can be read here; choose a PNG, JPEG, WebP, TIFF, BMP or GIF file."


def _walk_png(data: bytes) -> None:
    """Go through the chunks up to IEND: all are there, with right checksums (Pillow skips those of the pixels)."""
    view = memoryview(data)
    position = 8
    for _ in range(_MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if struct.unpack_from(">I", data, end) != (zlib.crc32(view[position + 4 : end]),):
            raise ValueError("A checksum is wrong.")
        if kind == b"IEND":
            return
        position = end + 4
    raise Overloaded("Too many chunks.")


def _walk_jpeg(data: bytes) -> None:
    """Go through the segments up to the first scan, over fill bytes and junk as decoders do."""
    if data.count(b"\xff\xda") > _MOST_SCANS:
        raise Overloaded("Too many scans.")
    position = 2
    for _ in range(_MOST_PARTS):
        marker = data[position + 1]
        if data[position] != 0xFF or marker in (0x00, 0xFF):
            position += 1
        elif marker == 0xDA:
            return
        elif marker == 0x01 or 0xD0 <= marker <= 0xD9:  # these stand alone
            position += 2
        else:
            position += 2 + int(struct.unpack_from(">H", data, position + 2)[0])
    raise Overloaded("Too many segments, or too much between them.")


def _walk_gif(data: bytes) -> None:
    """Go through the blocks up to the second frame, which is as far as anybody will read."""
    position = 13 + _colour_table(data[10])
    frames = 0
    inside = False
    for _ in range(_MOST_BLOCKS):
        if position >= len(data):
            return
        kind = data[position]
        if inside:
            inside = kind > 0  # here it is a length
            position += 1 + kind
        elif kind == 0x21:
            inside = True
            position += 2
        elif kind == 0x2C and not frames:
            frames = 1
            inside = True
            position += 11 + _colour_table(data[position + 9])
        elif kind in (0x2C, 0x3B):
            return
        else:
            position += 1
    raise Overloaded("Too many blocks, or too much between them.")


def _colour_table(flags: int) -> int:
    """Return the length in bytes of the colour table that a GIF's ``flags`` announce."""
    return int(3 << (flags & 7) + 1) if flags & 0x80 else 0


def _walk_tiff(data: bytes) -> None:
    """Look at the first page's directory: Pillow makes an object of each strip and tile before it knows the size."""
    directory = TiffImagePlugin.ImageFileDirectory_v2(data[: 16 if data[2] == 43 else 8])  # 43: BigTIFF
    stream = io.BytesIO(data)
    stream.seek(directory.next)
    directory.load(stream)
    offsets = (TiffImagePlugin.STRIPOFFSETS, TiffImagePlugin.TILEOFFSETS)
    if any(len(directory.get(tag, ())) > _MOST_PARTS for tag in offsets):
        raise Overloaded("Too many strips or tiles.")
    kind = directory.get(ExifTags.Base.NewSubfileType)
    if isinstance(kind, int) and kind & 1:
        raise Refusal(
            "begins with a small preview, as camera raw files do, and the picture itself cannot be reached; export it "
            "as PNG or JPEG and choose that."
        )


def _walk_bmp(data: bytes) -> None:
    """Look whether the pixels are run-length encoded (BI_RLE8 or BI_RLE4)."""
    if len(data) > _MOST_RUNS and struct.unpack_from("<I", data, 30)[0] in (1, 2):
        raise Overloaded("Too many runs.")


_WALKS = {
    b"\x89PNG": _walk_png,
    b"\xff\xd8": _walk_jpeg,
    b"GIF8": _walk_gif,
    b"II": _walk_tiff,
    b"MM": _walk_tiff,
    b"BM": _walk_bmp,
}
