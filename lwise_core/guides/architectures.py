"""Which network a state dict belongs to: read off its keys and shapes, or named by a person, then built and filled.

Shapes are compared before anything is allocated, so that a small file cannot ask for a huge network.
"""

from __future__ import annotations

import difflib
import re
from functools import partial

from torch import nn

from lwise_core.guides.blueprints import (
    ArchitectureError,
    Blueprint,
    State,
    count_below,
    rows_of_head,
    shape_of,
    shapes_of,
)
from lwise_core.guides.cifar_blueprints import recognise_cifar
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.efficientnet_lite import TIMM_NAME, EfficientNetLite0
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD
from lwise_core.guides.torchvision_networks import (
    by_torchvision,
    has_auxiliary,
    head_of,
    preprocessing,
    torchvision_has,
)

_XCITS = {
    "xcit_small_12_p16_224": (384, 8),
    "xcit_medium_12_p16_224": (512, 8),
    "xcit_large_12_p16_224": (768, 16),
}
"""Debenedetti's robust XCiTs: name → width and heads; of the medium and the large one timm has no such depth."""

_NAMED_DIFFERENCES = 3
_COLOURS = 3  # channels of a picture
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


def recognise(state: State) -> Blueprint | None:
    """Return the blueprint that the keys and shapes of ``state`` give away, or None when they do not.

    Known are CompactResNet, EfficientNet-Lite0, torchvision's ResNet family (timm's keys are the same), the networks
    for CIFAR, and Debenedetti's XCiTs.
    """
    return (
        _recognise_compact(state)
        or _recognise_efficientnet_lite(state)
        or _recognise_resnet(state)
        or recognise_cifar(state)
        or _recognise_xcit(state)
    )


_BEFORE_A_NAME = re.compile(r"(?:hf[-_]hub:)?timm/|(?:torchvision|timm)\.models\.(?:\w+\.(?=\w+$))?")


def named(name: str, state: State) -> Blueprint:
    """Return the blueprint of the architecture that timm or torchvision calls ``name``, with the classes of ``state``.

    Where both have one of that name, it is the one whose keys ``state`` has. The name may be written as on the Hugging
    Face Hub or as Python imports it, such as “timm/resnet18.a1_in1k”. Nothing is downloaded.

    Raises:
        ArchitectureError: Neither has such an architecture, its input is not square, or ``state`` lacks its head.
    """
    name = _BEFORE_A_NAME.sub("", name.strip())
    known = recognise_cifar(state)
    if known is not None and known.name == name:
        return known
    name = _spelt(name)
    if name in _XCITS:
        return _xcit(name, num_classes=rows_of_head(state, "head"))
    if name == TIMM_NAME:
        return _efficientnet_lite(num_classes=rows_of_head(state, "classifier"))
    of_torchvision = torchvision_has(name)
    if of_torchvision and (not timm_has(name) or _has_torchvisions_keys(name, state)):
        return _by_torchvision(name, state)
    return _by_timm(name, state)


def _spelt(name: str) -> str:
    """Return the name as timm or torchvision writes it, where capitals and hyphens alone are otherwise."""
    plain = name.lower().replace("-", "_")
    ways = (name, plain, plain.replace("_", ""))
    return next((way for way in ways if way in _XCITS or torchvision_has(way) or timm_has(way)), name)


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
    num_classes = rows_of_head(state, head)
    return Blueprint(
        name=name,
        build=partial(by_timm, name, num_classes=num_classes),
        num_classes=num_classes,
        input_size=height,
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
    )


def _by_torchvision(name: str, state: State) -> Blueprint:
    num_classes = rows_of_head(state, head_of(name))
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
    expected = shapes_of(lambda: by_torchvision(name, num_classes=1, auxiliary=has_auxiliary(state)))
    return _without_counters(expected).keys() == _without_counters(state).keys()


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
    expected = _without_counters(shapes_of(blueprint.build))
    found = _without_counters(state)
    if (channels := _other_channels(expected, found)) is not None:
        raise ArchitectureError(_on_channels(channels, state))
    wrong = _differences(expected, found)
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


def _other_channels(expected: State, found: State) -> str | None:
    """Return the weights of ``found`` that look at another number of channels than three, None where none do."""
    for key, weight in expected.items():
        here = shape_of(found, key)
        of_colours = weight.ndim == 4 and weight.shape[1] == _COLOURS
        if of_colours and here[1:2] != (_COLOURS,) and (*here[:1], *here[2:]) == weight[:, 0].shape:
            return key
    return None


def _on_channels(key: str, state: State) -> str:
    """Return the sentence that a network whose weights ``key`` look at other channels is no guide."""
    count = state[key].shape[1]
    channels = "one channel" if count == 1 else f"{count} channels"
    advice = "repeat these weights over the three, each divided by three, and save them again"
    return (
        f"The network takes pictures of {channels} (“{key[:80]}” has the shape {tuple(state[key].shape)}), and a guide "
        f"takes colours, which are three; {advice if count == 1 else 'train it on these'}."
    )


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


def _recognise_compact(state: State) -> Blueprint | None:
    stem = shape_of(state, "stem.conv.weight")
    head = shape_of(state, "head.weight")
    if len(stem) != 4 or len(head) != 2 or "stages.0.reduce.conv.weight" not in state:
        return None
    return compact(width=stem[0], num_classes=head[0], stem_stride=1 if stem[-1] == 3 else 2)


def _recognise_efficientnet_lite(state: State) -> Blueprint | None:
    if shape_of(state, "conv_stem.weight") != (32, 3, 3, 3) or "classifier.weight" not in state:
        return None
    blueprint = _efficientnet_lite(num_classes=rows_of_head(state, "classifier"))
    expected = _without_counters(shapes_of(blueprint.build))
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
    blocks = tuple(count_below(state, f"layer{i}") for i in (1, 2, 3, 4))
    width, groups = 0, 1
    second = shape_of(state, "layer1.0.conv2.weight")
    if "layer1.0.conv3.weight" in state and len(second) == 4:
        width, groups = second[0], second[0] // max(1, second[1])
    name = _RESNETS.get((blocks, width, groups))
    if name is None:
        return None
    num_classes = rows_of_head(state, "fc")
    return Blueprint(
        name=name,
        build=partial(by_timm, name, num_classes=num_classes),
        num_classes=num_classes,
        input_size=224,
    )


def _recognise_xcit(state: State) -> Blueprint | None:
    heads = shape_of(state, "blocks.0.attn.temperature")
    patches = shape_of(state, "patch_embed.proj.6.0.weight")
    name = next((n for n, (width, h) in _XCITS.items() if heads == (h, 1, 1) and patches[:1] == (width,)), None)
    if name is None or count_below(state, "blocks") != 12 or "head.weight" not in state:
        return None
    return _xcit(name, num_classes=rows_of_head(state, "head"))


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
