"""Files for the tests of the door, built in memory: pictures in every format, and colour profiles of known effect."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

WIDTH, HEIGHT = 40, 24


def scene(*, width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint8]:
    """Return a smooth colour gradient ``(height, width, 3)`` that is neither grey nor symmetric."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack(
        [x * 200 // width + 20, y * 200 // height + 30, 240 - (x + y) * 180 // (width + height)], -1
    ).astype(np.uint8)


def encoded(picture: Image.Image | npt.NDArray[np.generic], kind: str, **options: object) -> bytes:
    """Return ``picture`` as a file of Pillow's format ``kind``."""
    image = picture.copy() if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def one_of_each() -> dict[str, bytes]:
    """Return the scene in every accepted format, and in the variants that take other ways through a decoder."""
    image = Image.fromarray(scene())
    exif = Image.Exif()
    exif[274] = 6
    frames = {"save_all": True, "append_images": [image.rotate(180)]}
    return {
        "png": encoded(image, "PNG"),
        "png interlaced palette": encoded(image.quantize(16), "PNG", transparency=3),
        "apng": encoded(image, "PNG", **frames),
        "png 16-bit": encoded(scene().astype(np.uint16)[..., 0] * 257, "PNG"),
        "jpeg": encoded(image, "JPEG", exif=exif),
        "jpeg progressive": encoded(image, "JPEG", progressive=True, icc_profile=swapped_profile()),
        "jpeg cmyk": encoded(image.convert("CMYK"), "JPEG"),
        "mpo": encoded(image, "MPO", save_all=True, append_images=[image.rotate(180)]),
        "webp": encoded(image, "WEBP", exif=exif),
        "webp lossless animated": encoded(image.convert("RGBA"), "WEBP", lossless=True, **frames),
        "avif": encoded(image, "AVIF", exif=exif),
        "avif animated": encoded(image, "AVIF", **frames),
        "tiff": encoded(image, "TIFF", exif=exif),
        "tiff deflate": encoded(image, "TIFF", compression="tiff_adobe_deflate"),
        "tiff pages": encoded(image.convert("L"), "TIFF", **frames),
        "bmp": encoded(image, "BMP"),
        "gif": encoded(image.quantize(32), "GIF"),
        "gif animated": encoded(image.quantize(32), "GIF", **frames),
    }


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one PNG chunk with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def raw_png(  # the parts of a header, as they stand there
    width: int, height: int, *, depth: int = 8, colour: int = 0, rows: bytes = b"", between: bytes = b""
) -> bytes:
    """Return a PNG of exactly these parts: header, ``between`` (whole chunks), compressed ``rows``, end."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    end = png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + between + end


def raw_tiff(tags: dict[int, int], *, strip: bytes = b"", tiles: int = 0) -> bytes:
    """Return a little-endian TIFF of these ``tags``, whose pixels are ``strip``, or that claims ``tiles`` tiles."""
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    data = strip or bytes(4 * tiles)
    offsets = {324: (tiles, start), 325: (1, 1)} if tiles else {273: (1, start), 279: (1, len(strip))}
    entries = sorted({**{tag: (1, value) for tag, value in tags.items()}, **offsets}.items())
    directory = b"".join(struct.pack("<HHII", tag, 4, count, value) for tag, (count, value) in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4) + data


def _profile(space: bytes, tags: dict[bytes, bytes], *, kind: bytes = b"mntr", connection: bytes = b"XYZ ") -> bytes:
    """Return an ICC profile of version 2.4 (ICC.1:2001-04, clauses 6.1 and 6.2)."""
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", tag, start + len(body), len(content))
        body += padded
    header = struct.pack(
        ">I4sI4s4s4s6H4s", start + len(body), b"", 0x02400000, kind, space, connection, *(1,) * 6, b"acsp"
    )
    header += bytes(28) + _xyz(0.9642, 1.0, 0.8249)[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(v * 65536) for v in values))


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _gamma(value: float) -> bytes:
    return b"curv" + struct.pack(">IIH", 0, 1, round(value * 256))


_RED, _GREEN, _BLUE = (0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141)
"""The colorants of sRGB, adapted to D50."""


def _rgb_profile(red: Sequence[float], green: Sequence[float], blue: Sequence[float]) -> bytes:
    colorants = {b"rXYZ": _xyz(*red), b"gXYZ": _xyz(*green), b"bXYZ": _xyz(*blue)}
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(2.2))
    return _profile(b"RGB ", {b"wtpt": _xyz(0.9642, 1.0, 0.8249), **colorants, **curves})


def swapped_profile() -> bytes:
    """Return an RGB profile in which red means green and green means red."""
    return _rgb_profile(_GREEN, _RED, _BLUE)


def linear_grey_profile() -> bytes:
    """Return a grey profile whose values are proportional to light."""
    return _profile(b"GRAY", {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"kTRC": _gamma(1.0)})


def cyan_is_grey_profile() -> bytes:
    """Return a CMYK profile for which full cyan is mid-grey (L* 50), black is black, and the other inks are nothing."""
    lightness = (0 if inks & 1 else 128 if inks & 8 else 255 for inks in range(16))
    table = b"".join(bytes((value, 128, 128)) for value in lightness)
    identity = bytes(range(256))
    lut = (
        b"mft1"
        + bytes(4)
        + bytes((4, 3, 2, 0))
        + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
        + identity * 4
        + table
        + identity * 3
    )
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"A2B0": lut}
    return _profile(b"CMYK", tags, kind=b"prtr", connection=b"Lab ")
