"""Weights whose names stand apart: wrappers inside a network, and a head that was saved beside what it stands on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import torch

from lwise_core.guides.architectures import recognise

Tensors = dict[str, torch.Tensor]

# What torch puts around parts of a network that it compiles, shares out or computes anew; no network calls a layer so.
_INSIDE = re.compile(r"(?:^|(?<=\.))(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\.")
# DataParallel around some layers, as around “features” of AlexNet and VGG in PyTorch's ImageNet example.
_PARALLEL = re.compile(r"(?<=\.)module\.(?=\d)")
_NAMED = 3  # layers in a sentence
_HEADS = ("fc", "head", "classifier", "linear")
_OF_RESNETS = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")  # what has weights, in torchvision's order


def without_inner_wrappers(state: Tensors) -> Tensors:
    """Return the weights by the names that they had before torch wrapped parts of the network, wherever these lay."""
    return _renamed(state, _INSIDE)


def put_together(state: Tensors) -> Tensors:
    """Return weights that no network is recognised in so that one is, where that takes nothing but other names.

    Layers in DataParallel get their own names, and the one linear layer beside a trunk, as “head.fc” beside “backbone”
    in MMPretrain, becomes its head, as does the one layer in it, behind a dropout, say. The parts of a ResNet in a
    sequence, which are numbered, as Lightning's example of transfer leaves them, get their names by their order. What
    no network is recognised in then either keeps the names of its layers.
    """
    if recognise(state) is not None:
        return state
    state = _renamed(state, _PARALLEL)
    ways = chain(_with_heads(state), _with_last_layer(state), _in_sequence(state))
    return next((found for found in ways if recognise(found) is not None), state)


def _with_heads(state: Tensors) -> Iterator[Tensors]:
    """Yield the weights with the layer beside the largest part as its head, under each name that heads have."""
    groups = Counter(name.partition(".")[0] for name in state)
    trunk = f"{max(groups, key=groups.__getitem__, default='')}."
    head = {name.rpartition(".")[2]: value for name, value in state.items() if not name.startswith(trunk)}
    layers = {name.rpartition(".")[0] for name in state if not name.startswith(trunk)}
    if len(layers) != 1 or head.keys() - {"bias"} != {"weight"} or head["weight"].ndim != 2:
        return
    own = {name.removeprefix(trunk): value for name, value in state.items() if name.startswith(trunk)}
    for called in _HEADS:
        yield own | {f"{called}.{part}": value for part, value in head.items()}


def _with_last_layer(state: Tensors) -> Iterator[Tensors]:
    """Yield the weights with the one layer of a head that was put in its place, such as “fc.1”, as that head."""
    for head in _HEADS:
        own = {name for name in state if name.startswith(f"{head}.")}
        layers = {name.rpartition(".")[0] for name in own}
        if len(layers) == 1 and {name.rpartition(".")[2] for name in own} in ({"weight"}, {"weight", "bias"}):
            called = {name: f"{head}.{name.rpartition('.')[2]}" for name in own}
            yield {called.get(name, name): value for name, value in state.items()}


def why_no_head(state: Tensors) -> str | None:
    """Return a sentence where ``state`` is a network that is known here but for its last layer; else None."""
    if not all(value.numel() for value in state.values()):
        return None  # sides of such a shape may be any number
    groups = Counter(name.partition(".")[0] for name in state)
    largest = f"{max(groups, key=groups.__getitem__, default='')}."
    trunks = (
        {name: value for name, value in state.items() if name.partition(".")[0] not in _HEADS},
        {name.removeprefix(largest): value for name, value in state.items() if name.startswith(largest)},
    )
    for trunk in trunks:
        known = next(filter(None, (recognise(trunk | {f"{h}.weight": torch.zeros(2, 1)}) for h in _HEADS)), None)
        if known is None:
            continue
        beside = [name for name in state if name not in trunk and name.removeprefix(largest) not in trunk]
        layers = [f"“{name[:80]}” of the shape {tuple(state[name].shape)}" for name in beside if state[name].ndim > 1]
        has = f"has {', '.join(layers[:_NAMED])} in its place" if layers else "is not in the file"
        return (
            f"The weights are those of a {known.name} whose last layer, from which the classes are read, {has}; save "
            "the network with one linear layer at its end, as it was trained for the classes."
        )
    return None


def _in_sequence(state: Tensors) -> Iterator[Tensors]:
    """Yield the weights of a ResNet in torch's Sequential by the names of its parts, with each name that heads have.

    The head is the last part, or the one linear layer beside the sequence.
    """
    groups = Counter(name.partition(".")[0] for name in state)
    for prefix in ("", f"{max(groups, key=groups.__getitem__, default='')}."):
        own = {name: name.removeprefix(prefix).partition(".") for name in state if name.startswith(prefix)}
        numbers = {part for part, _, _ in own.values()}
        if not all(map(str.isdecimal, numbers)) or len(numbers) not in (len(_OF_RESNETS), len(_OF_RESNETS) + 1):
            continue
        order = sorted(numbers, key=int)
        for head in _HEADS:
            called = dict(zip(order, (*_OF_RESNETS, head), strict=False))
            named = {name: f"{prefix}{called[part]}.{rest}" for name, (part, _, rest) in own.items()}
            found = {named.get(name, name): value for name, value in state.items()}
            yield from [found] if len(order) > len(_OF_RESNETS) else _with_heads(found)


def _renamed(state: Tensors, wrapper: re.Pattern[str]) -> Tensors:
    renamed = {wrapper.sub("", name): value for name, value in state.items()}
    return renamed if len(renamed) == len(state) else state
