"""Small changes of a photograph: each is one, and small, and the square itself stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import saved_as_jpeg
from lwise_core.images.geometry import Crop, see
from lwise_core.images.variations import INNER, variations

CAT: Pixels = Crop(left=110, top=10, side=260).of(data.chelsea())
LOOKS = variations(CAT, size=64)
SEEN = see(CAT, size=64)


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_is_a_little_changed(name: str) -> None:
    look = LOOKS[name]
    assert (look.shape, look.dtype) == (SEEN.shape, np.dtype(np.float32))
    assert 0 <= look.min() <= look.max() <= 1
    back = look[:, :, ::-1] if name == "mirrored" else look
    assert np.corrcoef(back.ravel(), SEEN.ravel())[0, 1] > 0.7
    assert not np.array_equal(look, SEEN)


def test_the_looks_differ_from_each_other() -> None:
    assert len({look.tobytes() for look in LOOKS.values()}) == len(LOOKS) == 8


def test_the_mirror_image_is_the_square_s() -> None:
    np.testing.assert_allclose(LOOKS["mirrored"], SEEN[:, :, ::-1], atol=1e-6)


def test_the_middle_is_cut_from_the_middle() -> None:
    side = round(INNER * len(CAT))
    edge = (len(CAT) - side) // 2
    middle = np.ascontiguousarray(CAT[edge : edge + side, edge : edge + side])
    np.testing.assert_array_equal(LOOKS["moved to the middle"], see(middle, size=64))


@settings(max_examples=20)
@given(side=st.integers(8, 70), seed=st.integers(0, 99))
def test_any_square_has_them_and_is_not_written_to(side: int, seed: int) -> None:
    square = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    before = square.copy()
    assert {look.shape for look in variations(square, size=16).values()} == {(3, 16, 16)}
    np.testing.assert_array_equal(square, before)


def test_a_lower_quality_of_jpeg_loses_more() -> None:
    lost = [np.abs(saved_as_jpeg(CAT, quality=q).astype(int) - CAT).mean() for q in (90, 75, 50, 10)]
    assert lost == sorted(lost)
    assert lost[0] > 0
