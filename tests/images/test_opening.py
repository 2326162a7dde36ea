"""Photographs from paths, bytes, Pillow images and arrays are the same photographs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from skimage import data

from lwise_core.images.codec import MAX_BYTES, ImageRejected, encode_png, open_photograph
from lwise_core.images.opening import open_image

CAT = data.chelsea()


def test_a_path_bytes_a_pillow_image_and_an_array_are_one_photograph(tmp_path: Path) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(encode_png(CAT))
    opened = [open_image(s) for s in (file, str(file), file.read_bytes(), Image.open(file), CAT)]
    for photograph in opened:
        np.testing.assert_array_equal(photograph.pixels, CAT)
    assert [p.name for p in opened] == ["cat.png", "cat.png", "picture.png", "picture.png", "picture.png"]
    assert opened[0].sha256 == open_photograph(file.read_bytes(), name="cat.png").sha256
    assert open_image(CAT, name="tabby.png").name == "tabby.png"


@given(
    arrays(np.uint8, st.tuples(st.integers(8, 20), st.integers(8, 20), st.just(3))),
)
def test_pixels_pass_unchanged_in_8_bits_and_as_shares_of_white(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
    np.testing.assert_array_equal(open_image(pixels).pixels, pixels)
    np.testing.assert_array_equal(open_image(pixels / 255).pixels, pixels)


def test_a_grey_array_becomes_three_equal_channels() -> None:
    grey = np.ascontiguousarray(CAT[..., 0])
    np.testing.assert_array_equal(open_image(grey).pixels, np.stack([grey] * 3, axis=-1))


def test_a_pillow_image_that_lies_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[274] = 6
    stream = io.BytesIO()
    Image.fromarray(CAT).save(stream, "PNG", exif=exif)
    image = Image.open(io.BytesIO(stream.getvalue()))
    np.testing.assert_array_equal(open_image(image).pixels, open_image(stream.getvalue()).pixels)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "I;16"])
def test_pillow_images_of_every_mode_that_a_file_holds_are_taken(mode: str) -> None:
    assert open_image(_in_mode(mode)).pixels.shape == CAT.shape


@pytest.mark.parametrize("mode", ["RGBa", "HSV", "I", "F"])
def test_others_are_refused_in_a_sentence(mode: str) -> None:
    with pytest.raises(ImageRejected, match=r"(convert it to RGB first|export it with 8 or 16 bits)[^.]*\.$"):
        open_image(_in_mode(mode))


def _in_mode(mode: str) -> Image.Image:
    image = Image.fromarray(CAT)
    return image.convert("L").convert(mode) if mode in ("I;16", "I", "F", "LA", "PA") else image.convert(mode)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (np.zeros((3, 20, 20)), "not (3, 20, 20)"),
        (np.zeros((0, 20, 3), dtype=np.uint8), "not (0, 20, 3)"),
        (np.zeros((20, 20, 3), dtype=np.int64), "not int64"),
        (np.full((20, 20, 3), 255.0), "scale it first"),
        (np.full((20, 20, 3), np.nan), "scale it first"),
        (7, "not int"),
        (b"", "empty"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(source: Any, words: str) -> None:  # noqa: ANN401 - anything
    with pytest.raises(ImageRejected) as refusal:
        open_image(source)
    assert words in str(refusal.value)


def test_no_more_of_a_file_is_read_than_the_door_looks_at(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    with file.open("wb") as stream:
        stream.truncate(10 * MAX_BYTES)
    with pytest.raises(ImageRejected):
        open_image(file)
