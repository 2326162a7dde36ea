"""CompactResNet: an architecture of bundled guide models.

A small residual network built so that its input gradients stay clean: after the stem nothing strides,
every halving of the resolution is an average pooling, so backpropagated images carry no stride lattice.
Every other architecture but EfficientNet-Lite0 comes from timm.
"""

from __future__ import annotations

import torch
from torch import nn

RESIDUAL_STAGES = 3


class ConvNormAct(nn.Module):
    """Convolution → BatchNorm → GELU, the one building block. Padding keeps the resolution at stride 1.

    The forward pass takes ``(N, channels_in, H, W)`` and returns ``(N, channels_out, H/stride, W/stride)``.
    """

    def __init__(self, channels_in: int, channels_out: int, *, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(channels_out)
        self.act = nn.GELU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        activated: torch.Tensor = self.act(self.norm(self.conv(x)))
        return activated


class ResidualStage(nn.Module):
    """Double the channels, halve the resolution by averaging, then one residual pair of convolutions.

    The forward pass takes ``(N, C, H, W)`` and returns ``(N, 2C, H/2, W/2)``.
    """

    def __init__(self, channels_in: int) -> None:
        super().__init__()
        channels = 2 * channels_in
        self.reduce = ConvNormAct(channels_in, channels)
        self.pool = nn.AvgPool2d(2)
        self.residual = nn.Sequential(ConvNormAct(channels, channels), ConvNormAct(channels, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.reduce(x))
        refined: torch.Tensor = x + self.residual(x)
        return refined


class CompactResNet(nn.Module):
    """Stem, three stages of widths 2w, 4w, 8w, global average pooling and one linear layer.

    Args:
        width: Channels ``w`` after the stem.
        num_classes: Number of logits ``n``.
        stem_stride: 1 (3×3 stem, for 32 px inputs) or 2 (5×5 stem, for 64 px and more).

    The forward pass takes normalised images ``(N, 3, H, W)`` and returns logits ``(N, n)``.
    """

    def __init__(self, *, width: int, num_classes: int, stem_stride: int) -> None:
        super().__init__()
        if stem_stride not in (1, 2):
            raise ValueError(f"stem_stride must be 1 or 2, not {stem_stride}")
        self.stem = ConvNormAct(3, width, kernel=3 if stem_stride == 1 else 5, stride=stem_stride)
        self.stages = nn.Sequential(*(ResidualStage(width * 2**i) for i in range(RESIDUAL_STAGES)))
        self.head = nn.Linear(width * 2**RESIDUAL_STAGES, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        features = self.stages(self.stem(x)).mean(dim=(2, 3))
        logits: torch.Tensor = self.head(features)
        return logits
