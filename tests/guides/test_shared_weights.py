"""Twins: hooks on one are not on the other, and weights take no memory twice."""

from __future__ import annotations

import torch

from lwise_core.guides.shared_weights import copy_sharing_weights
from tests.conftest import tiny_network


def test_a_twin_has_the_same_weights_in_modules_of_its_own() -> None:
    network = tiny_network()
    other = copy_sharing_weights(network)
    shared = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    others = {**dict(other.named_parameters()), **dict(other.named_buffers())}
    assert {name: value.data_ptr() for name, value in others.items()} == {n: v.data_ptr() for n, v in shared.items()}
    assert not set(network.modules()) & set(other.modules())
    assert not set(network.parameters()) & set(other.parameters())


def test_a_hook_on_the_twin_leaves_the_original_alone() -> None:
    network = tiny_network().eval()
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    before = network(picture)
    other = copy_sharing_weights(network)
    other.stem.register_forward_hook(lambda _module, _inputs, output: 0 * output)
    assert torch.equal(network(picture), before)
    assert not torch.equal(other(picture), before)
