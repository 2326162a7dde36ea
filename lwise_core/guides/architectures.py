"""Which network a state dict belongs to: read off its keys and shapes, or named by a person, then built and filled.

Shapes are compared before anything is allocated, so that a small file cannot ask for a huge network.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.efficientnet_lite import TIMM_NAME, EfficientNetLite0
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD, IMAGENET_MEAN, IMAGENET_STD

State = Mapping[str, torch.Tensor]
Triple = tuple[float, float, float]

XCIT_L12 = "xcit_large_12_p16_224"

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

    Known are CompactResNet, EfficientNet-Lite0, torchvision's ResNet family (timm's keys are the same) and
    Debenedetti's XCiT-L12.
    """
    return (
        _recognise_compact(state)
        or _recognise_efficientnet_lite(state)
        or _recognise_resnet(state)
        or _recognise_xcit(state)
    )


def named(name: str, state: State) -> Blueprint:
    """Return the blueprint of timm's architecture ``name``, with as many classes as the head in ``state`` has.

    Nothing is downloaded.

    Raises:
        ArchitectureError: timm has no such architecture, its input is not square, or ``state`` lacks its head.
    """
    if name == XCIT_L12:
        return _xcit_l12(num_classes=_rows(state, "head"))
    if name == TIMM_NAME:
        return _efficientnet_lite(num_classes=_rows(state, "classifier"))
    import timm  # noqa: PLC0415 - see by_timm
    from timm.models import PretrainedCfg  # noqa: PLC0415 - see by_timm

    if not timm_has(name):
        near = difflib.get_close_matches(name, timm.list_models(), n=3)
        hint = f"; did you mean {', '.join(f'“{n}”' for n in near)}?" if near else "."
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
    network.load_state_dict(dict(state), strict=False)  # strict but for BatchNorm's counters: compared above
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
        raise ArchitectureError(f"The weights have no “{head}.weight”, from which the number of classes is read.")
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


def _recognise_xcit(state: State) -> Blueprint | None:
    heads = _shape(state, "blocks.0.attn.temperature")
    patches = _shape(state, "patch_embed.proj.6.0.weight")
    if heads != (16, 1, 1) or patches[:1] != (768,) or _count(state, "blocks") != 12 or "head.weight" not in state:
        return None
    return _xcit_l12(num_classes=_rows(state, "head"))


def _build_xcit_l12(*, num_classes: int) -> nn.Module:
    from timm.models import Xcit  # noqa: PLC0415 - see by_timm

    return Xcit(
        patch_size=16, embed_dim=768, depth=12, num_heads=16, eta=1.0, tokens_norm=True, num_classes=num_classes
    )


def _xcit_l12(*, num_classes: int) -> Blueprint:
    """Return the robust XCiT-L12 of Debenedetti et al. (2022), a variant that timm does not name.

    It was trained without input normalisation: with ImageNet's, its accuracy falls to about half.
    """
    return Blueprint(
        name=XCIT_L12,
        build=partial(_build_xcit_l12, num_classes=num_classes),
        num_classes=num_classes,
        input_size=224,
        mean=IDENTITY_MEAN,
        std=IDENTITY_STD,
    )
