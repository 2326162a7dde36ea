"""The sample photographs are there, credited, and hold the square that is shown of them."""

from __future__ import annotations

import pytest
import torch

from lwise_core.data.samples import SAMPLES, Sample, photograph_of, sample, seen_samples
from lwise_core.images.geometry import see

EACH = pytest.mark.parametrize("chosen", SAMPLES, ids=[s.key for s in SAMPLES])


@EACH
def test_a_sample_holds_its_crop_and_says_whose_it_is(chosen: Sample) -> None:
    photograph = photograph_of(chosen)
    assert chosen.crop == chosen.crop.within(photograph)
    assert chosen.title
    assert chosen.story.endswith(".")
    assert "public domain" in chosen.credit
    assert chosen.guide in chosen.story


@EACH
def test_a_sample_is_found_by_its_key(chosen: Sample) -> None:
    assert sample(chosen.key) is chosen
    assert sample(chosen.key.upper()) is None


def test_a_sample_that_shows_nothing_the_guide_knows_has_no_class() -> None:
    assert {s.key: s.true_class for s in SAMPLES} == {"cat": "house cat", "gecko": "reptile", "coffee": None}


@pytest.mark.parametrize("size", [16, 32])
def test_they_are_seen_as_a_guide_sees_uploads(size: int) -> None:
    seen = seen_samples(size=size)
    assert seen.shape == (len(SAMPLES), 3, size, size)
    assert seen.dtype is torch.float32
    assert 0 <= float(seen.min()) < float(seen.max()) <= 1
    for image, chosen in zip(seen, SAMPLES, strict=True):
        pixels = chosen.crop.of(photograph_of(chosen).pixels)
        assert torch.equal(image, torch.from_numpy(see(pixels, size=size)))
