"""Colour: every conversion by its pixel values, on fixed scales, and each with its sentence."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageCms

from lwise_core.images.codec import ImageRejected, Photograph, open_photograph
from tests.support.images import (
    cyan_is_grey_profile,
    encoded,
    linear_grey_profile,
    png_chunk,
    raw_png,
    raw_tiff,
    scene,
    swapped_profile,
)

GREY = "It is greyscale, so red, green and blue are equal."
SIXTEEN = "Its 16 bits a channel were scaled to 8."
OVER_WHITE = "Its transparent parts were laid over white."
BY_PROFILE = "Its colours were converted to sRGB by the embedded colour profile."
INKS_BY_PROFILE = "Its CMYK inks were converted to sRGB by the embedded colour profile."
INKS_BY_FORMULA = "Its CMYK inks were converted to sRGB by a plain formula, without a colour profile: hues may be off."
PROFILE_IGNORED = "Its colour profile cannot be used and was ignored, so colours may be slightly off."
WHITE_IS_ZERO = {262: 0}

DEEP = arrays.arrays(np.uint16, (8, 8), elements=st.integers(0, 65_535))


def opened(picture: Image.Image | npt.NDArray[np.generic], kind: str = "PNG", **options: object) -> Photograph:
    return open_photograph(encoded(picture, kind, **options), name="a")


def grey(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Return ``values`` as red, green and blue."""
    return np.repeat(values[..., None], 3, axis=2)


def distance(photograph: Photograph, expected: object) -> int:
    return int(np.abs(photograph.pixels.astype(int) - np.asarray(expected, dtype=int)).max())


def _of_colour(photograph: Photograph) -> tuple[str, ...]:
    """Return the notes but that on a picture that is nearly black."""
    return tuple(note for note in photograph.notes if "nearly black" not in note)


# Depth


@given(values=DEEP, way=st.sampled_from([("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"})]))
def test_16_bit_grey_is_scaled_and_not_clipped(values: npt.NDArray[np.uint16], way: tuple[str, dict[str, str]]) -> None:
    kind, options = way
    values[0, 0] = 65_535  # of a picture that is dark by its container more is said
    photograph = opened(values, kind, **options)
    assert np.array_equal(photograph.pixels, grey(np.rint(values / 257)))
    assert photograph.notes == (SIXTEEN, GREY)


@given(values=DEEP)
def test_16_bit_grey_in_the_other_byte_order_is_the_same(values: npt.NDArray[np.uint16]) -> None:
    little, big = (encoded(values.astype(order), "TIFF") for order in ("<u2", ">u2"))
    assert (little[:2], big[:2]) == (b"II", b"MM")
    for data in (big, encoded(values, "TIFF", big_tiff=True)):
        assert np.array_equal(open_photograph(data, name="a").pixels, open_photograph(little, name="a").pixels)


@given(values=DEEP)
def test_negatives_are_turned_at_every_depth(values: npt.NDArray[np.uint16]) -> None:
    deep = opened(values, "TIFF", tiffinfo=WHITE_IS_ZERO)
    assert np.array_equal(deep.pixels, grey(255 - np.rint(values / 257)))
    shallow = (values >> 8).astype(np.uint8)
    # Pillow writes what it is given, as positive samples; so an 8-bit file must be stored negative by hand.
    tags = {256: 8, 257: 8, 258: 8, 259: 1, 262: 0}
    assert np.array_equal(
        open_photograph(raw_tiff(tags, strip=shallow.tobytes()), name="a").pixels, grey(255 - shallow)
    )


@given(arrays.arrays(np.uint16, (8, 8, 3), elements=st.integers(0, 65_535)))
def test_16_bit_colours_are_scaled_to_the_nearest_level_or_its_neighbour(values: npt.NDArray[np.uint16]) -> None:
    values[0, 0] = 65_535
    rows = b"".join(b"\0" + row.tobytes() for row in values.astype(">u2"))
    photograph = open_photograph(raw_png(8, 8, depth=16, colour=2, rows=rows), name="a")
    assert distance(photograph, values / 257) <= 1
    assert photograph.notes == (SIXTEEN,)


def deep_colours(values: npt.NDArray[np.uint16]) -> bytes:
    rows = b"".join(b"\0" + row.tobytes() for row in values.astype(">u2"))
    return raw_png(8, 8, depth=16, colour=2, rows=rows)


