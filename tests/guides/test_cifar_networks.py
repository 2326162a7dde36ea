"""The networks of CIFAR: their keys are those of the robustness library, and they compute what its networks compute."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from lwise_core.guides.cifar_networks import CifarDenseNet, CifarResNet, CifarWideResNet

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


def rectified(state: State, name: str, features: torch.Tensor) -> torch.Tensor:
    return functional.relu(normalised(state, name, features))


def dense_layers(state: State, stage: str, features: torch.Tensor) -> torch.Tensor:
    """Compute a stage of a DenseNet from the keys alone: what a layer makes stands before what it got."""
    for layer in range(2):
        at = f"{stage}.{layer}"
        inner = functional.conv2d(rectified(state, f"{at}.bn1", features), state[f"{at}.conv1.weight"])
        inner = functional.conv2d(rectified(state, f"{at}.bn2", inner), state[f"{at}.conv2.weight"], padding=1)
        features = torch.cat([inner, features], 1)
    return features


def test_a_densenet_computes_what_its_keys_say() -> None:
    network = filled(CifarDenseNet(blocks=[2] * 4, growth=2, num_classes=3))
    state, images = network.state_dict(), torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    features = functional.conv2d(images, state["conv1.weight"], padding=1)
    for stage in range(1, 5):
        features = dense_layers(state, f"dense{stage}", features)
        if stage < 4:
            halved = rectified(state, f"trans{stage}.bn", features)
            features = functional.avg_pool2d(functional.conv2d(halved, state[f"trans{stage}.conv.weight"]), 2)
    features = functional.avg_pool2d(rectified(state, "bn", features), 4).flatten(1)
    expected = functional.linear(features, state["linear.weight"], state["linear.bias"])
    with torch.no_grad():
        torch.testing.assert_close(network(images), expected, atol=1e-4, rtol=1e-4)
    assert expected.std() > 1e-3


@pytest.mark.parametrize("extra", [False, True], ids=["plain", "TRADES"])
def test_a_wide_resnet_computes_what_its_keys_say(extra: bool) -> None:
    made = CifarWideResNet(blocks=2, widening=1, num_classes=3, unused_stage=extra, biased=not extra)
    network = filled(made)
    state, images = network.state_dict(), torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    features = functional.conv2d(images, state["conv1.weight"], padding=1)
    for stage in (1, 2, 3):
        for block in (0, 1):
            at = f"block{stage}.layer.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            first = rectified(state, f"{at}.bn1", features)
            inner = functional.conv2d(first, state[f"{at}.conv1.weight"], stride=stride, padding=1)
            inner = functional.conv2d(rectified(state, f"{at}.bn2", inner), state[f"{at}.conv2.weight"], padding=1)
            if f"{at}.convShortcut.weight" in state:  # of what was rectified, where the width changes
                features = functional.conv2d(first, state[f"{at}.convShortcut.weight"], stride=stride)
            features = inner + features
    features = functional.avg_pool2d(rectified(state, "bn1", features), 8).flatten(1)
    expected = functional.linear(features, state["fc.weight"], state.get("fc.bias"))
    with torch.no_grad():
        torch.testing.assert_close(network(images), expected, atol=1e-4, rtol=1e-4)
    assert expected.std() > 1e-3
    assert any(name.startswith("sub_block1") for name in state) == extra
