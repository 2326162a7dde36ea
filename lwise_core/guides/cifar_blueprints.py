"""Which of the networks for CIFAR a state dict belongs to, by its keys and shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import chain

from torch import nn

from lwise_core.guides.blueprints import Blueprint, State, count_below, shape_of
from lwise_core.guides.cifar_networks import (
    CIFAR_MEAN,
    CIFAR_SIZE,
    CIFAR_STD,
    CifarDenseNet,
    CifarResNet,
    CifarVgg,
    CifarWideResNet,
)
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD

_USUAL_WIDTH = 64
_RESNETS: dict[tuple[tuple[int, ...], bool], str] = {
    ((2, 2, 2, 2), False): "18",
    ((3, 4, 6, 3), False): "34",
    ((3, 4, 6, 3), True): "50",
    ((3, 4, 23, 3), True): "101",
    ((3, 8, 36, 3), True): "152",
}
"""Blocks a stage, and whether they are bottlenecks → depth."""

_VGGS = {"11": (1, 1, 2, 2, 2), "13": (2, 2, 2, 2, 2), "16": (2, 2, 3, 3, 3), "19": (2, 2, 4, 4, 4)}
"""Depth → convolutions of each of the five stages."""

_VGG_WIDTHS = (64, 128, 256, 512, 512)
_DENSENETS: dict[tuple[tuple[int, ...], int], str] = {
    ((6, 12, 24, 16), 32): "121",
    ((6, 12, 32, 32), 32): "169",
    ((6, 12, 48, 32), 32): "201",
    ((6, 12, 36, 24), 48): "161",
    ((6, 12, 24, 16), 12): "121_growth12",
}
"""Blocks a stage, and the channels that each adds → depth."""

_WIDE_STEM = 16
_BLOCK_LAYERS = 2  # convolutions of a wide ResNet's block; three stages of them, and four layers around them


def recognise_cifar(state: State) -> Blueprint | None:
    """Return the blueprint of the network for CIFAR that ``state`` gives away, None where it is none.

    Known are the ResNets, VGGs and DenseNets of the robustness library, and the wide ResNets of TRADES and RobustBench,
    which were trained on pixels as they are.
    """
    return _resnet(state) or _vgg(state) or _densenet(state) or _wide_resnet(state)


def _resnet(state: State) -> Blueprint | None:
    stem, head = shape_of(state, "conv1.weight"), shape_of(state, "linear.weight")
    if stem[2:] != (3, 3) or len(head) != 2 or "layer4.0.conv2.weight" not in state:
        return None
    blocks, bottleneck = tuple(count_below(state, f"layer{i}") for i in (1, 2, 3, 4)), "layer1.0.conv3.weight" in state
    number = _RESNETS.get((blocks, bottleneck))
    widths = [shape_of(state, f"layer{i}.0.conv1.weight")[:1] for i in (1, 2, 3, 4)]
    if number is None or () in widths or stem[:1] != widths[0]:
        return None
    wide = "" if stem[0] == _USUAL_WIDTH else f"_width{stem[0]}"
    build = partial(
        CifarResNet, blocks=blocks, widths=[w[0] for w in widths], bottleneck=bottleneck, num_classes=head[0]
    )
    return _blueprint(f"cifar_resnet{number}{wide}", build, num_classes=head[0])


def _vgg(state: State) -> Blueprint | None:
    head = shape_of(state, "classifier.weight")
    convolutions = [v.shape[0] for k, v in state.items() if k.startswith("features.") and v.ndim == 4]
    if len(head) != 2 or "features.0.bias" not in state:
        return None
    for number, counts in _VGGS.items():
        stages = [[width] * count for width, count in zip(_VGG_WIDTHS, counts, strict=True)]
        if convolutions == list(chain.from_iterable(stages)):
            build = partial(CifarVgg, stages=stages, num_classes=head[0])
            return _blueprint(f"cifar_vgg{number}", build, num_classes=head[0])
    return None


def _densenet(state: State) -> Blueprint | None:
    head, added = shape_of(state, "linear.weight"), shape_of(state, "dense1.0.conv2.weight")
    if len(head) != 2 or len(added) != 4 or "trans1.conv.weight" not in state:
        return None
    blocks = tuple(count_below(state, f"dense{i}") for i in (1, 2, 3, 4))
    number = _DENSENETS.get((blocks, added[0]))
    if number is None:
        return None
    build = partial(CifarDenseNet, blocks=blocks, growth=added[0], num_classes=head[0])
    return _blueprint(f"cifar_densenet{number}", build, num_classes=head[0])


def _wide_resnet(state: State) -> Blueprint | None:
    head, first = shape_of(state, "fc.weight"), shape_of(state, "block1.layer.0.conv1.weight")
    if len(head) != 2 or len(first) != 4 or shape_of(state, "conv1.weight")[:1] != (_WIDE_STEM,):
        return None
    counts = {count_below(state, f"block{i}.layer") for i in (1, 2, 3)}
    widening, rest = divmod(first[0], _WIDE_STEM)
    if len(counts) != 1 or rest:
        return None
    (blocks,) = counts
    build = partial(
        CifarWideResNet,
        blocks=blocks,
        widening=widening,
        num_classes=head[0],
        unused_stage=any(k.startswith("sub_block1.") for k in state),
        biased="fc.bias" in state,
    )
    name = f"cifar_wide_resnet{3 * _BLOCK_LAYERS * blocks + 4}_{widening}"
    return replace(_blueprint(name, build, num_classes=head[0]), mean=IDENTITY_MEAN, std=IDENTITY_STD)


def _blueprint(name: str, build: Callable[[], nn.Module], *, num_classes: int) -> Blueprint:
    return Blueprint(name, build, num_classes, input_size=CIFAR_SIZE, mean=CIFAR_MEAN, std=CIFAR_STD)
