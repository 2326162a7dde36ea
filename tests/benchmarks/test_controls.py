from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.controls import CONTROLS, DEGRADATIONS, after_jpeg, as_written, of_equal_size, phase_scrambled


def pictures(seed: int, *, count: int = 3) -> torch.Tensor:
    """Return smooth random pictures ``(count, 3, 32, 32)`` in [0.1, 0.9]."""
    coarse = torch.rand(count, 3, 5, 5, generator=torch.Generator().manual_seed(seed))
    return 0.1 + 0.8 * torch.nn.functional.interpolate(coarse, size=(32, 32), mode="bilinear")


def enhanced(originals: torch.Tensor, *, length: float, seed: int = 1) -> torch.Tensor:
    noise = torch.randn(originals.shape, generator=torch.Generator().manual_seed(seed))
    return (originals + length * noise / noise.flatten(1).norm(dim=1).view(-1, 1, 1, 1)).clamp(0, 1)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), length=st.floats(0.1, 2))
@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_changes_each_picture_as_much_as_the_enhancement_did(name: str, seed: int, length: float) -> None:
    originals = pictures(seed)
    twins = enhanced(originals, length=length)
    control = of_equal_size(originals, twins, CONTROLS[name](originals, twins))
    assert control.min() >= 0
    assert control.max() <= 1
    wanted, got = ((x - originals).flatten(1).norm(dim=1) for x in (twins, control))
    assert torch.allclose(wanted, got, rtol=0.03)


def test_where_a_direction_leads_nowhere_the_original_comes_back() -> None:
    originals = torch.full((1, 3, 8, 8), 0.5)
    assert torch.equal(of_equal_size(originals, originals + 0.1, torch.zeros_like(originals)), originals)


def test_scrambled_phases_keep_amplitudes_and_colours_but_not_the_place() -> None:
    originals = pictures(0)
    twins = originals.clone()
    twins[..., 4:8, 4:8] += 0.1
    scrambled = phase_scrambled(originals, twins)
    before, after = (torch.fft.fft2(x).abs() for x in (twins - originals, scrambled))
    assert torch.allclose(before, after, atol=1e-4)
    assert torch.allclose(scrambled[:, 0], scrambled[:, 1], atol=1e-5)  # it was grey and stays grey
    energy = scrambled.square().sum(dim=1)
    assert (energy[..., 4:8, 4:8].sum(dim=(1, 2)) / energy.sum(dim=(1, 2)) < 0.3).all()


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_degraded_pictures_are_close_and_in_range(name: str) -> None:
    originals = as_written(pictures(3))
    spoilt = DEGRADATIONS[name](originals)
    assert spoilt.shape == originals.shape
    assert spoilt.dtype == torch.float32
    assert spoilt.min() >= 0
    assert spoilt.max() <= 1
    assert (spoilt - originals).abs().mean() < 0.03
    assert torch.equal(spoilt, originals) == (name == "as written")


def test_a_lower_quality_spoils_more() -> None:
    noisy = as_written(torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
    loss = [float((after_jpeg(noisy, quality=q) - noisy).abs().mean()) for q in (95, 75, 30)]
    assert loss == sorted(loss)
