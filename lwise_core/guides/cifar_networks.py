"""The networks for CIFAR's 32 × 32 px: ResNet, VGG and DenseNet of the robustness library, and wide ResNets.

Their keys are those of its ``cifar_models`` and of the many training loops that copied them; they differ from
torchvision's: a 3 × 3 stem without pooling, ``shortcut`` for ``downsample``, ``linear`` for ``fc``. The wide ResNets
are those of TRADES, which RobustBench took over.
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


class _DenseLayer(nn.Module):
    """What a DenseNet adds: ``(B, C, H, W)`` → ``(B, growth + C, H, W)``, the new channels in front."""

    def __init__(self, channels: int, *, growth: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, 4 * growth, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of the next layer."""
        features = self.conv1(torch.relu(self.bn1(images)))
        features = self.conv2(torch.relu(self.bn2(features)))
        return torch.cat([features, images], dim=1)


class _Transition(nn.Module):
    """Half of the channels on half of the side: ``(B, C, H, W)`` → ``(B, C/2, H/2, W/2)``."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of the next stage."""
        return torch.nn.functional.avg_pool2d(self.conv(torch.relu(self.bn(images))), 2)


class CifarDenseNet(nn.Module):
    """A DenseNet with a 3 × 3 stem and four stages: images ``(B, 3, H, W)`` → logits ``(B, num_classes)``.

    Args:
        blocks: How many layers each stage has.
        growth: How many channels each layer adds.
        num_classes: How many logits.
    """

    def __init__(self, *, blocks: Sequence[int], growth: int, num_classes: int) -> None:
        super().__init__()
        channels = 2 * growth
        self.conv1 = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        for stage, count in enumerate(blocks, start=1):
            layers = [_DenseLayer(channels + i * growth, growth=growth) for i in range(count)]
            self.add_module(f"dense{stage}", nn.Sequential(*layers))
            channels += count * growth
            if stage < len(blocks):
                self.add_module(f"trans{stage}", _Transition(channels))
                channels //= 2
        self.stages = len(blocks)
        self.bn = nn.BatchNorm2d(channels)
        self.linear = nn.Linear(channels, num_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        features = self.conv1(images)
        for stage in range(1, self.stages + 1):
            features = self.get_submodule(f"dense{stage}")(features)
            features = self.get_submodule(f"trans{stage}")(features) if stage < self.stages else features
        logits: torch.Tensor = self.linear(torch.relu(self.bn(features)).mean(dim=(2, 3)))
        return logits


class _WideBlock(nn.Module):
    """Two convolutions, normalised and rectified before each: ``(B, C, H, W)`` → ``(B, C', H', W')``."""

    def __init__(self, channels: int, out: int, *, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, out, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.convShortcut = None if channels == out else nn.Conv2d(channels, out, 1, stride=stride, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of the next block."""
        rectified = torch.relu(self.bn1(images))
        around = images if self.convShortcut is None else self.convShortcut(rectified)
        inner: torch.Tensor = self.conv2(torch.relu(self.bn2(self.conv1(rectified))))
        return inner + around


class _WideStage(nn.Module):
    """Blocks one after the other, the first of which widens and strides."""

    def __init__(self, channels: int, out: int, *, blocks: int, stride: int) -> None:
        super().__init__()
        first = _WideBlock(channels, out, stride=stride)
        self.layer = nn.Sequential(first, *(_WideBlock(out, out, stride=1) for _ in range(blocks - 1)))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of the next stage."""
        features: torch.Tensor = self.layer(images)
        return features


class CifarWideResNet(nn.Module):
    """A wide ResNet as TRADES and RobustBench have it: images ``(B, 3, H, W)`` → logits ``(B, num_classes)``.

    Args:
        blocks: How many blocks each of the three stages has.
        widening: How many times 16 channels the first stage has.
        num_classes: How many logits.
        unused_stage: Whether the weights hold a second first stage, which TRADES made and never used.
        biased: Whether the last layer has biases.
    """

    def __init__(self, *, blocks: int, widening: int, num_classes: int, unused_stage: bool, biased: bool) -> None:
        super().__init__()
        widths = [16, *(16 * widening * 2**i for i in range(3))]
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.block1 = _WideStage(widths[0], widths[1], blocks=blocks, stride=1)
        if unused_stage:
            self.sub_block1 = _WideStage(widths[0], widths[1], blocks=blocks, stride=1)
        self.block2 = _WideStage(widths[1], widths[2], blocks=blocks, stride=2)
        self.block3 = _WideStage(widths[2], widths[3], blocks=blocks, stride=2)
        self.bn1 = nn.BatchNorm2d(widths[3])
        self.fc = nn.Linear(widths[3], num_classes, bias=biased)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        features = self.block3(self.block2(self.block1(self.conv1(images))))
        logits: torch.Tensor = self.fc(torch.relu(self.bn1(features)).mean(dim=(2, 3)))
        return logits
