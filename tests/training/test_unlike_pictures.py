"""Made-up pictures: in range, of many kinds, the same for the same seed; shuffled ones keep every pixel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from lwise_core.training.unlike_pictures import noise, shuffled, textures
from tests.conftest import eight_pictures

Maker = Callable[..., torch.Tensor]


@pytest.mark.parametrize("make", [textures, noise])
@pytest.mark.parametrize("size", [16, 33])
def test_they_are_pictures_in_range_and_no_two_alike(make: Maker, size: int) -> None:
    made = make(21, size=size, seed=1)
    assert made.shape == (21, 3, size, size)
    assert made.dtype == torch.float32
    assert 0 <= float(made.min()) <= float(made.max()) <= 1
    assert len({picture.numpy().tobytes() for picture in made}) == 21


@pytest.mark.parametrize("make", [textures, noise])
def test_the_same_seed_makes_the_same_and_another_others(make: Maker) -> None:
    first, again, other = (make(7, size=16, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_shuffled_pictures_keep_their_pixels_in_other_places() -> None:
    own = eight_pictures(16)
    mixed = shuffled(own, seed=3)
    assert torch.equal(mixed, shuffled(own, seed=3))
    for before, after in zip(own, mixed, strict=True):
        assert not torch.equal(before, after)
        assert torch.equal(before.flatten(1).sort().values, after.flatten(1).sort().values)
