from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lwise_core._utils.arrays import FloatImage
from lwise_core.images.heatmaps import CIVIDIS, LUMA_709, SIGNED, Palette, enlarged, luma_change, painted, ringed

PICTURES = hnp.arrays(np.float32, (3, 5, 4), elements=st.floats(0, 1, width=32))


@given(PICTURES)
def test_no_change_is_exactly_zero(picture: FloatImage) -> None:
    assert not luma_change(picture, picture).any()


@given(PICTURES, PICTURES)
def test_the_way_back_has_the_opposite_sign_and_nothing_exceeds_the_range(a: FloatImage, b: FloatImage) -> None:
    there, back = luma_change(a, b), luma_change(b, a)
    np.testing.assert_allclose(there, -back, atol=1e-4)
    assert np.abs(there).max() <= 255 * (1 + 1e-6)
    assert there.dtype == np.float32
    assert there.shape == (5, 4)


@pytest.mark.parametrize(("channel", "weight"), [(0, 0.2126), (1, 0.7152), (2, 0.0722)])
def test_each_channel_counts_by_its_weight(channel: int, weight: float) -> None:
    black = np.zeros((3, 2, 2), dtype=np.float32)
    lit = black.copy()
    lit[channel, 0, 1] = 1.0
    assert luma_change(black, lit) == pytest.approx(np.array([[0, 255 * weight], [0, 0]]), rel=1e-5)


def test_black_to_white_is_the_whole_range() -> None:
    black = np.zeros((3, 1, 1), dtype=np.float32)
    assert luma_change(black, black + 1)[0, 0] == pytest.approx(255)
    assert LUMA_709.sum() == pytest.approx(1)


@pytest.mark.parametrize("shape", [(4, 2, 2), (2, 2), (3, 2, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \(3, H, W\)"):
        luma_change(np.zeros((3, 2, 2), dtype=np.float32), np.zeros(shape, dtype=np.float32))


def test_a_painted_map_is_white_at_zero_and_has_its_end_colours_beyond_the_scale() -> None:
    pixels = painted(np.array([[0.0, 2.0, -2.0, 9.0, 1.0]], dtype=np.float32), limit=2.0)
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[0, 1].tolist() == pixels[0, 3].tolist() == [213, 94, 0]
    assert pixels[0, 2].tolist() == [0, 114, 178]
    assert pixels[0, 4].tolist() == [234, 174, 128]


def test_enlarging_repeats_pixels_and_invents_none() -> None:
    small = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    large = enlarged(small, side=7)
    assert large.shape == (8, 8, 3)
    assert np.array_equal(large[::4, ::4], small)
    assert enlarged(small, side=1).shape == small.shape


def test_the_palette_of_signed_maps_is_symmetric_and_its_middle_is_clear() -> None:
    values = np.linspace(-1, 1, 41)[None]
    pixels = SIGNED.painted(values, ends=(-1, 1))[0]
    assert np.abs(pixels[:, 3].astype(int) - pixels[::-1, 3]).max() <= 1  # of rounding
    assert pixels[20, 3] == 0
    assert (np.diff(pixels[20:, 3].astype(int)) > 0).all()
    assert pixels[0].tolist() == [0, 114, 178, 255]
    assert pixels[-1].tolist() == [213, 94, 0, 255]


def test_the_palette_without_a_sign_grows_lighter_throughout() -> None:
    pixels = CIVIDIS.painted(np.linspace(0, 1, 50)[None], ends=(0, 1))[0]
    light = pixels[:, :3] @ LUMA_709
    assert (np.diff(light) > 0).all()
    assert (pixels[:, 3] == 255).all()


@pytest.mark.parametrize("palette", [SIGNED, CIVIDIS])
def test_what_lies_beyond_the_scale_has_its_ends_colour(palette: Palette) -> None:
    inside, beyond = (palette.painted(np.array([[-v, v]]), ends=(-2, 2)) for v in (2.0, 900.0))
    assert np.array_equal(inside, beyond)


def test_a_ring_lies_around_its_pixel_and_is_cut_at_the_edge() -> None:
    clear = np.zeros((8, 8, 4), dtype=np.uint8)
    rings = ringed(clear, np.array([[4, 4], [0, 7]]), times=10)
    assert rings.shape == (80, 80, 4)
    assert not rings[45, 45].any()
    assert rings[45, 45 + 4].tolist() == rings[45 - 4, 45].tolist() == [213, 94, 0, 255]
    assert rings[75, 5 - 4].tolist() == [213, 94, 0, 255]
    assert not ringed(clear, np.zeros((0, 2), dtype=np.int64), times=10).any()
