"""HEIC goes through the same door: upright, in sRGB, with the same limits, and damaged files are refused."""

from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lwise_core.images.codec import ImageRejected, open_photograph
from lwise_core.images.decode_pool import DecodePool
from tests.support.images import scene, swapped_profile

pillow_heif = pytest.importorskip("pillow_heif", reason="HEIC is optional: pip install -r requirements-formats.txt")


def heic(picture: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(picture).save(stream, quality=95, chroma=444, **options)
    return stream.getvalue()


PICTURE = Image.fromarray(scene(width=64, height=48))
DATA = heic(PICTURE)


def test_a_heic_gives_its_pixels_in_srgb() -> None:
    known = set(Image.OPEN)  # other libraries may have taught Pillow more
    photograph = open_photograph(DATA, name="IMG_0001.HEIC")
    assert np.abs(photograph.pixels.astype(int) - np.asarray(PICTURE)).mean() < 3
    assert photograph.notes == ()
    assert set(Image.OPEN) == known  # Pillow itself is left as it was


def test_a_heic_stands_upright_and_its_profile_counts() -> None:
    exif = Image.Exif()
    exif[274] = 6
    turned = open_photograph(heic(PICTURE, exif=exif.tobytes()), name="a")
    assert (turned.width, turned.height) == (48, 64)
    assert np.abs(turned.pixels.astype(int) - np.rot90(np.asarray(PICTURE), -1)).mean() < 3
    swapped = PICTURE.copy()
    swapped.info["icc_profile"] = swapped_profile()
    assert any("colour profile" in note for note in open_photograph(heic(swapped), name="a").notes)


def test_the_limits_are_those_of_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lwise_core.images.file_checks.MAX_PIXELS", 64 * 48)
    with pytest.raises(ImageRejected, match="megapixels"):
        open_photograph(DATA, name="a")


def test_it_is_decoded_in_a_process_of_its_own() -> None:
    pool = DecodePool()
    try:
        pixels = pool.open(DATA, name="a").pixels
    finally:
        pool.close()
    assert np.array_equal(pixels, open_photograph(DATA, name="a").pixels)


@settings(max_examples=40)
@given(place=st.integers(12, len(DATA) - 1), value=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_heic_gives_pixels_or_a_sentence(place: int, value: int, cut: bool) -> None:
    data = DATA[:place] if cut else DATA[:place] + bytes([value]) + DATA[place + 1 :]
    with suppress(ImageRejected):
        assert open_photograph(data, name="a").pixels.shape[2] == 3
