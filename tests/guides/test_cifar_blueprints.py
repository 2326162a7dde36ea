"""The networks of CIFAR are recognised by their keys and shapes, and by the name that they are then called."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lwise_core.guides.architectures import fill, named, recognise
from lwise_core.guides.blueprints import Blueprint
from lwise_core.guides.cifar_networks import (
    CIFAR_MEAN,
    CIFAR_STD,
    CifarDenseNet,
    CifarResNet,
    CifarVgg,
    CifarWideResNet,
)
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD

State = dict[str, torch.Tensor]


@pytest.mark.parametrize(
    ("blocks", "bottleneck", "width", "name"),
    [
        ((2, 2, 2, 2), False, 64, "cifar_resnet18"),
        ((2, 2, 2, 2), False, 96, "cifar_resnet18_width96"),
        ((3, 4, 6, 3), False, 64, "cifar_resnet34"),
        ((3, 4, 6, 3), True, 64, "cifar_resnet50"),
    ],
)
def test_a_resnet_is_recognised(blocks: tuple[int, ...], bottleneck: bool, width: int, name: str) -> None:
    widths = [width * 2**i for i in range(4)]
    with torch.device("meta"):
        state = CifarResNet(blocks=blocks, widths=widths, bottleneck=bottleneck, num_classes=10).state_dict()
        blueprint = recognised(state)
        assert blueprint.build().state_dict().keys() == state.keys()
    assert (blueprint.name, blueprint.num_classes, blueprint.input_size) == (name, 10, 32)
    assert (blueprint.mean, blueprint.std) == (CIFAR_MEAN, CIFAR_STD)


def recognised(state: State) -> Blueprint:
    blueprint = recognise(state)
    assert blueprint is not None
    return blueprint


def test_a_vgg_is_recognised_and_filled() -> None:
    stages = [[64], [128], [256, 256], [512, 512], [512, 512]]
    with torch.device("meta"):
        state = CifarVgg(stages=stages, num_classes=4).state_dict()
    assert next(iter(state)) == "features.0.weight"
    assert "features.4.weight" in state  # a pooling, which has no weights, stands after each stage
    blueprint = recognised(state)
    assert (blueprint.name, blueprint.num_classes) == ("cifar_vgg11", 4)
    network = fill(blueprint, {k: torch.zeros(v.shape) for k, v in state.items()}).eval()
    assert network(torch.rand(1, 3, 32, 32)).shape == (1, 4)


def test_a_stem_of_another_width_than_the_first_stage_is_not_taken_for_one() -> None:
    with torch.device("meta"):
        state = CifarResNet(blocks=[2] * 4, widths=(64, 128, 256, 512), bottleneck=False, num_classes=3).state_dict()
    assert recognise(state | {"conv1.weight": torch.zeros(16, 3, 3, 3)}) is None


@pytest.mark.parametrize(
    ("blocks", "growth", "name"),
    [((6, 12, 24, 16), 32, "cifar_densenet121"), ((6, 12, 24, 16), 12, "cifar_densenet121_growth12")],
)
def test_a_densenet_is_recognised(blocks: tuple[int, ...], growth: int, name: str) -> None:
    with torch.device("meta"):
        network = CifarDenseNet(blocks=blocks, growth=growth, num_classes=10)
    is_recognised(network, name, statistics=(CIFAR_MEAN, CIFAR_STD))


@pytest.mark.parametrize("unused_stage", [False, True])
@pytest.mark.parametrize(("blocks", "widening", "depth"), [(4, 10, 28), (5, 10, 34)])
def test_a_wide_resnet_is_recognised(blocks: int, widening: int, depth: int, unused_stage: bool) -> None:
    with torch.device("meta"):
        network = CifarWideResNet(
            blocks=blocks, widening=widening, num_classes=10, unused_stage=unused_stage, biased=True
        )
    is_recognised(network, f"cifar_wide_resnet{depth}_{widening}", statistics=(IDENTITY_MEAN, IDENTITY_STD))


def is_recognised(network: nn.Module, name: str, *, statistics: tuple[object, object]) -> None:
    state = network.state_dict()
    with torch.device("meta"):
        for blueprint in (recognised(state), named(name, state)):
            assert blueprint.build().state_dict().keys() == state.keys()
            assert (blueprint.name, blueprint.num_classes, blueprint.input_size) == (name, 10, 32)
            assert (blueprint.mean, blueprint.std) == statistics


def test_parts_of_a_network_are_not_taken_for_it() -> None:
    with torch.device("meta"):
        wide = CifarWideResNet(blocks=2, widening=2, num_classes=3, unused_stage=False, biased=True).state_dict()
        dense = CifarDenseNet(blocks=[6, 12, 24, 16], growth=32, num_classes=3).state_dict()
    assert recognise({k: v for k, v in wide.items() if not k.startswith("block3.layer.1")}) is None
    assert recognise(wide | {"conv1.weight": torch.zeros(8, 3, 3, 3)}) is None
    assert recognise({k: v for k, v in dense.items() if not k.startswith("dense4.15")}) is None
