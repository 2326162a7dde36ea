"""What weights' names and shapes say of a network, before it is built."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from lwise_core.guides.blueprints import (
    ArchitectureError,
    count_below,
    found_words,
    rows_of_head,
    shape_of,
    shapes_of,
)

STATE = {"layers.0.w": torch.zeros(2, 3, 1, 1), "layers.10.w": torch.zeros(1), "fc.weight": torch.zeros(5, 7)}


def test_shapes_children_and_the_head_are_read_off() -> None:
    assert (shape_of(STATE, "fc.weight"), shape_of(STATE, "none")) == ((5, 7), ())
    assert (count_below(STATE, "layers"), count_below(STATE, "layer")) == (2, 0)
    assert rows_of_head(STATE, "fc") == 5
    with pytest.raises(ArchitectureError, match=r"no “head.weight”.*begin with “layers”, “fc”, and the last matrix"):
        rows_of_head(STATE, "head")


def test_weights_without_a_matrix_are_said_to_have_none() -> None:
    assert found_words({"conv.weight": torch.zeros(1, 1, 1, 1)}).endswith(
        "none is a matrix, as the last layer of most networks is"
    )


def test_shapes_take_no_room_though_a_network_counts_with_tensors() -> None:
    assert shapes_of(lambda: nn.Linear(10**6, 10**6))["weight"].is_meta
    shapes = shapes_of(lambda: torchvision.models.regnet_y_400mf(num_classes=3))
    assert shape_of(shapes, "fc.weight")[0] == 3
    assert all(weights.is_meta for weights in shapes.values() if weights.ndim > 1)


def test_weights_without_a_number_have_no_say() -> None:
    state = {"fc.weight": torch.zeros(10**9, 0)}
    assert shape_of(state, "fc.weight") == ()
    with pytest.raises(ArchitectureError, match=r"no “fc.weight”"):
        rows_of_head(state, "fc")
