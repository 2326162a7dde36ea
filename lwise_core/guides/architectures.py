"""Which network a state dict belongs to: read off its keys and shapes, or named by a person, then built and filled.

Shapes are compared before anything is allocated, so that a small file cannot ask for a huge network.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

import torch
from torch import nn

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.cifar_networks import CIFAR_MEAN, CIFAR_SIZE, CIFAR_STD, CifarResNet, CifarVgg
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.efficientnet_lite import TIMM_NAME, EfficientNetLite0
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD, IMAGENET_MEAN, IMAGENET_STD
from lwise_core.guides.torchvision_networks import (
    by_torchvision,
    has_auxiliary,
    head_of,
    preprocessing,
    torchvision_has,
)

State = Mapping[str, torch.Tensor]
Triple = tuple[float, float, float]

_XCITS = {
    "xcit_small_12_p16_224": (384, 8),
    "xcit_medium_12_p16_224": (512, 8),
    "xcit_large_12_p16_224": (768, 16),
}
"""Debenedetti's robust XCiTs: name → width and heads; of the medium and the large one timm has no such depth."""

_NAMED_DIFFERENCES = 3
_HALF = (0.5, 0.5, 0.5)

# Blocks a layer, width of the first bottleneck and groups of its 3×3 convolution (0, 1: plain blocks) → timm's name.
_RESNETS: dict[tuple[tuple[int, ...], int, int], str] = {
    ((2, 2, 2, 2), 0, 1): "resnet18",
    ((3, 4, 6, 3), 0, 1): "resnet34",
    ((3, 4, 6, 3), 64, 1): "resnet50",
    ((3, 4, 23, 3), 64, 1): "resnet101",
    ((3, 8, 36, 3), 64, 1): "resnet152",
    ((3, 4, 6, 3), 128, 1): "wide_resnet50_2",
    ((3, 4, 23, 3), 128, 1): "wide_resnet101_2",
    ((3, 4, 6, 3), 128, 32): "resnext50_32x4d",
    ((3, 4, 23, 3), 256, 32): "resnext101_32x8d",
}


_CIFAR_RESNETS: dict[tuple[tuple[int, ...], bool], str] = {
    ((2, 2, 2, 2), False): "18",
    ((3, 4, 6, 3), False): "34",
    ((3, 4, 6, 3), True): "50",
    ((3, 4, 23, 3), True): "101",
    ((3, 8, 36, 3), True): "152",
}
# Convolutions of each of the five stages.
_CIFAR_VGGS = {"11": (1, 1, 2, 2, 2), "13": (2, 2, 2, 2, 2), "16": (2, 2, 3, 3, 3), "19": (2, 2, 4, 4, 4)}
_VGG_WIDTHS = (64, 128, 256, 512, 512)


class ArchitectureError(LWiseError):
    """A state dict whose network is unknown or does not match. The message is one sentence."""


@dataclass(frozen=True)
class Blueprint:
    """A network that can be built, and what goes with it.

    ``name`` is for people; ``build`` makes the network with arbitrary weights; ``input_size`` is the side of the input
    in pixels; ``mean`` and ``std`` normalise [0, 1] pixels where the weight file does not carry its own.
    """

    name: str
    build: Callable[[], nn.Module]
    num_classes: int
    input_size: int
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD


def recognise(state: State) -> Blueprint | None:
    """Return the blueprint that the keys and shapes of ``state`` give away, or None when they do not.

    Known are CompactResNet, EfficientNet-Lite0, torchvision's ResNet family (timm's keys are the same), the ResNets and
    VGGs of the robustness library for CIFAR, and Debenedetti's XCiTs.
    """
    return (
        _recognise_compact(state)
        or _recognise_efficientnet_lite(state)
        or _recognise_resnet(state)
        or _recognise_cifar_resnet(state)
        or _recognise_cifar_vgg(state)
        or _recognise_xcit(state)
    )


def named(name: str, state: State) -> Blueprint:
    """Return the blueprint of the architecture that timm or torchvision calls ``name``, with the classes of ``state``.

    Where both have one of that name, it is the one whose keys ``state`` has. Nothing is downloaded.

    Raises:
        ArchitectureError: Neither has such an architecture, its input is not square, or ``state`` lacks its head.
    """
    if name in _XCITS:
        return _xcit(name, num_classes=_rows(state, "head"))
    if name == TIMM_NAME:
        return _efficientnet_lite(num_classes=_rows(state, "classifier"))
    known = _recognise_cifar_resnet(state) or _recognise_cifar_vgg(state)
    if known is not None and known.name == name:
        return known
    of_torchvision = torchvision_has(name)
    if of_torchvision and (not timm_has(name) or _has_torchvisions_keys(name, state)):
        return _by_torchvision(name, state)
    return _by_timm(name, state)


