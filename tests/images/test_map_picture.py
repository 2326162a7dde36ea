"""A map as a figure for print: its colours are its numbers, and scale, caption and note stand below it."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lwise_core.images.heatmaps import PALETTE_PAIRS, PalettePair
from lwise_core.images.map_picture import HeatmapPicture, Rings, Scale

NOTE = "AI-altered towards house cat, ε = 3. Not for diagnosis."
PAIRS = pytest.mark.parametrize("pair", PALETTE_PAIRS, ids=lambda pair: pair.name)


def a_map(*, width: int = 16, height: int = 16, caption: str = "What it says.") -> HeatmapPicture:
    values = np.random.default_rng(0).uniform(-3, 3, (height, width))
    return HeatmapPicture(values, alt="What it shows", caption=caption, scale=Scale.signed(2, unit="less ← x → more"))


def test_the_ends_of_a_scale_without_a_sign_have_none() -> None:
    assert Scale.plain(0.5, 1, unit="SSIM").ticks == ("0.5", "0.625", "0.75", "0.875", "1")


@PAIRS
def test_other_colours_change_neither_numbers_nor_scale(pair: PalettePair) -> None:
    plain = HeatmapPicture(np.eye(4), alt="x", scale=Scale.plain(0, 1, unit="x"))
    for one, palette in ((a_map(), pair.signed), (plain, pair.plain)):
        assert one.scale is not None
        other = one.in_colours(pair)
        assert other.scale is not None
        assert (other.scale.ends, other.scale.unit, other.content is one.content) == (*_of(one.scale), True)
        assert np.array_equal(
            other.pixels, palette.painted(np.asarray(one.content, dtype=np.float64), ends=one.scale.ends)
        )
    photograph = HeatmapPicture(np.zeros((2, 2, 3), dtype=np.uint8), alt="x")
    assert photograph.in_colours(pair) is photograph


def _of(scale: Scale) -> tuple[tuple[float, float], str]:
    return scale.ends, scale.unit


@PAIRS
def test_colours_of_opposite_values_can_be_told_apart_without_red_and_green(pair: PalettePair) -> None:
    painted = pair.signed.painted(np.array([[-1.0, 0.0, 1.0]]), ends=(-1, 1))[0].astype(int)
    assert painted[1, 3] == 0  # the page itself
    # What deuteranopes keep of a colour: blue against the mean of red and green.
    low, high = (blue - (red + green) / 2 for red, green, blue in painted[[0, 2], :3])
    lightness = painted[[0, 2], :3] @ (0.2126, 0.7152, 0.0722)
    assert abs(low - high) > 60 or abs(lightness[0] - lightness[1]) > 40


@PAIRS
def test_plain_colours_grow_lighter_all_the_way(pair: PalettePair) -> None:
    painted = pair.plain.painted(np.linspace(0, 1, 50)[None], ends=(0, 1))[0, :, :3]
    assert (np.diff(painted @ (0.2126, 0.7152, 0.0722)) > 0).all()


@settings(max_examples=8)
@given(width=st.integers(8, 300), height=st.integers(8, 60))
def test_the_png_is_a_column_wide_and_holds_every_pixel_as_a_square(width: int, height: int) -> None:
    one = a_map(width=width, height=height)
    with Image.open(io.BytesIO(one.as_png(note=NOTE))) as image:
        made = np.asarray(image.convert("RGB"))
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    times = made.shape[1] // width
    assert made.shape[1] == times * width
    assert 0.7 < made.shape[1] / 1004 < 1.5
    assert len(made) > times * height + 100  # scale, caption and note
    shown = made[times // 2 : times * height : times, times // 2 :: times].astype(float)
    opacity = one.pixels[..., 3:] / 255
    assert np.abs(shown - (opacity * one.pixels[..., :3] + (1 - opacity) * 255)).max() <= 0.5


def test_the_svg_holds_the_pixels_the_scale_and_all_words() -> None:
    one = a_map(caption="A <name> & more.")
    root = ET.fromstring(one.as_svg(note=NOTE))  # noqa: S314  made here
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("width") == "85mm"
    image = root.find(f"{space}image")
    assert image is not None
    source = str(image.get("href")).removeprefix("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(source))) as pixels:
        assert np.array_equal(np.asarray(pixels), one.pixels)
    words = [str(text.text) for text in root.iter(f"{space}text")]
    assert words[:6] == ["−2", "−1", "0", "+1", "+2", "less ← x → more"]
    assert " ".join(words[6:]) == f"A <name> & more. {NOTE}"
    assert all(len(line) <= 62 for line in words)
    assert root.findtext(f"{space}title") == "What it shows"
    bottom = max(float(str(text.get("y"))) for text in root.iter(f"{space}text"))
    assert bottom < float(str(root.get("height")).removesuffix("mm"))
    assert not re.search(rb"(?:href|src)=\"(?!data:)", one.as_svg(note=NOTE))


def test_rings_are_drawn_over_the_map_in_its_own_colours() -> None:
    rings = Rings(np.array([[4, 4]]), times=8)
    one = HeatmapPicture(np.zeros((8, 8)), alt="x", scale=Scale.plain(0, 1, unit="x"), rings=rings)
    bare = HeatmapPicture(np.zeros((64, 64)), alt="x", scale=one.scale)
    differs = (one.pixels != bare.pixels).any(axis=-1)
    assert differs[31:42, 31:42].any()
    assert not differs[:24].any()
