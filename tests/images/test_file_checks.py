"""Containers: honest files pass, and files made to keep a decoder busy are refused before one sees them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.images import file_checks
from lwise_core.images.file_checks import MAX_BYTES, Overloaded, Refusal, check_container, is_heic
from tests.support.images import encoded, one_of_each, png_chunk, raw_png, raw_tiff, scene

EACH = one_of_each()
TILED = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 322: 1, 323: 1}
ROWS = bytes(72)  # of a grey PNG of 8 × 8 pixels

TABLES = b"GIF89a\x08\0\x08\0\x80\0\0" + b";" * 6 + b",\0\0\0\0\x08\0\x08\0\x80" + b";" * 6 + b"\2\0"
"""A GIF whose colour tables, global and local, look like its end."""


def before_the_frame(gif: bytes, more: bytes) -> bytes:
    start = gif.index(b",\0\0\0\0")
    return gif[:start] + more + gif[start:]


def run_length_bmp(runs: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 800, 800, 1, 8, 1, 2 * runs, 0, 0, 256, 0) + bytes(1024)
    return b"BM" + struct.pack("<IHHI", 14 + len(header) + 2 * runs, 0, 0, 14 + len(header)) + header + b"\1\1" * runs


@pytest.mark.parametrize("kind", EACH)
def test_honest_files_pass(kind: str) -> None:
    check_container(EACH[kind])


@pytest.mark.parametrize(
    "data",
    [
        raw_png(8, 8, rows=ROWS, between=png_chunk(b"abCd", b"") * 60_000),
        raw_tiff(TILED, tiles=60_000),
        b"\xff\xd8" + b"\xff\xe1\0\2" * 60_000 + EACH["jpeg"][2:],
        b"\xff\xd8\xff\x01" + b"junk" * 10_000 + EACH["jpeg"][2:],
        b"\xff\xd8\xff\x01\xff\xd0" + EACH["jpeg"][2:],
        before_the_frame(EACH["gif"], b"!\xfe" + b"\1a" * 200_000 + b"\0"),
        EACH["gif"][:-1],
        EACH["gif"][:-1] + b",\0",
        EACH["gif"] + bytes(1_000_000),
        run_length_bmp(1_000_000),
        encoded(scene(), "TIFF", big_tiff=True),
    ],
    ids=[
        "chunks",
        "tiles",
        "segments",
        "junk",
        "markers",
        "blocks",
        "no end",
        "second frame cut",
        "tail",
        "runs",
        "BigTIFF",
    ],
)
def test_odd_files_within_the_limits_pass(data: bytes) -> None:
    check_container(data)


@pytest.mark.parametrize(
    "data",
    [
        raw_png(8, 8, rows=ROWS, between=png_chunk(b"abCd", b"") * 70_000),
        raw_tiff(TILED, tiles=70_000),
        raw_tiff({**TILED, 273: 8}, tiles=70_000),
        b"\xff\xd8" + b"\xff\xe1\0\2" * 70_000 + EACH["jpeg"][2:],
        b"\xff\xd8\xff" + b"\xff" * 70_000 + EACH["jpeg"][2:],
        b"\xff\xd8\xff\x01" + b"junk" * 20_000 + EACH["jpeg"][2:],
        EACH["jpeg progressive"].replace(b"\xff\xda", b"\xff\xda" * 600, 1),
        before_the_frame(EACH["gif"], b"!\xfe" + b"\1a" * 300_000 + b"\0"),
        before_the_frame(EACH["gif"], b"x" * 300_000),
        EACH["gif"][:-1] + b"!\xfe" + b"\1a" * 300_000 + b"\0;",
        TABLES + b"!\xfe" + b"\1a" * 300_000 + b"\0;",
        run_length_bmp(2_100_000),
    ],
    ids=[
        "chunks",
        "tiles",
        "strip and tiles",
        "segments",
        "fill",
        "junk",
        "scans",
        "blocks",
        "between",
        "behind",
        "tables",
        "runs",
    ],
)
def test_files_of_too_many_parts_do_not(data: bytes) -> None:
    with pytest.raises(Overloaded):
        check_container(data)


def test_files_of_20_mb_are_too_large() -> None:
    data = EACH["png"].ljust(MAX_BYTES - 1, b"\0")
    check_container(data)
    with pytest.raises(Refusal, match="has 20 MB or more"):
        check_container(data + b"\0")


def test_a_tiff_that_begins_with_a_preview_is_refused() -> None:
    check_container(encoded(scene(), "TIFF", tiffinfo={254: 2}))  # one page of many
    with pytest.raises(Refusal, match="begins with a small preview"):
        check_container(encoded(scene(), "TIFF", tiffinfo={254: 1}))


@pytest.mark.parametrize(
    ("data", "package"),
    [(bytes(128) + b"DICM", "pydicom"), (b"II*\0" + bytes(124) + b"DICM", "pydicom")]
    + [(b"\0\0\0\x18ftyp" + brands, "pillow-heif") for brands in (b"heic", b"heix", b"hevc", b"mif1\0\0\0\0heic")],
)
def test_formats_that_need_a_package_name_it_where_it_is_missing(
    data: bytes, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_container(data)
    monkeypatch.setattr(file_checks, "find_spec", lambda _name: None)
    with pytest.raises(Refusal, match=f"and {package}, which reads it, is not installed here; export it as PNG"):
        check_container(data)


@given(st.binary(max_size=40))
def test_brands_of_any_length_are_read(rest: bytes) -> None:
    data = rest[:4].ljust(4, b"\0") + b"ftyp" + rest[4:]
    assert not (is_heic(data) and rest[4:8] not in (b"mif1", b"mif2", b"msf1", b"miaf") and rest[4:6] != b"he")


@pytest.mark.parametrize("cut", [b"IEND", b"IDAT"])
def test_a_png_is_whole(cut: bytes) -> None:
    data = EACH["png"]
    with pytest.raises(struct.error):
        check_container(data[: data.index(cut)])
    with pytest.raises(ValueError, match="checksum"):
        check_container(data.replace(cut, cut.lower()))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # the door silences Pillow; nothing does here
@given(kind=st.sampled_from(sorted(EACH)), share=st.floats(0, 1))
def test_a_part_of_a_file_passes_or_is_damaged(kind: str, share: float) -> None:
    data = EACH[kind][: int(len(EACH[kind]) * share)]
    try:
        check_container(data)
    except Refusal:
        assert len(data) < 16
    except (ValueError, IndexError, struct.error):
        assert len(data) < len(EACH[kind])
