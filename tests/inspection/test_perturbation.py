from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core._utils.arrays import FloatImage
from lwise_core.images.heatmaps import luma_change
from lwise_core.inspection import perturbation
from lwise_core.inspection.perturbation import (
    HISTOGRAM_EDGES,
    Perturbation,
    fine_share_of,
    histogram_of,
    lattices_of,
    perceptual_difference_of,
    saturated_share,
    similarity_map,
    spectrum_of,
    unconfirmed_share,
)

SIZE = 64
PERIODS = (2, 4, 8, 16)


def picture(seed: int = 0, *, size: int = SIZE) -> FloatImage:
    """Return a picture in [0.2, 0.8]."""
    return np.random.default_rng(seed).uniform(0.2, 0.8, (3, size, size)).astype(np.float32)


def noise(seed: int, *, grey_levels: float, size: int = SIZE) -> FloatImage:
    return (np.random.default_rng(seed).normal(0, grey_levels / 255, (3, size, size))).astype(np.float32)


def changed_by(delta: FloatImage, *, seed: int = 0) -> Perturbation:
    original = picture(seed, size=delta.shape[1])
    return Perturbation(original, original + delta)


def stripes(period: int, *, grey_levels: float) -> FloatImage:
    """Return a line of one pixel in every ``period``."""
    delta = np.zeros((3, SIZE, SIZE), dtype=np.float32)
    delta[:, :, ::period] = grey_levels / 255
    return delta


def test_nothing_changed_is_nothing_everywhere() -> None:
    same = changed_by(np.zeros((3, SIZE, SIZE), dtype=np.float32))
    assert same.is_none
    look = perceptual_difference_of(same)
    assert (look.rms, look.largest, look.saturated, look.delta_e, look.ssim) == (0, 0, 0, 0, 1)
    spectrum = spectrum_of(same)
    assert spectrum.fine_share is None
    assert lattices_of(spectrum, periods=PERIODS) == ()
    assert histogram_of(same).counts.sum() == 3 * SIZE**2


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), grey_levels=st.floats(0.5, 20))
def test_the_spectrum_holds_the_energy(seed: int, grey_levels: float) -> None:
    change = changed_by(noise(seed, grey_levels=grey_levels))
    assert spectrum_of(change).power.sum() == pytest.approx(SIZE**2 * np.square(change.delta).sum(), rel=1e-9)


def test_signs_and_lengths_are_in_grey_levels() -> None:
    delta = np.zeros((3, SIZE, SIZE), dtype=np.float32)
    delta[0, 3, 4], delta[1, 3, 4] = 30 / 255, -40 / 255
    change = changed_by(delta)
    assert change.magnitude[3, 4] == pytest.approx(50, abs=1e-3)
    assert change.luma[3, 4] == pytest.approx(30 * 0.2126 - 40 * 0.7152, abs=1e-3)
    assert np.allclose(change.luma, luma_change(change.original, change.changed), atol=1e-3)
    assert change.magnitude.sum() == pytest.approx(50, abs=1e-2)


def test_only_newly_saturated_pixels_count() -> None:
    original = np.full((3, 8, 8), 0.5, dtype=np.float32)
    original[:, 0] = 1.0
    changed = original.copy()
    changed[0, 1, :4] = 1.0
    changed[2, 1, :4] = 0.0
    assert perceptual_difference_of(Perturbation(original, changed)).saturated == 4 / 64


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), grey_levels=st.floats(0.5, 200), size=st.sampled_from([8, 20, 33]))
def test_what_the_lights_ask_for_alone_is_what_the_whole_measures_say(seed: int, grey_levels: float, size: int) -> None:
    change = changed_by(noise(seed, grey_levels=grey_levels, size=size))
    assert saturated_share(change) == perceptual_difference_of(change).saturated
    assert fine_share_of(change) == spectrum_of(change).fine_share
    change = changed_by(np.zeros((3, size, size), dtype=np.float32))
    assert (saturated_share(change), fine_share_of(change)) == (0, None)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), base=st.floats(0, 250), spread=st.floats(0, 5), size=st.sampled_from([8, 20, 33]))
