"""EfficientNet-Lite0: the network that the bundled 128 px guides of photographs and skin begin with.

The architecture is that of Tan & Le (2019) without squeeze-and-excitation and with ReLU6, as Google published it for
small devices, with TensorFlow's padding. Names of weights are timm's (``tf_efficientnet_lite0``), so that a file of one
loads into the other. It stands here beside timm's for two reasons: timm takes seconds to import, which everybody who
opens the default guide would wait for, and its padding is computed in the forward pass, which hides from torch.fx where
a normalisation follows its convolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

TIMM_NAME = "tf_efficientnet_lite0"

_NORM_EPSILON = 1e-3  # TensorFlow's, as the published weights expect
_STEM, _HEAD = 32, 1280


@dataclass(frozen=True)
class _Stage:
    """Blocks of one resolution: their output channels, kernel, how many, the first one's stride, and the expansion."""

    channels: int
    kernel: int
    blocks: int
    stride: int
    expansion: int = 6


_STAGES = (
    _Stage(16, kernel=3, blocks=1, stride=1, expansion=1),
    _Stage(24, kernel=3, blocks=2, stride=2),
    _Stage(40, kernel=5, blocks=2, stride=2),
    _Stage(80, kernel=3, blocks=3, stride=2),
    _Stage(112, kernel=5, blocks=3, stride=1),
    _Stage(192, kernel=5, blocks=4, stride=2),
    _Stage(320, kernel=3, blocks=1, stride=1),
)


class _Separable(nn.Module):
    """Depthwise convolution, then a linear one of 1×1: ``(N, C, H, W)`` → ``(N, channels, H, W)``."""

    def __init__(self, channels_in: int, channels: int, *, kernel: int) -> None:
        super().__init__()
        self.conv_dw = _convolution(channels_in, channels_in, kernel=kernel, groups=channels_in)
        self.bn1 = _norm(channels_in)
        self.act1 = nn.ReLU6()
        self.conv_pw = _convolution(channels_in, channels)
        self.bn2 = _norm(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.act1(self.bn1(self.conv_dw(x)))
        projected: torch.Tensor = self.bn2(self.conv_pw(x))
        return projected


class _Inverted(nn.Module):
    """Widened by 1×1, depthwise, linear 1×1: ``(N, C, H, W)`` → ``(N, channels, H/stride, W/stride)``."""

    def __init__(self, channels_in: int, channels: int, *, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels_in * expansion
        self.conv_pw = _convolution(channels_in, wide)
        self.bn1 = _norm(wide)
        self.act1 = nn.ReLU6()
        self.pad = _padding(kernel, stride=stride)
        self.conv_dw = _convolution(wide, wide, kernel=kernel, stride=stride, groups=wide)
        self.bn2 = _norm(wide)
        self.act2 = nn.ReLU6()
        self.conv_pwl = _convolution(wide, channels)
        self.bn3 = _norm(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.act1(self.bn1(self.conv_pw(x)))
        x = self.act2(self.bn2(self.conv_dw(self.pad(x))))
        projected: torch.Tensor = self.bn3(self.conv_pwl(x))
        return projected


class _Residual(_Inverted):
    """The same with its input added, where neither the channels nor the resolution change."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + super().forward(x)


class EfficientNetLite0(nn.Module):
    """Stem, seven stages, a wide 1×1 convolution, global average pooling and one linear layer.

    The forward pass takes normalised images ``(N, 3, H, W)``, H and W multiples of 32, and returns logits
    ``(N, num_classes)``.
    """

    def __init__(self, *, num_classes: int) -> None:
        super().__init__()
        self.pad = _padding(3, stride=2)
        self.conv_stem = _convolution(3, _STEM, kernel=3, stride=2)
        self.bn1 = _norm(_STEM)
        self.act1 = nn.ReLU6()
        widths = (_STEM, *(stage.channels for stage in _STAGES))
        self.blocks = nn.Sequential(*(_blocks(w, stage) for w, stage in zip(widths, _STAGES, strict=False)))
        self.conv_head = _convolution(widths[-1], _HEAD)
        self.bn2 = _norm(_HEAD)
        self.act2 = nn.ReLU6()
        self.classifier = nn.Linear(_HEAD, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.act1(self.bn1(self.conv_stem(self.pad(x)))))
        x = self.act2(self.bn2(self.conv_head(x)))
        logits: torch.Tensor = self.classifier(x.mean(dim=(2, 3)))
        return logits


def _blocks(channels_in: int, stage: _Stage) -> nn.Sequential:
    if stage.expansion == 1:
        return nn.Sequential(_Separable(channels_in, stage.channels, kernel=stage.kernel))
    first = _Inverted(channels_in, stage.channels, kernel=stage.kernel, stride=stage.stride, expansion=stage.expansion)
    rest = (
        _Residual(stage.channels, stage.channels, kernel=stage.kernel, stride=1, expansion=stage.expansion)
        for _ in range(stage.blocks - 1)
    )
    return nn.Sequential(first, *rest)


def _convolution(channels_in: int, channels: int, *, kernel: int = 1, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """Return a convolution without bias; at a stride its input is padded before, since one side needs more."""
    padding = kernel // 2 if stride == 1 else 0
    return nn.Conv2d(channels_in, channels, kernel, stride=stride, padding=padding, groups=groups, bias=False)


def _padding(kernel: int, *, stride: int) -> nn.Module:
    """Return TensorFlow's “same” padding of even sides at a stride of 2: one more on the right and below."""
    less = (kernel - stride) // 2
    return nn.Identity() if stride == 1 else nn.ZeroPad2d((less, less + 1, less, less + 1))


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_NORM_EPSILON)