@pytest.mark.parametrize(("bits", "share"), [(12, "6%"), (10, "2%"), (14, "25%")])
def test_fewer_bits_than_the_container_holds_are_said(bits: int, share: str) -> None:
    values = np.linspace(0, 2**bits - 1, 64).astype(np.uint16).reshape(8, 8)
    for photograph in (opened(values, "TIFF"), open_photograph(deep_colours(grey(values)), name="a")):
        assert photograph.notes[0] == SIXTEEN
        assert photograph.notes[1].startswith(f"Its values reach {share} of what 16 bits hold")


@pytest.mark.parametrize("largest", [20_000, 65_535])
def test_a_picture_that_uses_its_bits_is_told_nothing_more(largest: int) -> None:
    values = np.linspace(0, largest, 64).astype(np.uint16).reshape(8, 8)
    for photograph in (opened(values, "TIFF"), open_photograph(deep_colours(grey(values)), name="a")):
        assert not any("bits hold" in note for note in photograph.notes)


def test_12_bits_reach_from_black_to_white() -> None:
    values = np.array([[0, 4095, 2048, 16] * 2] * 8)
    packed = b"".join(struct.pack(">I", (a << 12) | b)[1:] for a, b in values.reshape(-1, 2).tolist())
    photograph = open_photograph(raw_tiff({256: 8, 257: 8, 258: 12, 259: 1, 262: 1}, strip=packed), name="a")
    assert np.array_equal(photograph.pixels, grey(np.rint(values * 255 / 4095)))
    assert photograph.notes == ("Its 12 bits a channel were scaled to 8.", GREY)


@given(arrays.arrays(np.float32, (8, 8), elements=st.floats(0, 1, width=32)))
def test_floats_from_0_to_1_are_scaled(values: npt.NDArray[np.float32]) -> None:
    photograph = opened(values, "TIFF")
    assert np.array_equal(photograph.pixels, grey(np.rint(values * 255)))
    assert _of_colour(photograph) == ("Its floating-point values, 0 to 1, were scaled to 0–255.", GREY)
    assert np.array_equal(opened(values, "TIFF", tiffinfo=WHITE_IS_ZERO).pixels, grey(np.rint((1 - values) * 255)))


@pytest.mark.parametrize("value", [-0.01, 1.01, 255, np.nan, np.inf])
def test_floats_on_another_scale_are_refused_and_not_stretched(value: float) -> None:
    values = np.full((8, 8), 0.5, np.float32)
    values[3, 4] = value
    with pytest.raises(ImageRejected, match=r"^“a” holds floating-point values outside 0 to 1, .*; export it with 8"):
        opened(values, "TIFF")


def test_integers_without_a_stated_white_are_refused() -> None:
    signed = raw_tiff({256: 8, 257: 8, 258: 16, 259: 1, 262: 1, 339: 2}, strip=bytes(128))
    for data in (signed, encoded(np.zeros((8, 8), np.int32), "TIFF")):
        with pytest.raises(ImageRejected, match=r"^“a” holds signed or 32-bit integers, .*; export it with 8 or 16 "):
            open_photograph(data, name="a")


def test_16_bits_for_all_channels_together_are_not_16_bits_a_channel() -> None:
    masks = (0xF800, 0x07E0, 0x001F)
    header = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 16, 3, 128, 0, 0, 0, 0) + struct.pack("<III", *masks)
    data = b"BM" + struct.pack("<IHHI", 66 + 128, 0, 0, 66) + header + struct.pack("<H", masks[0]) * 64
    photograph = open_photograph(data, name="a")
    assert (photograph.pixels == (255, 0, 0)).all()
    assert photograph.notes == ()


# Grey and black


def test_grey_is_the_same_in_all_three_channels() -> None:
    values = scene()[..., 0]
    photograph = opened(values)
    assert np.array_equal(photograph.pixels, grey(values))
    assert photograph.notes == (GREY,)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_1_bit_is_black_and_white(kind: str) -> None:
    values = np.indices((9, 11)).sum(axis=0) % 2 == 1
    photograph = opened(Image.fromarray(values), kind)
    assert np.array_equal(photograph.pixels, grey(values * 255))
    assert (kind == "BMP") or photograph.notes == ("It is black and white only, 1 bit a pixel.",)


# Transparency


