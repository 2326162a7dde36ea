"""Features on a grid: laid out and put back, in every layout that networks use."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lwise_core.guides.feature_grids import is_grid, laid_out, noise, put_back, recorded_outputs
from lwise_core.guides.guide import GuideModel

LAYOUTS = {"maps": (2, 6, 4, 4), "channels last": (2, 4, 4, 6), "tokens": (2, 16, 6), "class tokens": (2, 18, 6)}


def features_of(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.arange(float(torch.tensor(shape).prod())).reshape(shape)


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_laid_out_is_put_back(name: str) -> None:
    features = features_of(LAYOUTS[name])
    assert is_grid(features)
    grid = laid_out(features)
    assert grid.shape == (2, 6, 4, 4)
    assert torch.equal(put_back(grid, features), features)


def test_places_are_rows_then_columns_after_the_class_tokens() -> None:
    tokens, last = features_of(LAYOUTS["class tokens"]), features_of(LAYOUTS["channels last"])
    assert torch.equal(laid_out(tokens)[1, :, 2, 3], tokens[1, 2 + 2 * 4 + 3])
    assert torch.equal(laid_out(last)[1, :, 2, 3], last[1, 2, 3])


@pytest.mark.parametrize("shape", [(2, 6), (2, 6, 1, 1), (2, 6, 3, 4), (2, 3, 6), (2, 1, 6)])
def test_what_has_one_place_or_no_square_is_no_grid(shape: tuple[int, ...]) -> None:
    assert not is_grid(torch.zeros(shape))


def test_noise_is_the_same_each_time_and_in_range(tiny_guide: GuideModel) -> None:
    one = noise(tiny_guide, count=2)
    assert one.shape == (2, 3, 16, 16)
    assert torch.equal(one, noise(tiny_guide, count=2))
    assert 0 <= float(one.min()) < float(one.max()) <= 1


def test_modules_are_recorded_in_the_order_in_which_they_finish() -> None:
    inner = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU())
    network = nn.Sequential(inner, nn.Dropout(), nn.Flatten())
    outputs = recorded_outputs(network)
    network(torch.zeros(1, 3, 2, 2))
    assert list(outputs) == [inner[0], inner[1], inner, network[2]]
