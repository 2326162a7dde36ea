from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from lwise_core.inspection import folding
from lwise_core.inspection.folding import (
    ENOUGH_TILES,
    FOLDED,
    FoldedPattern,
    RepeatedShare,
    folds_of,
    repeated_share,
)
from lwise_core.inspection.perturbation import Perturbation

Change = npt.NDArray[np.float64]


def noise(size: int, *, seed: int) -> Change:
    """Return white noise of one unit, ``(3, size, size)``."""
    return np.random.default_rng(seed).normal(size=(3, size, size))


def pattern(size: int, period: int, *, seed: int = 0) -> Change:
    """Return a random tile laid side by side, of one unit and of no period that divides the half of its own."""
    tile = np.random.default_rng(seed).normal(size=(3, period, period))
    half = period // 2
    folded = tile.reshape(3, 2, half, 2, half).mean(axis=(1, 3))
    tile -= np.tile(folded, (1, 2, 2))
    laid: Change = np.tile(tile, (1, size // period, size // period))
    laid /= np.sqrt(np.square(laid).mean())
    return laid


def folds(change: Change) -> dict[int, FoldedPattern]:
    original = np.full(change.shape, 0.5, dtype=np.float32)
    changed = (original + 0.02 * change).astype(np.float32)
    return {found.period: found for found in folds_of(Perturbation(original, changed))}


@pytest.mark.parametrize("period", FOLDED)
def test_nothing_but_a_pattern_has_a_share_of_one_at_its_period_alone(period: int) -> None:
    size = 128 if period == 32 else 64
    found = folds(pattern(size, period))
    assert found[period].share == pytest.approx(1, abs=1e-3)
    assert found[period].p == pytest.approx(1 / 100)
    assert found[period].tiles == (size // period) ** 2
    for coarser in (p for p in found if p > period):
        assert found[coarser].share < 1e-3


@pytest.mark.parametrize("period", FOLDED)
def test_a_pattern_of_twelve_decibels_less_than_the_change_is_found(period: int) -> None:
    size = 128 if period == 32 else 64
    strength = 10 ** (-12 / 20)
    for seed in range(4):
        found = folds(noise(size, seed=seed) + strength * pattern(size, period, seed=seed))[period]
        assert found.share > found.null
        assert found.p == pytest.approx(1 / 100)


def test_noise_has_a_pattern_no_more_often_than_chance() -> None:
    by_period = [found for seed in range(20) for found in folds(noise(32, seed=seed)).values()]
    assert len(by_period) == 60
    assert np.mean([found.p <= 0.1 for found in by_period]) <= 0.2
    for found in by_period:
        assert found.share * found.tiles < 4


def test_a_period_with_fewer_tiles_than_it_takes_is_left_out() -> None:
    assert ENOUGH_TILES == 16
    assert set(folds(noise(64, seed=0))) == {2, 4, 8, 16}
    assert set(folds(noise(28, seed=0))) == {2, 4}
    assert 32 in folds(noise(128, seed=0))


def test_where_nothing_changed_nothing_is_folded() -> None:
    assert folds(np.zeros((3, 16, 16))) == {}


def test_the_same_change_gives_the_same_answer_twice() -> None:
    change = noise(32, seed=3)
    assert folds(change) == folds(change)


def repeated(change: Change) -> RepeatedShare:
    original = np.full(change.shape, 0.5, dtype=np.float32)
    found = repeated_share(Perturbation(original, (original + 0.02 * change).astype(np.float32)))
    assert found is not None
    return found


@pytest.mark.parametrize("period", FOLDED)
def test_the_share_of_a_pattern_is_that_of_its_energy_in_the_whole_change(period: int) -> None:
    size = 128 if period == 32 else 64
    assert repeated(pattern(size, period)).share == pytest.approx(1, abs=0.12)
    both = repeated(noise(size, seed=1) + pattern(size, period))
    assert both.period == period
    assert both.share == pytest.approx(0.5, abs=0.1)


def test_what_chance_gives_is_what_drawing_gives() -> None:
    """The percentile without draws lies where 99 draws of turned tiles have theirs."""
    for seed in range(5):
        original = np.full((3, 64, 64), 0.5, dtype=np.float32)
        grey = np.repeat(noise(64, seed=seed)[:1], 3, axis=0)  # channels that go together, as in most changes
        change = Perturbation(original, (original + 0.02 * grey).astype(np.float32))
        for found in folds_of(change, periods=(4, 8, 16)):
            spectra = folding._of_tiles(change.delta, found.period)
            total = float(np.square(np.abs(spectra)).sum())
            assert folding._by_chance(spectra) * found.tiles / total == pytest.approx(found.null, rel=0.25)


def test_noise_repeats_no_more_than_by_chance_and_no_change_has_no_pattern() -> None:
    shares = [repeated(noise(32, seed=seed)).share for seed in range(40)]
    assert np.mean([share == 0 for share in shares]) > 0.7
    assert max(shares) < 0.1
    flat = np.full((3, 32, 32), 0.5, dtype=np.float32)
    assert repeated_share(Perturbation(flat, flat)) is None