def _by_timm(name: str, state: State) -> Blueprint:
    import timm  # noqa: PLC0415 - see by_timm
    from timm.models import PretrainedCfg  # noqa: PLC0415 - see by_timm

    if not timm_has(name):
        near = difflib.get_close_matches(name, timm.list_models(), n=3)
        hint = f"; did you mean {', '.join(f'“{n}”' for n in near)}?" if near else ", nor has torchvision."
        raise ArchitectureError(f"timm has no architecture “{name}”{hint}")
    configuration = timm.get_pretrained_cfg(name) or PretrainedCfg()
    _, height, width = configuration.input_size
    head, mean, std = configuration.classifier, configuration.mean, configuration.std
    if height != width or not isinstance(head, str) or len(mean) != 3 or len(std) != 3:
        raise ArchitectureError(
            f"The architecture “{name}” cannot be a guide: it needs a square input in colour and one head."
        )
    num_classes = _rows(state, head)
    return Blueprint(
        name=name,
        build=partial(by_timm, name, num_classes=num_classes),
        num_classes=num_classes,
        input_size=height,
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
    )


def _by_torchvision(name: str, state: State) -> Blueprint:
    num_classes = _rows(state, head_of(name))
    size, mean, std = preprocessing(name)
    return Blueprint(
        name=name,
        build=partial(by_torchvision, name, num_classes=num_classes, auxiliary=has_auxiliary(state)),
        num_classes=num_classes,
        input_size=size,
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
    )


def _has_torchvisions_keys(name: str, state: State) -> bool:
    with torch.device("meta"):
        expected = by_torchvision(name, num_classes=1, auxiliary=has_auxiliary(state)).state_dict()
    return _without_counters(expected).keys() == _without_counters(state).keys()


def found_words(state: State) -> str:
    """Say what weights ``state`` holds: how their names begin, and the last matrix, which is most likely the head."""
    begins = list(dict.fromkeys(k.partition(".")[0] for k in state))
    first = ", ".join(f"“{b[:80]}”" for b in begins[:_NAMED_DIFFERENCES])
    rest = f" and {len(begins) - _NAMED_DIFFERENCES} more" if len(begins) > _NAMED_DIFFERENCES else ""
    heads = [k for k, v in state.items() if v.ndim == 2]
    last = f", and the last matrix, “{heads[-1][:80]}”, has the shape {tuple(state[heads[-1]].shape)}" if heads else ""
    return f"their names begin with {first}{rest}{last}"


def timm_has(name: str) -> bool:
    """Tell whether timm has an architecture called ``name``."""
    if name == TIMM_NAME:
        return True
    import timm  # noqa: PLC0415 - see by_timm

    architecture, _, tag = name.partition(".")
    return timm.is_model(architecture) and (not tag or name in timm.list_pretrained())


def by_timm(name: str, *, num_classes: int) -> nn.Module:
    """Return timm's network ``name`` with arbitrary weights; nothing is downloaded."""
    import timm  # noqa: PLC0415 - timm brings torchvision and TorchDynamo: 2 s of a start that few guides need

    network: nn.Module = timm.create_model(name, pretrained=False, num_classes=num_classes)
    return network