def test_alpha_is_laid_over_white() -> None:
    picture = np.dstack([scene(), np.tile(np.linspace(0, 255, 40).astype(np.uint8), (24, 1))])
    share = picture[..., 3:] / 255
    photograph = opened(picture)
    assert distance(photograph, np.rint(scene() * share + 255 * (1 - share))) <= 1
    assert np.array_equal(photograph.pixels[:, 0], np.full((24, 3), 255))
    assert np.array_equal(photograph.pixels[:, -1], scene()[:, -1])
    assert photograph.notes == (OVER_WHITE,)


def test_grey_with_alpha_is_laid_over_white() -> None:
    values = np.full((8, 8, 2), (100, 255), np.uint8)
    values[0] = (100, 0)
    values[1] = (100, 51)
    photograph = opened(Image.fromarray(values, "LA"))
    assert photograph.pixels[:3, 0].tolist() == [[255] * 3, [224] * 3, [100] * 3]
    assert photograph.notes == (GREY, OVER_WHITE)


def test_an_opaque_alpha_channel_changes_nothing_and_says_nothing() -> None:
    photograph = opened(Image.fromarray(scene()).convert("RGBA"))
    assert np.array_equal(photograph.pixels, scene())
    assert photograph.notes == ()


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_is_laid_over_white(kind: str) -> None:
    picture = Image.fromarray(scene()).quantize(8)
    photograph = opened(picture, kind, transparency=3)
    clear = np.asarray(picture) == 3
    assert clear.any()
    assert (photograph.pixels[clear] == 255).all()
    assert np.array_equal(photograph.pixels[~clear], np.asarray(picture.convert("RGB"))[~clear])
    assert photograph.notes == (OVER_WHITE,)


def test_a_palette_with_an_opacity_each_is_laid_over_white() -> None:
    picture = Image.new("P", (8, 8))
    picture.putpalette([200, 100, 0, 0, 0, 200])
    picture.putpixel((0, 0), 1)
    photograph = opened(picture, transparency=bytes((255, 51)))
    assert photograph.pixels[0, :2].tolist() == [[204, 204, 244], [200, 100, 0]]
    assert photograph.notes == (OVER_WHITE,)


@pytest.mark.parametrize(
    ("depth", "colour", "row", "clear"),
    [
        (1, 0, b"\x7f", b"\0\0"),
        (2, 0, b"\x3f\xff", b"\0\0"),
        (2, 0, b"\xd5\x55", b"\0\3"),
        (4, 0, b"\x5f\xff\xff\xff", b"\0\5"),
        (8, 0, b"\x07" + b"\xf0" * 7, b"\0\7"),
        (16, 0, b"\x12\x34" + b"\x12\x35" * 7, b"\x12\x34"),
        (8, 2, b"\1\2\3" + b"\1\2\4" * 7, b"\0\1\0\2\0\3"),
        (16, 2, b"\x11\x00\x22\x00\x33\x00" + b"\x11\x00\x22\x00\x44\x00" * 7, b"\x11\x00\x22\x00\x33\x00"),
    ],
)
def test_the_transparent_colour_of_a_png_is_named_in_its_own_depth(
    depth: int, colour: int, row: bytes, clear: bytes
) -> None:
    chunk = png_chunk(b"tRNS", clear)
    data = raw_png(8, 8, depth=depth, colour=colour, rows=(b"\0" + row) * 8, between=chunk)
    photograph = open_photograph(data, name="a")
    opaque = open_photograph(data.replace(chunk, b""), name="a")
    assert (photograph.pixels[:, 0] == 255).all()
    assert np.array_equal(photograph.pixels[:, 1:], opaque.pixels[:, 1:])
    assert _of_colour(photograph) == (*_of_colour(opaque), OVER_WHITE)


# Colour spaces and profiles


