"""Which network a state dict belongs to: read off its keys and shapes, or named by a person, then built and filled.

Shapes are compared before anything is allocated, so that a small file cannot ask for a huge network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from lwise_core.guide import IMAGENET_MEAN, IMAGENET_STD
from lwise_core.networks import CompactResNet

State = Mapping[str, torch.Tensor]
Triple = tuple[float, float, float]

_NAMED_DIFFERENCES = 3


class ArchitectureError(ValueError):
    """A state dict whose network is unknown or does not match. The message is one sentence."""


@dataclass(frozen=True)
class Blueprint:
    """A network that can be built, and what goes with it.

    ``name`` is for people; ``build`` makes the network with arbitrary weights; ``input_size`` is the side of the input
    in pixels; ``mean`` and ``std`` normalise [0, 1] pixels where the weight file does not carry its own.
    """

    name: str
    build: Callable[[], nn.Module]
    input_size: int
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD


def compact(*, width: int, num_classes: int, stem_stride: int) -> Blueprint:
    """Return the blueprint of a :class:`~lwise_core.networks.CompactResNet`."""
    return Blueprint(
        name=f"CompactResNet (width {width}, stem stride {stem_stride})",
        build=partial(CompactResNet, width=width, num_classes=num_classes, stem_stride=stem_stride),
        input_size=32 * stem_stride,
    )


def fill(blueprint: Blueprint, state: State) -> nn.Module:
    """Return the network of ``blueprint`` with the weights of ``state``, every key used.

    Raises:
        ArchitectureError: A key is missing, unknown or of another shape.
    """
    with torch.device("meta"):
        expected = _without_counters(blueprint.build().state_dict())
    wrong = _differences(expected, _without_counters(state))
    if wrong:
        raise ArchitectureError(f"The weights do not fit {blueprint.name}: {'; '.join(wrong)}.")
    network = blueprint.build()
    network.load_state_dict(dict(state), strict=False)
    return network


def _without_counters(state: State) -> State:
    """Drop BatchNorm's batch counters, which some files have and no forward pass in evaluation mode reads."""
    return {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}


def _differences(expected: State, found: State) -> list[str]:
    """Return the first few differences between two state dicts, in words."""
    missing = [f"“{k}” is missing" for k in expected if k not in found]
    unknown = [f"“{k}” is unknown" for k in found if k not in expected]
    shapes = [
        f"“{k}” has the shape {tuple(found[k].shape)} instead of {tuple(v.shape)}"
        for k, v in expected.items()
        if k in found and found[k].shape != v.shape
    ]
    return [*shapes, *missing, *unknown][:_NAMED_DIFFERENCES]
