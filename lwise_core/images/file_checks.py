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
from importlib.util import find_spec

from PIL import ExifTags, TiffImagePlugin

from lwise_core._utils.errors import LWiseError

MAX_BYTES = 20_000_000
"""Files of this size and over are rejected."""

MAX_PIXELS = 40_000_000
"""Pictures of this many pixels and over are rejected, on the size that the header states, before any decoding."""

_SMALLEST_SIDE = 8  # a picture below the smallest crop holds nothing that a guide of 32 px or more could judge
_LONGEST_SIDE = 65_535  # what a JPEG can hold; a line of millions of pixels only serves to exhaust what draws it

_MOST_PARTS = 65_536  # chunks of a PNG, steps to the pixels of a JPEG, strips or tiles of a TIFF
_MOST_BLOCKS = 262_144  # of a GIF: 20 MB of full blocks are 78,000
_MOST_RUNS = 4_000_000  # bytes of a run-length encoded BMP, which Pillow decodes in Python, pair by pair
_MOST_SCANS = 500  # of a progressive JPEG, each of which passes over the whole picture; encoders write about ten

_DNG_VERSION = 50706  # the tag that makes a TIFF a DNG (Adobe, DNG Specification 1.7, p. 24)

_CANONS_RAW = re.compile(rb"II\*\0.{4}CR\x02", re.DOTALL)  # begins as a TIFF does, with a smaller preview
_ACCEPTED = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF.{4}WEBP|II[*+]\0|MM\0[*+]|BM|GIF8[79]a", re.DOTALL)
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF = frozenset({b"avif", b"avis"})
_ANY_CODEC = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})  # brands that leave it to others to name the codec
_HEIF = frozenset({b"mif3", b"avci", b"avcs", b"j2ki", b"j2is", b"jpeg", b"jpgs", b"unif", *_ANY_CODEC})
_LONGEST_BRANDS = 512  # bytes; writers name five brands

_EXPORT = "export it as PNG or JPEG"
_FOREIGN = {
    "a JPEG XL": (
        re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"),
        "export it as PNG or JPEG, for instance with GIMP or with djxl,",
    ),
    "a JPEG 2000": (
        re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
        "export it as PNG or JPEG, for instance with GIMP or with opj_decompress,",
    ),
    "a camera's raw": (
        re.compile(rb".{4}ftypcrx|FUJIFILMCCD-RAW|IIU\0|IIR[OS]|II\*\0.{4}CR\x02", re.DOTALL),
        "develop it in the camera or a photo program, export it as JPEG",
    ),
    "a video": (re.compile(rb".{4}ftyp(isom|iso\d|mp4|qt|M4V|avc1|3gp)", re.DOTALL), "save one of its frames as PNG"),
    "a PDF": (re.compile(rb"%PDF"), _EXPORT),
    "a Photoshop": (re.compile(rb"8BPS"), _EXPORT),
    "an SVG": (
        re.compile(rb"(\xef\xbb\xbf)?\s*+((<\?xml[^>]*>|(?><!--.*?-->)|<!DOCTYPE svg[^>]*>)\s*+)*+<svg", re.DOTALL),
        _EXPORT,
    ),
    "an HTML": (
        re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", re.IGNORECASE),
        "download the picture itself, which this page stands in for,",
    ),
    "a Git LFS pointer": (re.compile(rb"version https://git-lfs"), "run “git lfs pull”, which fetches the picture,"),
    "a GIMP": (re.compile(rb"gimp xcf"), _EXPORT),
    "a PNM": (re.compile(rb"P[1-6][\s#]"), _EXPORT),
    "an icon": (re.compile(rb"\0\0[\1\2]\0[\1-\x20]\0"), _EXPORT),
    "a PostScript": (re.compile(rb"%!PS"), _EXPORT),
    "an OpenEXR": (re.compile(rb"\x76\x2f\x31\x01"), "map its light to 8 or 16 bits, export it as PNG"),
    "a Radiance": (re.compile(rb"#\?(RADIANCE|RGBE)"), "map its light to 8 or 16 bits, export it as PNG"),
    "a FITS": (re.compile(rb"SIMPLE  ="), "stretch its values to 8 or 16 bits, export it as PNG"),
    "a NumPy": (re.compile(rb"\x93NUMPY"), "write its pixels as PNG"),
    "a zip": (re.compile(rb"PK\x03\x04"), "unpack it"),
}
"""Formats that people try and that are not accepted, told apart only to name them and to say what to do."""


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
    if is_dicom(data):
        _check_installed("pydicom", reads="a DICOM")
    elif is_heic(data):
        _check_installed("pillow_heif", reads="a HEIC")
    elif _CANONS_RAW.match(data) or (not _ACCEPTED.match(data) and not _is_avif(data)):
        raise Refusal(_not_a_picture(data))
    else:
        for signature, walk in _WALKS.items():
            if data.startswith(signature):
                walk(data)


