"""Layers whose output lies on a grid over the picture: the maps of a CNN, and the tokens of a transformer.

Grad-CAM weighs such a layer (Selvaraju et al. 2017, arXiv 1610.02391). Networks do not say which layers these are, so
one picture of noise is sent through and what comes out is measured, forwards and backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from weakref import WeakKeyDictionary

import torch
from torch import nn

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.grouped_guide import inner_prefix, ungrouped
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.shared_weights import copy_sharing_weights

_PROBE_SEED = 0
_MOST_CLASS_TOKENS = 8  # class, distillation and register tokens: published networks have at most five
_BLOCKS = "blocks."  # timm's name for the trunk of a transformer; XCiT's class attention follows under another
_PASSING = (nn.Dropout, nn.Identity, nn.Softmax)  # they repeat a layer, or hold attention, which is no picture

_FOUND: WeakKeyDictionary[nn.Module, tuple[str, ...]] = WeakKeyDictionary()


class NoGrid(LWiseError):
    """The guide has no layer that lies on a grid, or none of that name. The message is one sentence."""


@dataclass(frozen=True, eq=False)
class Exposed:
    """A network and its module ``grid``, through which the chosen layer's features pass as ``(N, C, h, w)``."""

    network: nn.Module
    grid: nn.Module


def layers(guide: GuideModel) -> tuple[str, ...]:
    """Return the layers that Grad-CAM can weigh, in the order in which they are computed; empty when there are none.

    Stages, blocks and, in transformers, the first norm of each block; only those whose grid the logits depend on. The
    last block of a transformer that reads its class token alone is therefore absent, and its first norm is there. Takes
    one forward and one backward pass the first time; networks do not change, so what was found is kept with them.
    """
    if guide.network not in _FOUND:
        found = _surveyed(guide)
        listed = tuple(name for name, module in found.items() if _is_listed(name, module))
        _FOUND[guide.network] = listed or tuple(found)
    return _FOUND[guide.network]


def default_layer(names: Sequence[str]) -> str:
    """Return the layer that shows most, of the ``names`` that :func:`layers` gave: the last, in a transformer's trunk.

    Raises:
        NoGrid: There are none.
    """
    if not names:
        raise NoGrid(
            "Grad-CAM needs feature maps or tokens that lie on a grid over the picture, and this guide has none."
        )
    trunk = [name for name in names if name.startswith(_BLOCKS)]
    return (trunk or list(names))[-1]


def expose(guide: GuideModel, *, layer: str) -> Exposed:
    """Return a twin of the guide's network in which the features of ``layer`` pass through a module, as a grid.

    Tokens are laid on the grid, without class tokens, and put back. The logits stay the same.
    """
    exposed = Exposed(copy_sharing_weights(guide.network), nn.Identity())

    def through_the_grid(_module: nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        return _put_back(exposed.grid(_laid_out(output)).clone(), output)  # cloned: what follows may work in place

    exposed.network.get_submodule(inner_prefix(guide.network) + layer).register_forward_hook(through_the_grid)
    return exposed


def _surveyed(guide: GuideModel) -> dict[str, nn.Module]:
    """Return every layer with a grid that the logits depend on, name → module, in the order of computation.

    All that have a grid when the logits depend on none: then there is nothing to choose by.
    """
    network = copy_sharing_weights(guide.network)
    outputs = _recorder(ungrouped(network))
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    noise = torch.rand((1, 3, guide.input_size, guide.input_size), generator=generator).to(guide.device)
    with torch.enable_grad():
        logits = network(guide.normaliser(noise).requires_grad_(True))
    grids = {module: seen[0] for module, seen in outputs.items() if len(seen) == 1 and _has_grid(seen[0])}
    if not grids:
        return {}
    gradients = torch.autograd.grad(logits.sum(), list(grids.values()), allow_unused=True)
    used = [m for m, g in zip(grids, gradients, strict=True) if g is not None and bool(_laid_out(g).any())]
    names = {module: name for name, module in ungrouped(network).named_modules()}
    return {names[module]: module for module in used or grids}


def _recorder(network: nn.Module) -> dict[nn.Module, list[torch.Tensor]]:
    """Return what the modules below ``network`` will have returned, in the order in which they finish."""
    outputs: dict[nn.Module, list[torch.Tensor]] = {}

    def record(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor) and not isinstance(module, _PASSING):
            outputs.setdefault(module, []).append(output)

    for name, module in network.named_modules():
        if name:
            module.register_forward_hook(record)
    return outputs


def _is_listed(name: str, module: nn.Module) -> bool:
    depth = name.count(".") + 1
    is_leaf = next(module.children(), None) is None
    return depth == 1 or (depth == 2 and not is_leaf) or (name.startswith(_BLOCKS) and name.endswith(".norm1"))


def _has_grid(output: torch.Tensor) -> bool:
    if not output.requires_grad:
        return False
    if output.ndim == 4:
        return _rows_first(output) or _channels_last(output)
    return output.ndim == 3 and isqrt(output.shape[1]) > 1 and _class_tokens(output) <= _MOST_CLASS_TOKENS


def _rows_first(output: torch.Tensor) -> bool:
    """Tell ``(N, C, h, h)``; pictures are square."""
    return output.shape[2] == output.shape[3] > 1


def _channels_last(output: torch.Tensor) -> bool:
    """Tell ``(N, h, h, C)``, as Swin has it."""
    return output.shape[1] == output.shape[2] > 1


def _class_tokens(tokens: torch.Tensor) -> int:
    """Return how many of ``(N, T, C)`` stand before the largest square."""
    return int(tokens.shape[1] - isqrt(tokens.shape[1]) ** 2)


def _laid_out(output: torch.Tensor) -> torch.Tensor:
    """Return the grid ``(N, C, h, h)`` of a layer's output, without class tokens."""
    if output.ndim == 4:
        return output if _rows_first(output) else output.permute(0, 3, 1, 2)
    side = isqrt(output.shape[1])
    return output[:, _class_tokens(output) :].transpose(1, 2).reshape(len(output), -1, side, side)


def _put_back(grid: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """Return ``grid`` in the layout of ``output``, its class tokens before it."""
    if output.ndim == 4:
        return grid if _rows_first(output) else grid.permute(0, 2, 3, 1)
    return torch.cat([output[:, : _class_tokens(output)], grid.flatten(2).transpose(1, 2)], dim=1)
