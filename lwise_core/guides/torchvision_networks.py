"""torchvision's classifiers by name, with arbitrary weights; nothing is downloaded.

torchvision is imported when one is asked for: it takes seconds that few guides need.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn

from lwise_core.guides.blueprints import shapes_of

_SLOW_BEGINNINGS = ("googlenet", "inception_v3")  # they draw their first weights number by number
_AUXILIARY = ("aux", "AuxLogits")
_TIED_TO_224 = "vit_"


def torchvision_has(name: str) -> bool:
    """Tell whether torchvision has a classifier called ``name``."""
    from torchvision import models  # noqa: PLC0415 - as the module says

    return name in models.list_models(module=models)


def by_torchvision(name: str, *, num_classes: int, auxiliary: bool = True) -> nn.Module:
    """Return torchvision's classifier ``name``.

    ``auxiliary`` is whether the heads are there that only training reads (GoogLeNet and Inception have some).
    """
    from torchvision import models  # noqa: PLC0415 - as the module says

    arguments: dict[str, Any] = {"init_weights": False, "aux_logits": auxiliary} if name in _SLOW_BEGINNINGS else {}
    network: nn.Module = models.get_model(name, weights=None, num_classes=num_classes, **arguments)
    return network


def has_auxiliary(names: Iterable[str]) -> bool:
    """Tell whether among the names of weights are those of a head that only training reads."""
    return any(n.startswith(_AUXILIARY) for n in names)


def head_of(name: str) -> str:
    """Return what the last layer of torchvision's classifier ``name`` is called, such as “classifier.1”."""
    marked = 1013  # a number of classes that no other layer has as its width
    state = shapes_of(lambda: by_torchvision(name, num_classes=marked))
    heads = [k for k, v in state.items() if k.endswith(".weight") and v.shape[0] == marked]
    return heads[-1].removesuffix(".weight")


def preprocessing(name: str) -> tuple[int, tuple[float, ...], tuple[float, ...]]:
    """Return input size in px, mean and standard deviation with which torchvision trained its classifier ``name``."""
    from torchvision import models  # noqa: PLC0415 - as the module says

    weights = models.get_model_weights(name)
    first = next(iter(weights))
    prepared = first.transforms()
    size = 224 if name.startswith(_TIED_TO_224) else int(prepared.crop_size[0])
    return size, tuple(prepared.mean), tuple(prepared.std)
