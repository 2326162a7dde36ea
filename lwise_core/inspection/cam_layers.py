"""Layers whose output lies on a grid over the picture: the maps of a CNN, and the tokens of a transformer.

Grad-CAM weighs such a layer (Selvaraju et al. 2017, arXiv 1610.02391). Networks do not say which layers these are, so
one picture of noise is sent through and what comes out is measured, forwards and backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

import torch
from torch import nn

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.feature_grids import is_grid, laid_out, noise, put_back, recorded_outputs
from lwise_core.guides.grouped_guide import inner_prefix, ungrouped
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.shared_weights import copy_sharing_weights

_BLOCKS = "blocks."  # timm's name for the trunk of a transformer; XCiT's class attention follows under another

_FOUND: WeakKeyDictionary[nn.Module, tuple[str, ...]] = WeakKeyDictionary()
_READERS: WeakKeyDictionary[nn.Module, dict[str, LayerReader]] = WeakKeyDictionary()


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
        return put_back(exposed.grid(laid_out(output)).clone(), output)  # cloned: what follows may work in place

    exposed.network.get_submodule(inner_prefix(guide.network) + layer).register_forward_hook(through_the_grid)
    return exposed


@dataclass(frozen=True, eq=False)
class LayerReader:
    """A twin of a network whose logits depend on the grid of one layer alone: nothing before it needs a gradient."""

    network: nn.Module
    _grids: list[torch.Tensor] = field(default_factory=list)
    _one_at_a_time: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, guide: GuideModel, *, layer: str) -> LayerReader:
        """Return what reads ``layer`` of the guide's network."""
        exposed = expose(guide, layer=layer)
        reader = cls(exposed.network)

        def cut(_module: nn.Module, _inputs: object, grid: torch.Tensor) -> torch.Tensor:
            reader._grids.append(grid.detach().requires_grad_(True))
            return reader._grids[-1]

        exposed.grid.register_forward_hook(cut)
        return reader

    def read(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits ``(N, C)`` and the grid ``(N, D, h, w)`` that they depend on, of normalised ``pictures``."""
        with self._one_at_a_time, torch.enable_grad():
            self._grids.clear()  # of a pass that did not come to its end
            logits: torch.Tensor = self.network(pictures)
            return logits, self._grids.pop()


def reader(guide: GuideModel, *, layer: str) -> LayerReader:
    """Return what reads ``layer``, one of :func:`layers`; made once for a network, which does not change."""
    readers = _READERS.setdefault(guide.network, {})
    if layer not in readers:
        readers[layer] = LayerReader.of(guide, layer=layer)
    return readers[layer]


def _surveyed(guide: GuideModel) -> dict[str, nn.Module]:
    """Return every layer with a grid that the logits depend on, name → module, in the order of computation.

    All that have a grid when the logits depend on none: then there is nothing to choose by.
    """
    network = copy_sharing_weights(guide.network)
    outputs = recorded_outputs(ungrouped(network))
    with torch.enable_grad():
        logits = network(guide.normaliser(noise(guide)).requires_grad_(True))
    grids = {m: seen[0] for m, seen in outputs.items() if len(seen) == 1 and seen[0].requires_grad and is_grid(seen[0])}
    if not grids:
        return {}
    gradients = torch.autograd.grad(logits.sum(), list(grids.values()), allow_unused=True)
    used = [m for m, g in zip(grids, gradients, strict=True) if g is not None and bool(laid_out(g).any())]
    names = {module: name for name, module in ungrouped(network).named_modules()}
    return {names[module]: module for module in used or grids}


def _is_listed(name: str, module: nn.Module) -> bool:
    depth = name.count(".") + 1
    is_leaf = next(module.children(), None) is None
    return depth == 1 or (depth == 2 and not is_leaf) or (name.startswith(_BLOCKS) and name.endswith(".norm1"))