def compact(*, width: int, num_classes: int, stem_stride: int) -> Blueprint:
    """Return the blueprint of a :class:`~lwise_core.guides.compact_resnet.CompactResNet`."""
    return Blueprint(
        name=f"CompactResNet (width {width}, stem stride {stem_stride})",
        build=partial(CompactResNet, width=width, num_classes=num_classes, stem_stride=stem_stride),
        num_classes=num_classes,
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
    filled = network.state_dict()  # with the versions of its modules, which some read
    filled.update(state)
    network.load_state_dict(filled, strict=False)  # strict but for BatchNorm's counters: compared above
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
    differences = [*shapes, *missing, *unknown]
    rest = len(differences) - _NAMED_DIFFERENCES
    return [*differences[:_NAMED_DIFFERENCES], *([f"and {rest} more"] if rest > 0 else [])]


def _shape(state: State, key: str) -> tuple[int, ...]:
    return tuple(state[key].shape) if key in state else ()


def _rows(state: State, head: str) -> int:
    shape = _shape(state, f"{head}.weight")
    if not shape:
        raise ArchitectureError(
            f"The weights have no “{head}.weight”, from which the number of classes is read: {found_words(state)}; "
            "name the architecture that they belong to."
        )
    return shape[0]


def _count(state: State, prefix: str) -> int:
    """Return how many numbered children ``prefix.0``, ``prefix.1``, … the keys of ``state`` name."""
    start = len(prefix) + 1
    return len({k[start:].split(".", 1)[0] for k in state if k.startswith(f"{prefix}.")})


def _recognise_compact(state: State) -> Blueprint | None:
    stem = _shape(state, "stem.conv.weight")
    head = _shape(state, "head.weight")
    if len(stem) != 4 or len(head) != 2 or "stages.0.reduce.conv.weight" not in state:
        return None
    return compact(width=stem[0], num_classes=head[0], stem_stride=1 if stem[-1] == 3 else 2)


def _recognise_efficientnet_lite(state: State) -> Blueprint | None:
    if _shape(state, "conv_stem.weight") != (32, 3, 3, 3) or "classifier.weight" not in state:
        return None
    blueprint = _efficientnet_lite(num_classes=_rows(state, "classifier"))
    with torch.device("meta"):
        expected = _without_counters(blueprint.build().state_dict())
    return None if _differences(expected, _without_counters(state)) else blueprint


def _efficientnet_lite(*, num_classes: int) -> Blueprint:
    return Blueprint(
        name=TIMM_NAME,
        build=partial(EfficientNetLite0, num_classes=num_classes),
        num_classes=num_classes,
        input_size=224,
        mean=_HALF,
        std=_HALF,
    )


def _recognise_resnet(state: State) -> Blueprint | None:
    if not {"conv1.weight", "layer1.0.conv2.weight", "fc.weight"} <= state.keys():
        return None
    blocks = tuple(_count(state, f"layer{i}") for i in (1, 2, 3, 4))
    width, groups = 0, 1
    second = _shape(state, "layer1.0.conv2.weight")
    if "layer1.0.conv3.weight" in state and len(second) == 4:
        width, groups = second[0], second[0] // max(1, second[1])
    name = _RESNETS.get((blocks, width, groups))
    if name is None:
        return None
    num_classes = _rows(state, "fc")
    return Blueprint(
        name=name,
        build=partial(by_timm, name, num_classes=num_classes),
        num_classes=num_classes,
        input_size=224,
    )


def _recognise_cifar_resnet(state: State) -> Blueprint | None:
    stem, head = _shape(state, "conv1.weight"), _shape(state, "linear.weight")
    if stem[1:] != (3, 3, 3) or len(head) != 2 or "layer4.0.conv2.weight" not in state:
        return None
    blocks, bottleneck = tuple(_count(state, f"layer{i}") for i in (1, 2, 3, 4)), "layer1.0.conv3.weight" in state
    number = _CIFAR_RESNETS.get((blocks, bottleneck))
    widths = [_shape(state, f"layer{i}.0.conv1.weight")[:1] for i in (1, 2, 3, 4)]
    if number is None or () in widths or stem[:1] != widths[0]:
        return None
    wide = "" if stem[0] == _VGG_WIDTHS[0] else f"_width{stem[0]}"
    build = partial(
        CifarResNet, blocks=blocks, widths=[w[0] for w in widths], bottleneck=bottleneck, num_classes=head[0]
    )
    return _cifar(f"cifar_resnet{number}{wide}", build, num_classes=head[0])


def _recognise_cifar_vgg(state: State) -> Blueprint | None:
    head = _shape(state, "classifier.weight")
    convolutions = [v.shape[0] for k, v in state.items() if k.startswith("features.") and v.ndim == 4]
    if len(head) != 2 or "features.0.bias" not in state:
        return None
    for number, counts in _CIFAR_VGGS.items():
        stages = [[width] * count for width, count in zip(_VGG_WIDTHS, counts, strict=True)]
        if convolutions == list(chain.from_iterable(stages)):
            build = partial(CifarVgg, stages=stages, num_classes=head[0])
            return _cifar(f"cifar_vgg{number}", build, num_classes=head[0])
    return None


def _cifar(name: str, build: Callable[[], nn.Module], *, num_classes: int) -> Blueprint:
    return Blueprint(name, build, num_classes, input_size=CIFAR_SIZE, mean=CIFAR_MEAN, std=CIFAR_STD)


def _recognise_xcit(state: State) -> Blueprint | None:
    heads = _shape(state, "blocks.0.attn.temperature")
    patches = _shape(state, "patch_embed.proj.6.0.weight")
    name = next((n for n, (width, h) in _XCITS.items() if heads == (h, 1, 1) and patches[:1] == (width,)), None)
    if name is None or _count(state, "blocks") != 12 or "head.weight" not in state:
        return None
    return _xcit(name, num_classes=_rows(state, "head"))


def _build_xcit(name: str, *, num_classes: int) -> nn.Module:
    from timm.models import Xcit  # noqa: PLC0415 - see by_timm

    width, heads = _XCITS[name]
    return Xcit(
        patch_size=16, embed_dim=width, depth=12, num_heads=heads, eta=1.0, tokens_norm=True, num_classes=num_classes
    )


def _xcit(name: str, *, num_classes: int) -> Blueprint:
    """Return a robust XCiT of Debenedetti et al. (2022).

    They were trained without input normalisation: with ImageNet's, the large one's accuracy falls to about half.
    """
    return Blueprint(
        name=name,
        build=partial(_build_xcit, name, num_classes=num_classes),
        num_classes=num_classes,
        input_size=224,
        mean=IDENTITY_MEAN,
        std=IDENTITY_STD,
    )
