"""Small seeded networks of rectified units: one as Captum wishes it, one as published ResNets have it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn


class Reusing(nn.Module):
    """A residual block as in torchvision: one ReLU for two places, in place, after a pooling that overlaps."""

    def __init__(self, *, classes: int = 5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.stem(x)))
        out = self.bn(self.conv(x))
        out += x
        out = self.relu(out)
        logits: torch.Tensor = self.fc(torch.flatten(out.mean(dim=(2, 3)), 1))
        return logits


def seeded(build: Callable[..., nn.Module], **options: object) -> nn.Module:
    """Return what ``build`` builds with seed 0, in evaluation mode."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network: nn.Module = build(**options)
        return network.eval()


def single_use(*, classes: int = 5) -> nn.Module:
    """Return a network for which Captum's rules hold plainly.

    Every ReLU is used once, pooling does not overlap, and no two non-linearities share a tensor, on which Captum's
    hooks would come in the wrong order.
    """
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(6, 6, 1),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, classes),
    )
