"""The temperature with the least cross-entropy."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lwise_core.training.temperature import fitted_temperature


def drawn(*, sharpness: float, count: int = 4000) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits that are ``sharpness`` times what their classes were drawn by."""
    generator = torch.Generator().manual_seed(0)
    honest = 2 * torch.randn(count, 4, generator=generator)
    targets = torch.multinomial(honest.softmax(dim=1), 1, generator=generator)[:, 0]
    return sharpness * honest, targets


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_too_sure_a_guide_is_divided_by_how_much_too_sure_it_is(sharpness: float) -> None:
    assert fitted_temperature(*drawn(sharpness=sharpness)) == pytest.approx(sharpness, rel=0.05)


@given(factor=st.floats(0.8, 1.25))
def test_no_temperature_near_it_is_better(factor: float) -> None:
    logits, targets = drawn(sharpness=2.0, count=300)
    best = fitted_temperature(logits, targets)
    assert best is not None

    def loss(t: float) -> float:
        return float(F.cross_entropy(logits.double() / t, targets))

    assert loss(best) <= loss(best * factor) + 1e-9


def test_where_every_picture_is_right_none_is_small_enough() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    assert fitted_temperature(logits, torch.tensor([0, 1])) is None


def test_where_every_picture_is_wrong_the_largest_is_returned() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    assert fitted_temperature(logits, torch.tensor([1, 0])) == pytest.approx(1000)
