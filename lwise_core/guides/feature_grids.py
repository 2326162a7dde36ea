"""Features that lie on a grid over the picture: the maps of a CNN, and the tokens of a transformer.

Networks do not say where these are, so a picture of noise is sent through and what modules return is looked at.
"""

from __future__ import annotations

from math import isqrt

import torch
from torch import nn

from lwise_core.guides.guide import GuideModel

_PROBE_SEED = 0
_MOST_CLASS_TOKENS = 8  # class, distillation and register tokens: published networks have at most five
_PASSING = (nn.Dropout, nn.Identity, nn.Softmax)  # they repeat a layer, or hold attention, which is no picture


def noise(guide: GuideModel, *, count: int = 1) -> torch.Tensor:
    """Return ``count`` pictures of seeded noise ``(count, 3, H, H)`` in [0, 1], at the guide's size and device."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    return torch.rand((count, 3, guide.input_size, guide.input_size), generator=generator).to(guide.device)


def recorded_outputs(network: nn.Module) -> dict[nn.Module, list[torch.Tensor]]:
    """Return what the modules below ``network`` will have returned, of any shape, in the order in which they finish."""
    outputs: dict[nn.Module, list[torch.Tensor]] = {}

    def record(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor) and not isinstance(module, _PASSING):
            outputs.setdefault(module, []).append(output)

    for name, module in network.named_modules():
        if name:
            module.register_forward_hook(record)
    return outputs


def is_grid(features: torch.Tensor) -> bool:
    """Tell whether ``features``, of any shape, lie on a square grid of several places, as networks lay them."""
    if features.ndim == 4:
        return _rows_first(features) or _channels_last(features)
    return features.ndim == 3 and isqrt(features.shape[1]) > 1 and _class_tokens(features) <= _MOST_CLASS_TOKENS


def laid_out(features: torch.Tensor) -> torch.Tensor:
    """Return the grid ``(N, C, h, h)`` of ``features``, without class tokens."""
    if features.ndim == 4:
        return features if _rows_first(features) else features.permute(0, 3, 1, 2)
    side = isqrt(features.shape[1])
    return features[:, _class_tokens(features) :].transpose(1, 2).reshape(len(features), -1, side, side)


def put_back(grid: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """Return ``grid`` ``(N, C, h, h)`` in the layout of ``features``, their class tokens before it."""
    if features.ndim == 4:
        return grid if _rows_first(features) else grid.permute(0, 2, 3, 1)
    return torch.cat([features[:, : _class_tokens(features)], grid.flatten(2).transpose(1, 2)], dim=1)


def _rows_first(features: torch.Tensor) -> bool:
    """Tell ``(N, C, h, h)``; pictures are square."""
    return features.shape[2] == features.shape[3] > 1


def _channels_last(features: torch.Tensor) -> bool:
    """Tell ``(N, h, h, C)``, as Swin has it."""
    return features.shape[1] == features.shape[2] > 1


def _class_tokens(tokens: torch.Tensor) -> int:
    """Return how many of ``(N, T, C)`` stand before the largest square."""
    return int(tokens.shape[1] - isqrt(tokens.shape[1]) ** 2)
