"""The maps of an inspection: fixed scales, what lies beyond them, and words on each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.images.heatmaps import PERTURBATION_LIMIT, SIGNED
from lwise_core.inspection.evidence import Evidence
from lwise_core.inspection.map_pictures import (
    attribution_picture,
    channel_pictures,
    magnitude_picture,
    perturbation_picture,
    spectrum_picture,
    support_picture,
)
from lwise_core.inspection.perturbation import Perturbation, spectrum_of

STEPS = 4


def evidence(*, classes: int = 3) -> Evidence:
    support = np.full((8, 8), 1 / 64, dtype=np.float32)
    mass = np.array([np.nan, 0.4, 0.45, 0.5, 0.5])
    others = np.tile(np.array([np.nan, 0.2, 0.2, 0.25, 0.3]), (classes, 1)) + np.arange(classes)[:, None] / 100
    return Evidence(support, mass, others, mass, mass)


def test_evidence_that_is_spread_evenly_is_one_everywhere() -> None:
    picture = support_picture(evidence())
    assert picture.scale is not None
    assert picture.scale.ends == (0, 4)
    assert np.array_equal(picture.pixels, picture.scale.painted(np.ones((8, 8))))
    assert "none of the pixels are brighter than this scale shows" in picture.caption


@pytest.mark.parametrize("strength", [0.01, 1.0, 300.0])
def test_the_scale_of_maps_never_follows_the_picture(strength: float) -> None:
    change = strength * np.random.default_rng(0).standard_normal((8, 8))
    picture = perturbation_picture(change)
    assert picture.scale is not None
    assert picture.scale.ends == (-PERTURBATION_LIMIT, PERTURBATION_LIMIT)
    assert np.array_equal(picture.pixels, SIGNED.painted(change, ends=picture.scale.ends))


@given(st.integers(0, 100))
def test_the_share_beyond_the_scale_is_stated(beyond: int) -> None:
    change = np.zeros(100)
    change[:beyond] = 2 * PERTURBATION_LIMIT
    caption = perturbation_picture(change.reshape(10, 10)).caption
    assert (f"{beyond}.0% of the pixels" in caption) == (beyond > 0)
    assert ("no pixel goes beyond" in caption) == (beyond == 0)


def test_no_change_is_drawn_without_a_fault() -> None:
    picture = perturbation_picture(np.zeros((4, 4)))
    assert "RMS 0.0 grey levels" in picture.alt
    assert not picture.pixels[..., 3].any()  # the page itself


def change() -> Perturbation:
    random = np.random.default_rng(0)
    original = random.uniform(0.2, 0.8, (3, 16, 16)).astype(np.float32)
    return Perturbation(original, original + random.uniform(-0.1, 0.1, (3, 16, 16)).astype(np.float32))


def test_every_picture_of_a_change_says_what_it_shows() -> None:
    found = change()
    spectrum = spectrum_picture(spectrum_of(found), periods=(2, 4))
    for picture in (magnitude_picture(found), *channel_pictures(found), spectrum):
        assert len(picture.alt) > 20
        assert picture.caption
        assert picture.scale is not None


def test_the_places_of_a_lattice_are_ringed_and_zero_frequency_is_not() -> None:
    marked, plain = (spectrum_picture(spectrum_of(change()), periods=p).pixels for p in ((2,), ()))
    differs = (marked != plain).any(axis=-1)
    times = len(plain) // 16
    ringed = {(x, y) for y in range(16) for x in range(16) if differs[y * times :, x * times :][:times, :times].any()}
    assert {(0, 0), (0, 8), (8, 0)} <= ringed  # a pattern of two pixels, across, down and both; 8 is zero
    assert (8, 8) not in ringed


def test_a_map_that_tells_two_classes_apart_names_both_on_its_scale() -> None:
    values = np.array([[1.0, -1.0], [1.0, 1.0]], dtype=np.float32)
    plain = attribution_picture(values, limit=1, of="Saliency")
    assert plain.scale is not None
    assert plain.scale.unit == "against ← logit → for the class"
    assert plain.alt == "Saliency: 75% of the pixels speak for the class, the others against."
    rather = attribution_picture(values, limit=1, of="Saliency", between=("cat", "frog"))
    assert rather.scale is not None
    assert rather.scale.unit == "cat ← logit → frog"
    assert rather.alt == "Saliency: 75% of the pixels speak for frog, the others for cat."