def list_of_formats() -> str:
    """Return the names of the formats that are read here, as they stand in a sentence."""
    optional = {"HEIC": "pillow_heif", "DICOM": "pydicom"}
    there = [name for name, package in optional.items() if find_spec(package) is not None]
    *names, last = "PNG", "JPEG", "WebP", "AVIF", *there, "TIFF", "BMP", "GIF"
    return f"{', '.join(names)} or {last}"


def check_size(width: int, height: int) -> None:
    """Accept a picture of ``width`` × ``height`` pixels.

    Raises:
        Refusal: It has too many pixels, or a side is too short or too long.
    """
    if width * height >= MAX_PIXELS:
        raise Refusal(too_many_pixels((width, height)))
    if min(width, height) < _SMALLEST_SIDE:
        raise Refusal(
            f"is {width} × {height} pixels, too small to show anything; choose a picture of at least "
            f"{_SMALLEST_SIDE} pixels a side."
        )
    if max(width, height) > _LONGEST_SIDE:
        raise Refusal(
            f"is {width} × {height} pixels, and no side may have more than {_LONGEST_SIDE:,}; crop it and "
            "choose the copy."
        )


def too_many_pixels(size: tuple[int, int] | None = None) -> str:
    """Return the rest of the sentence about a picture of ``size``, or of one that nobody dared to measure."""
    stated = "far more than 40 megapixels"
    if size is not None:
        stated = f"{size[0] * size[1] / 1e6:.1f} megapixels ({size[0]} × {size[1]})"
    return f"has {stated}, and only pictures under 40 megapixels are accepted; save a smaller copy and choose that."


def is_dicom(data: bytes) -> bool:
    """Whether ``data`` is a DICOM file, whose first 128 bytes may be those of another format, such as TIFF."""
    return data[128:132] == b"DICM"


def is_heic(data: bytes) -> bool:
    """Whether ``data`` is a HEIF file whose picture is HEVC, as phones write them."""
    return _has_codec(data, _HEIC)


def _is_avif(data: bytes) -> bool:
    return _has_codec(data, _AVIF)


def _has_codec(data: bytes, codec: frozenset[bytes]) -> bool:
    """Whether a HEIF file's first brand is of ``codec``, or leaves it to the others, one of which is."""
    brands = _brands(data)
    return bool(brands) and (brands[0] in codec or (brands[0] in _ANY_CODEC and not codec.isdisjoint(brands)))


def _brands(data: bytes) -> tuple[bytes, ...]:
    """Return the brands that a file of the ISO base format (ISO/IEC 14496-12, box “ftyp”) names, the major one first.

    Empty where it is no such file.
    """
    if data[4:8] != b"ftyp" or len(data) < 12:
        return ()
    end = min(int.from_bytes(data[:4]), _LONGEST_BRANDS, len(data))
    return (data[8:12], *(data[i : i + 4] for i in range(16, end - 3, 4)))


def _check_installed(package: str, *, reads: str) -> None:
    """Refuse a file whose format only ``package`` reads, where that is not installed."""
    if find_spec(package) is None:
        raise Refusal(
            f"is {reads} file, and {package.replace('_', '-')}, which reads it, is not installed here; {_EXPORT} and "
            "choose that."
        )


def _not_a_picture(data: bytes) -> str:
    brands = _brands(data)
    if brands and brands[0] in _HEIF:
        kind = brands[0].decode()
        return f"is a HEIF file of the kind “{kind}”, which cannot be read here; {_EXPORT} and choose that."
    for kind, (signature, advice) in _FOREIGN.items():
        if signature.match(data[:1024]):
            return f"is {kind} file, which cannot be read here; {advice} and choose that."
    return f"is not a picture that can be read here; choose a {list_of_formats()} file."


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
    if _DNG_VERSION in directory:
        raise Refusal(
            "is a DNG, a camera's raw file, which cannot be read here; develop it in the camera or a photo program, "
            "export it as JPEG and choose that."
        )
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