def test_the_deviation_around_a_pixel_is_that_of_its_window(seed: int, base: float, spread: float, size: int) -> None:
    plane = base + spread * np.random.default_rng(seed).normal(size=(size, size))
    plane[: size // 2] = base  # flat: where a rounding would show
    mirrored = np.pad(plane, 3, mode="reflect")
    by_hand = np.array([[mirrored[y : y + 7, x : x + 7].std() for x in range(size)] for y in range(size)])
    assert perturbation._local_deviation(plane) == pytest.approx(by_hand, abs=1e-5)


def test_a_larger_change_is_seen_more() -> None:
    looks = [perceptual_difference_of(changed_by(noise(1, grey_levels=g))) for g in (1, 4, 16)]
    for figures in ([x.rms for x in looks], [x.delta_e for x in looks], [-x.ssim for x in looks]):
        assert figures == sorted(figures)
        assert len(set(figures)) == 3


def test_similarity_falls_where_the_change_is() -> None:
    delta = np.zeros((3, SIZE, SIZE), dtype=np.float32)
    delta[:, 20:30, 20:30] = noise(2, grey_levels=40)[:, 20:30, 20:30]
    similarity = similarity_map(changed_by(delta))
    assert similarity[22:28, 22:28].mean() < 0.97
    assert similarity[45:, 45:].min() == pytest.approx(1)


def test_values_beyond_the_histogram_are_at_its_ends() -> None:
    delta = np.zeros((3, SIZE, SIZE), dtype=np.float32)
    delta[0, 0, 0], delta[0, 0, 1] = 0.15, -0.15
    delta[1, 0, 0] = 70 / 255
    histogram = histogram_of(changed_by(delta, seed=3))
    assert len(histogram.counts) == len(HISTOGRAM_EDGES) - 1
    assert histogram.counts[-1] == 1
    assert histogram.counts.sum() == 3 * SIZE**2


@pytest.mark.parametrize("period", PERIODS)
def test_an_injected_lattice_is_found_at_its_period(period: int) -> None:
    clean = noise(4, grey_levels=3)
    found = {
        x.period: x
        for x in lattices_of(spectrum_of(changed_by(clean + stripes(period, grey_levels=6))), periods=PERIODS)
    }
    assert found[period].p == pytest.approx(0.001)
    assert found[period].peak_db > found[period].null_db + 3


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_noise_has_a_lattice_no_more_often_than_chance(seed: int) -> None:
    for lattice in lattices_of(spectrum_of(changed_by(noise(seed, grey_levels=3), seed=seed)), periods=PERIODS):
        assert lattice.peak_db < lattice.null_db + 6


@pytest.mark.parametrize("period", [2, 4, 16])
def test_the_share_of_false_alarms_is_what_p_says(period: int) -> None:
    p = [
        lattices_of(spectrum_of(changed_by(noise(s, grey_levels=3), seed=s)), periods=(period,))[0].p
        for s in range(200)
    ]
    assert 0.04 <= np.mean(np.array(p) <= 0.1) <= 0.17


def test_a_smooth_change_has_no_lattice() -> None:
    y, x = np.meshgrid(np.arange(SIZE), np.arange(SIZE), indexing="ij")
    blob = np.exp(-((x - 30) ** 2 + (y - 28) ** 2) / 60).astype(np.float32)
    grain = noise(5, grey_levels=0.5)
    for lattice in lattices_of(spectrum_of(changed_by(0.05 * blob[None] + grain)), periods=PERIODS):
        assert lattice.p > 0.01


def test_texture_in_a_flat_place_is_unconfirmed_and_on_texture_it_is_not() -> None:
    flat = np.full((3, SIZE, SIZE), 0.5, dtype=np.float32)
    grain = noise(7, grey_levels=12)
    assert unconfirmed_share(Perturbation(flat, flat + grain)) > 0.8  # type: ignore[operator]
    rough = np.random.default_rng(8).uniform(0.1, 0.9, (3, SIZE, SIZE)).astype(np.float32)
    assert unconfirmed_share(Perturbation(rough, rough + grain)) < 0.2  # type: ignore[operator]


def test_a_wash_over_a_flat_place_is_no_detail() -> None:
    flat = np.full((3, 30, 30), 0.5, dtype=np.float32)
    assert unconfirmed_share(Perturbation(flat, flat + 0.1)) == 0
    assert unconfirmed_share(Perturbation(flat, flat)) is None


def test_periods_that_do_not_divide_the_side_are_left_out() -> None:
    spectrum = spectrum_of(changed_by(noise(6, grey_levels=3)))
    assert [x.period for x in lattices_of(spectrum, periods=(3, 4, 14, 64))] == [4]


def test_fine_grain_has_a_larger_fine_share_than_a_blob() -> None:
    checker = np.indices((SIZE, SIZE)).sum(axis=0) % 2 - 0.5
    fine = spectrum_of(changed_by(np.broadcast_to(0.02 * checker, (3, SIZE, SIZE)).astype(np.float32))).fine_share
    coarse = np.zeros((3, SIZE, SIZE), dtype=np.float32)
    coarse[:, :32] = 0.02
    assert fine == pytest.approx(1, abs=1e-3)
    assert spectrum_of(changed_by(coarse)).fine_share == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("shape", [(3, 4, 4), (1, 16, 16), (3, 16, 8), (16, 16)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="square"):
        Perturbation(np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32))
