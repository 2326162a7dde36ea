"""Fine detail that a change takes away is measured as a share of what the original had."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from lwise_core.inspection.detail import lost_detail
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
def test_the_more_a_picture_is_blurred_the_more_detail_is_lost(seed: int, width: float, more: float) -> None:
    original = textured(seed=seed)
    less, much = (
        lost_detail(Perturbation(original, gaussian_filter(original, sigma=(0, w, w)))) for w in (width, width + more)
    )
    assert less is not None
    assert much is not None
    assert 0 < less <= much <= 1


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
