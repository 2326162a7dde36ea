"""The networks for CIFAR's 32 × 32 px: ResNet and VGG as the robustness library has them.

Their keys are those of its ``cifar_models`` and of the many training loops that copied them; they differ from
torchvision's: a 3 × 3 stem without pooling, ``shortcut`` for ``downsample``, ``linear`` for ``fc``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

CIFAR_MEAN = (0.4914, 0.4822, 0.4465)
CIFAR_STD = (0.2023, 0.1994, 0.2010)
CIFAR_SIZE = 32

_EXPANSION = 4  # of a bottleneck
_STRIDES = (1, 2, 2, 2)


class _Block(nn.Module):
    """Two or three convolutions, normalised, with a shortcut around them: ``(B, C, H, W)`` → ``(B, C', H', W')``."""

    def __init__(self, channels: int, width: int, *, stride: int, bottleneck: bool) -> None:
        super().__init__()
        out = width * _EXPANSION if bottleneck else width
        kernels = ((channels, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1))
        plain = ((channels, width, 3, stride), (width, out, 3, 1))
        self.convolutions = 3 if bottleneck else 2
        for i, (before, after, kernel, step) in enumerate(kernels if bottleneck else plain, start=1):
            convolution = nn.Conv2d(before, after, kernel, stride=step, padding=kernel // 2, bias=False)
            self.add_module(f"conv{i}", convolution)
            self.add_module(f"bn{i}", nn.BatchNorm2d(after))
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != out:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride=stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of the next block."""
        features = images
        for i in range(1, self.convolutions + 1):
            features = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(features))
            features = features + self.shortcut(images) if i == self.convolutions else features
            features = torch.relu(features)
        return features


class CifarResNet(nn.Module):
    """A ResNet with a 3 × 3 stem and four stages: images ``(B, 3, H, W)`` → logits ``(B, num_classes)``.

    Args:
        blocks: How many blocks each stage has.
        widths: How many channels each stage's inner convolutions have.
        bottleneck: Three convolutions a block instead of two.
        num_classes: How many logits.
    """

    def __init__(self, *, blocks: Sequence[int], widths: Sequence[int], bottleneck: bool, num_classes: int) -> None:
        super().__init__()
        channels = widths[0]
        self.conv1 = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        for stage, (count, width, stride) in enumerate(zip(blocks, widths, _STRIDES, strict=True), start=1):
            layers = []
            for i in range(count):
                layers.append(_Block(channels, width, stride=stride if i == 0 else 1, bottleneck=bottleneck))
                channels = width * _EXPANSION if bottleneck else width
            self.add_module(f"layer{stage}", nn.Sequential(*layers))
        self.linear = nn.Linear(channels, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        features = torch.relu(self.bn1(self.conv1(images)))
        for stage in range(1, len(_STRIDES) + 1):
            features = self.get_submodule(f"layer{stage}")(features)
        logits: torch.Tensor = self.linear(features.mean(dim=(2, 3)))
        return logits


class CifarVgg(nn.Module):
    """A VGG whose classifier is one layer: images ``(B, 3, 32, 32)`` → logits ``(B, num_classes)``.

    Args:
        stages: The channels of each stage's convolutions; pooling halves the picture after each of the five stages.
        num_classes: How many logits.
    """

    def __init__(self, *, stages: Sequence[Sequence[int]], num_classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for stage in stages:
            for width in stage:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        logits: torch.Tensor = self.classifier(self.features(images).mean(dim=(2, 3)))
        return logits