def test_cmyk_without_a_profile_goes_by_the_formula() -> None:
    photograph = opened(Image.merge("CMYK", [Image.new("L", (8, 8), ink) for ink in (200, 100, 0, 50)]), "TIFF")
    assert photograph.pixels[0, 0].tolist() == pytest.approx([55 * 205 / 255, 155 * 205 / 255, 205], abs=1)
    assert photograph.notes == (INKS_BY_FORMULA,)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_cmyk_goes_by_its_profile(kind: str) -> None:
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[8:, :, 0] = 255
    inks[:, 8:, 1] = 255  # which is nothing to this profile
    photograph = opened(Image.fromarray(inks, "CMYK"), kind, icc_profile=cyan_is_grey_profile(), quality=95)
    assert distance(photograph, np.where(np.arange(16) < 8, 255, 119)[:, None, None]) <= 4
    assert photograph.notes == (INKS_BY_PROFILE,)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_colours_go_by_their_profile(kind: str) -> None:
    halves = np.zeros((16, 16, 3), np.uint8)
    halves[:8, :, 0] = halves[8:, :, 2] = 255
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0}
    photograph = opened(halves, kind, icc_profile=swapped_profile(), **options)
    assert distance(photograph, np.where(np.arange(16)[:, None, None] < 8, (0, 255, 0), (0, 0, 255))) <= 2
    assert photograph.notes == (BY_PROFILE,)


def test_a_profile_that_means_srgb_leaves_every_value_alone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photograph = opened(scene(), icc_profile=profile)
    assert np.array_equal(photograph.pixels, scene())
    assert photograph.notes == ()


@pytest.mark.parametrize("picture", ["L", "grey palette", "16-bit"])
def test_grey_goes_by_its_profile(picture: str) -> None:
    values = np.tile(np.array([0, 55, 128, 255], np.uint8), (8, 2))
    image = {
        "L": Image.fromarray(values),
        "grey palette": Image.fromarray(grey(values)).quantize(4),
        "16-bit": Image.fromarray(values.astype(np.uint16) * 257),
    }[picture]
    photograph = opened(image, icc_profile=linear_grey_profile())
    light = values / 255
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert distance(photograph, grey(np.rint(srgb * 255))) <= 1
    assert photograph.notes[-1] == BY_PROFILE


def test_grey_may_carry_a_profile_for_colours() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    values = scene()[..., 0]
    photograph = opened(values, icc_profile=profile)
    assert np.array_equal(photograph.pixels, grey(values))
    assert photograph.notes == (GREY,)


@pytest.mark.parametrize(
    "profile",
    [
        b"nonsense",
        b"\0" * 200,
        swapped_profile()[:300],
        cyan_is_grey_profile(),
        linear_grey_profile(),
        swapped_profile() + bytes(4_000_000),
    ],
    ids=["words", "zeros", "cut", "inks", "grey", "large"],
)
def test_a_profile_that_cannot_be_used_is_ignored_and_said(profile: bytes) -> None:
    photograph = opened(scene(), "TIFF", icc_profile=profile)
    assert np.array_equal(photograph.pixels, scene())
    assert _of_colour(photograph) == (PROFILE_IGNORED,)


def test_a_profile_that_cannot_be_unpacked_is_ignored_and_said() -> None:
    photograph = open_photograph(
        raw_png(8, 8, colour=2, rows=bytes(200), between=png_chunk(b"iCCP", b"name\0\0nonsense")), name="a"
    )
    assert (photograph.pixels == 0).all()
    assert _of_colour(photograph) == (PROFILE_IGNORED,)


def test_a_broken_profile_of_inks_leaves_the_formula() -> None:
    inks = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    photograph = opened(inks, "TIFF", icc_profile=b"nonsense")
    assert photograph.pixels[0, 0].tolist() == [0, 255, 255]
    assert photograph.notes == (PROFILE_IGNORED, INKS_BY_FORMULA)


def test_transparency_and_profile_work_together() -> None:
    picture = np.full((8, 8, 4), (255, 0, 0, 255), np.uint8)
    picture[0, :, 3] = 0
    photograph = opened(picture, icc_profile=swapped_profile())
    assert photograph.pixels[0, 0].tolist() == [255, 255, 255]
    assert np.abs(photograph.pixels[1, 0].astype(int) - (0, 255, 0)).max() <= 2
    assert photograph.notes == (BY_PROFILE, OVER_WHITE)


@pytest.mark.parametrize(
    ("mode", "note"),
    [("LAB", "Its CIELAB colours were converted to sRGB."), ("YCbCr", "Its YCbCr colours were converted to RGB.")],
)
def test_other_colour_spaces_come_back_as_rgb(mode: str, note: str) -> None:
    muted = scene() // 4 + 96
    photograph = opened(Image.fromarray(muted).convert(mode), "TIFF")
    assert distance(photograph, muted) <= 3
    assert photograph.notes == (note,)
