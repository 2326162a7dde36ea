from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.training.augmentation import augmented
from lwise_core.training.recipes import Augmentation
from tests.conftest import eight_pictures


def wide(images: torch.Tensor, *, seed: int = 0, size: int | None = None) -> torch.Tensor:
    return augmented(images, Augmentation.WIDE, torch.Generator().manual_seed(seed), size=size)


@pytest.mark.parametrize("augmentation", [Augmentation.PHOTOGRAPH, Augmentation.ANY_WAY_UP])
def test_augmented_pictures_are_shifted_copies_of_themselves(augmentation: Augmentation) -> None:
    images = eight_pictures(16)
    changed = augmented(images, augmentation, torch.Generator().manual_seed(0))
    assert changed.shape == images.shape
    for before, after in zip(images, changed, strict=True):
        assert set(after[0].flatten().tolist()) <= set(before[0].flatten().tolist())


def test_augmentation_shifts_by_at_most_an_eighth_and_mirrors_half() -> None:
    ramp = torch.arange(16.0).repeat(400, 3, 16, 1)
    changed = augmented(ramp, Augmentation.PHOTOGRAPH, torch.Generator().manual_seed(0))[:, 0, 8]
    rising = changed[:, 8] > changed[:, 7]
    assert 0.4 < float(rising.float().mean()) < 0.6
    centres = changed[rising][:, 8] - 8
    assert {int(c) for c in centres} == {-2, -1, 0, 1, 2}


def test_only_pictures_without_an_up_are_turned() -> None:
    ramp = torch.arange(16.0).view(1, 1, 16, 1).expand(64, 3, 16, 16)
    upright = augmented(ramp, Augmentation.PHOTOGRAPH, torch.Generator().manual_seed(0))
    turned = augmented(ramp, Augmentation.ANY_WAY_UP, torch.Generator().manual_seed(0))
    assert torch.equal(upright[..., 0], upright[..., 15])
    assert not torch.equal(turned[..., 0], turned[..., 15])


@pytest.mark.parametrize("augmentation", list(Augmentation))
def test_a_picture_is_shown_at_the_size_that_is_asked_for(augmentation: Augmentation) -> None:
    changed = augmented(eight_pictures(32), augmentation, torch.Generator().manual_seed(0), size=16)
    assert changed.shape == (8, 3, 16, 16)


@given(seed=st.integers(0, 2**31), size=st.sampled_from([16, 32, 48]))
def test_wide_pictures_are_pictures_and_follow_from_the_seed(seed: int, size: int) -> None:
    images = eight_pictures(32)
    changed = wide(images, seed=seed, size=size)
    assert changed.shape == (8, 3, size, size)
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert torch.equal(changed, wide(images, seed=seed, size=size))


def test_wide_pictures_show_from_a_quarter_of_the_area_to_all_of_it() -> None:
    stripes = (0.45 + 0.1 * (torch.arange(128) // 8 % 2)).repeat(300, 3, 128, 1)  # 16 stripes, so 15 edges
    row = wide(stripes)[:, :, 64].mean(dim=1)
    above = row > row.mean(dim=1, keepdim=True)
    edges = (above[:, 1:] != above[:, :-1]).sum(dim=1)
    assert 6 <= int(edges.min()) <= 8
    assert 14 <= int(edges.max()) <= 16


def test_half_of_the_wide_pictures_are_mirrored() -> None:
    ramp = torch.linspace(0.3, 0.6, 32).repeat(400, 3, 32, 1)
    changed = wide(ramp).mean(dim=(1, 2))
    assert 0.4 < float((changed[:, -1] > changed[:, 0]).float().mean()) < 0.6


def test_some_of_the_wide_pictures_are_grey_but_for_their_tint() -> None:
    red_and_blue = torch.zeros(600, 3, 16, 16)
    red_and_blue[:, 0, ::2], red_and_blue[:, 2, 1::2] = 0.5, 0.5
    changed = wide(red_and_blue)
    shares = changed[:, 0] / changed.sum(dim=1)
    grey = shares.flatten(1).std(dim=1) < 1e-3
    assert 0.06 < float(grey.float().mean()) < 0.15


def test_pictures_in_any_light_are_turned_and_have_other_colours() -> None:
    images = eight_pictures(16)
    plain = augmented(images, Augmentation.ANY_WAY_UP, torch.Generator().manual_seed(0))
    light = augmented(images, Augmentation.ANY_LIGHT, torch.Generator().manual_seed(0))
    assert 0 <= float(light.min()) <= float(light.max()) <= 1
    assert not torch.equal(light.flatten(2).mean(-1), plain.flatten(2).mean(-1))
    ramp = torch.arange(16.0).view(1, 1, 16, 1).expand(64, 3, 16, 16) / 16
    turned = augmented(ramp, Augmentation.ANY_LIGHT, torch.Generator().manual_seed(0))
    assert not torch.allclose(turned[..., 0], turned[..., 15])
