from __future__ import annotations

import numpy as np
import pytest

from benchmarks.painted_out import GREY, without_disc


@pytest.mark.parametrize("share", [0.25, 0.8])
def test_a_disc_is_painted_and_nothing_else(share: float) -> None:
    pixels = np.random.default_rng(0).integers(0, 100, (64, 64, 3), dtype=np.uint8)
    painted = without_disc(pixels, share=share)
    covered = (painted == GREY).all(axis=2)
    assert covered.mean() == pytest.approx(np.pi * share**2 / 4, rel=0.05)
    assert np.array_equal(painted[~covered], pixels[~covered])
    assert covered[32, 32]
    assert not covered[0, 0]
    assert np.array_equal(covered, covered[::-1, ::-1])


def test_a_disc_as_wide_as_the_diagonal_leaves_nothing() -> None:
    assert (without_disc(np.zeros((9, 9, 3), np.uint8), share=1.5) == GREY).all()
