"""The paper's control filters: what they make clearer, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from skimage import data
from skimage.exposure import equalize_adapthist
from skimage.transform import resize

from lwise_core._utils.arrays import Pixels
from lwise_core.images.control_filters import clahe, levels, msrcr

Filter = Callable[[Pixels], Pixels]
FILTERS: tuple[Filter, ...] = (clahe, msrcr, levels)
CAT: Pixels = np.ascontiguousarray(data.chelsea()[:256, 80:336])
FLAT: Pixels = np.full((64, 64, 3), 90, dtype=np.uint8)


def dull(pixels: Pixels) -> Pixels:
    return (100 + pixels / 255 * 40).astype(np.uint8)


@pytest.mark.parametrize("made", FILTERS)
def test_a_dull_picture_gets_more_contrast_and_keeps_its_size(made: Filter) -> None:
    before = dull(CAT)
    after = made(before)
    assert (after.shape, after.dtype) == (before.shape, np.uint8)
    assert after.std() > 1.5 * before.std()
    kept = np.corrcoef(before.mean(axis=2).ravel(), after.mean(axis=2).ravel())[0, 1]
    assert kept > 0.3  # it is still that picture


@pytest.mark.parametrize("made", FILTERS)
def test_an_even_picture_stays_even(made: Filter) -> None:
    after = made(FLAT)
    assert np.ptp(after.reshape(-1, 3), axis=0).max() == 0


@pytest.mark.parametrize("made", FILTERS)
def test_the_same_picture_gives_the_same_bytes_and_is_not_changed(made: Filter) -> None:
    before = CAT.copy()
    assert np.array_equal(made(before), made(before))
    assert np.array_equal(before, CAT)


def test_clahe_treats_each_channel_by_itself() -> None:
    grey = np.repeat(CAT[..., :1], 3, axis=2)
    assert np.array_equal(clahe(grey)[..., 0], clahe(CAT)[..., 0])
    red = equalize_adapthist(CAT[..., 0], kernel_size=(32, 32), clip_limit=2 / 256, nbins=256)
    assert np.abs(clahe(CAT)[..., 0] - 255 * red).max() <= 0.5


def test_levels_keep_hues_and_put_the_ends_where_they_were_asked() -> None:
    after = levels(dull(CAT)).astype(float)
    luma = after @ [0.2126, 0.7152, 0.0722]
    assert np.quantile(luma, 0.005) == pytest.approx(0, abs=6)
    assert np.quantile(luma, 0.995) == pytest.approx(255, abs=15)  # some channels end before the luma does
    assert np.array_equal(levels(CAT[:, ::-1])[:, ::-1], levels(CAT))


def test_retinex_lightens_a_shadow_and_does_not_depend_on_the_size() -> None:
    shadow = CAT.copy()
    shadow[:, :128] = (shadow[:, :128] * 0.3).astype(np.uint8)
    before, after = (float(x[:, :128].mean() / x[:, 128:].mean()) for x in (shadow, msrcr(shadow)))
    assert after > 1.5 * before
    large: Pixels = np.rint(255 * resize(CAT, (512, 512), order=1)).astype(np.uint8)
    smaller = resize(msrcr(large), (256, 256), anti_aliasing=True) * 255
    assert np.abs(smaller - msrcr(CAT)).mean() < 6
