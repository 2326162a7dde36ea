"""Fine detail that a change takes away is measured as a share of what the original had."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, uniform_filter1d

from lwise_core.inspection.detail import PLACE, lost_detail, smeared_share
from lwise_core.inspection.perturbation import Perturbation

Image = npt.NDArray[np.float32]


def textured(size: int = 48, *, seed: int = 0) -> Image:
    """Return a picture of grain and shapes, far from black and white."""
    random = np.random.default_rng(seed)
    shapes = gaussian_filter(random.normal(size=(3, size, size)), sigma=(0, 4, 4))
    picture: Image = (0.5 + 0.1 * shapes / shapes.std() + 0.05 * random.normal(size=(3, size, size))).astype(np.float32)
    return picture


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), width=st.floats(0.3, 2), more=st.floats(0.2, 2))
@pytest.mark.parametrize(("measure", "tolerance"), [(lost_detail, 0.0), (smeared_share, 0.02)])
def test_the_more_a_picture_is_blurred_the_more_detail_is_lost(
    measure: Callable[[Perturbation], float | None], tolerance: float, seed: int, width: float, more: float
) -> None:
    original = textured(seed=seed)
    less, much = (
        measure(Perturbation(original, gaussian_filter(original, sigma=(0, w, w)))) for w in (width, width + more)
    )
    assert less is not None
    assert much is not None
    assert 0 < less <= much + tolerance  # a place lies as it may to what is around it
    assert much <= 1


def test_half_the_amplitude_of_all_detail_is_three_quarters_of_its_energy() -> None:
    original = textured()
    assert lost_detail(Perturbation(original, 0.25 + 0.5 * original)) == pytest.approx(0.75, abs=1e-3)


def test_nothing_is_lost_by_a_wash_or_by_added_grain() -> None:
    original = textured()
    grain = 0.05 * np.random.default_rng(1).normal(size=original.shape)
    assert lost_detail(Perturbation(original, (original + 0.1).astype(np.float32))) == pytest.approx(0, abs=1e-6)
    assert lost_detail(Perturbation(original, (original + grain).astype(np.float32))) == 0


def test_a_smooth_picture_has_none_to_lose() -> None:
    slope = np.broadcast_to(np.linspace(0, 1, 48, dtype=np.float32), (3, 48, 48)).copy()
    assert lost_detail(Perturbation(slope, np.zeros_like(slope))) is None


def brushed(original: Image, *, side: int, at: tuple[int, int]) -> Image:
    """Return ``original`` with a square of ``side`` px smeared sideways, as a brush does."""
    smeared, (row, column) = original.copy(), at
    place = np.s_[:, row : row + side, column : column + side]
    smeared[place] = uniform_filter1d(original, 9, axis=2)[place]
    return smeared


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), row=st.integers(0, 34), column=st.integers(0, 34))
def test_a_brush_in_one_place_is_seen_which_the_whole_picture_hides(seed: int, row: int, column: int) -> None:
    original = textured(seed=seed)
    one = Perturbation(original, brushed(original, side=14, at=(row, column)))
    smeared, lost = smeared_share(one), lost_detail(one)
    assert smeared is not None
    assert lost is not None
    assert lost < 0.5 < 0.8 < smeared <= 1


def test_grain_that_takes_the_place_of_detail_hides_no_smear() -> None:
    original, random = textured(), np.random.default_rng(2)
    place = np.s_[:, 16:32, 16:32]
    grained = original.copy()
    grained[place] = original[place].mean() + 0.06 * random.normal(size=original[place].shape)
    one = Perturbation(original, grained)
    assert (lost_detail(one) or 0) < 0.1
    assert (smeared_share(one) or 0) > 0.7


def test_no_place_is_smeared_by_nothing_a_wash_or_faint_grain() -> None:
    original = textured()
    grain = (original + 0.01 * np.random.default_rng(3).normal(size=original.shape)).astype(np.float32)
    assert smeared_share(Perturbation(original, original)) == 0
    assert smeared_share(Perturbation(original, (original + 0.1).astype(np.float32))) == pytest.approx(0, abs=1e-5)
    assert (smeared_share(Perturbation(original, grain)) or 0) < 0.15


def test_where_a_picture_has_hardly_any_detail_a_change_of_it_is_no_smear() -> None:
    half = textured()
    half[:, :, :24] = gaussian_filter(half[:, :, :24], sigma=(0, 4, 4))
    flattened = half.copy()
    flattened[:, 8:40, 4:16] = half[:, 8:40, 4:16].mean(axis=(1, 2), keepdims=True)
    assert (smeared_share(Perturbation(half, flattened)) or 0) < 0.3


def test_a_picture_without_detail_or_of_fewer_than_two_places_has_none_that_could_be_smeared() -> None:
    slope = np.broadcast_to(np.linspace(0, 1, 48, dtype=np.float32), (3, 48, 48)).copy()
    assert smeared_share(Perturbation(slope, np.zeros_like(slope))) is None
    small = textured(size=2 * PLACE - 1)
    assert smeared_share(Perturbation(small, small)) is None
