"""The networks of CIFAR: their keys are those of the robustness library, and they compute what its networks compute."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from lwise_core.guides.architectures import Blueprint, fill, recognise
from lwise_core.guides.cifar_networks import CIFAR_MEAN, CIFAR_STD, CifarResNet, CifarVgg

State = dict[str, torch.Tensor]


def filled(network: nn.Module) -> nn.Module:
    """Return ``network`` with statistics that a training would have left, in evaluation mode."""
    drawn = torch.Generator().manual_seed(0)
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            spread = torch.randn(value.shape, generator=drawn) * 0.2
            value.copy_(spread.abs() + 0.5 if "running_var" in name or "bn" in name else spread)
    return network.eval()


def normalised(state: State, name: str, features: torch.Tensor) -> torch.Tensor:
    mean, variance, weight, bias = (state[f"{name}.{k}"] for k in ("running_mean", "running_var", "weight", "bias"))
    return functional.batch_norm(features, mean, variance, weight, bias)


def written_out(state: State, images: torch.Tensor, *, blocks: int, convolutions: int) -> torch.Tensor:
    """Compute the logits from the keys alone, as the paper of the ResNet says and the library's code does."""
    features = functional.relu(normalised(state, "bn1", functional.conv2d(images, state["conv1.weight"], padding=1)))
    for stage in range(1, 5):
        for block in range(blocks):
            at = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            inner = features
            for i in range(1, convolutions + 1):
                kernel = state[f"{at}.conv{i}.weight"]
                three = kernel.shape[-1] == 3
                strided = i == (1 if convolutions == 2 else 2)
                inner = functional.conv2d(inner, kernel, stride=stride if strided else 1, padding=int(three))
                inner = normalised(state, f"{at}.bn{i}", inner)
                inner = functional.relu(inner) if i < convolutions else inner
            if f"{at}.shortcut.0.weight" in state:
                shortcut = functional.conv2d(features, state[f"{at}.shortcut.0.weight"], stride=stride)
                features = normalised(state, f"{at}.shortcut.1", shortcut)
            features = functional.relu(inner + features)
    features = functional.avg_pool2d(features, 4).flatten(1)
    return functional.linear(features, state["linear.weight"], state["linear.bias"])


@pytest.mark.parametrize(("bottleneck", "convolutions"), [(False, 2), (True, 3)])
def test_a_resnet_computes_what_its_keys_say(bottleneck: bool, convolutions: int) -> None:
    network = filled(CifarResNet(blocks=[2] * 4, widths=(2, 3, 4, 5), bottleneck=bottleneck, num_classes=3))
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = written_out(network.state_dict(), images, blocks=2, convolutions=convolutions)
        torch.testing.assert_close(network(images), expected, atol=1e-4, rtol=1e-4)
    assert expected.std() > 1e-3


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
