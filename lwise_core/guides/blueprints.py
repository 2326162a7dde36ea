"""What a network is before it is built: its name, its input, and what its weights' names and shapes say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD

State = Mapping[str, torch.Tensor]
Triple = tuple[float, float, float]

_NAMED = 3  # beginnings of names, in one sentence


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


def shapes_of(build: Callable[[], nn.Module]) -> State:
    """Return the weights of the network that ``build`` makes, without room for their values."""
    try:
        with torch.device("meta"):
            return build().state_dict()
    except NotImplementedError:  # torchvision's RegNets count their widths with tensors
        with _WeightsWithoutRoom():
            return build().state_dict()


class _WeightsWithoutRoom(TorchFunctionMode):
    """Gives no room to the weights of layers, which all begin as ``torch.empty``, and lets everything else compute."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  whatever the function returns
        return func(*args, **{**(kwargs or {}), **({"device": "meta"} if func is torch.empty else {})})


def shape_of(state: State, key: str) -> tuple[int, ...]:
    """Return the shape of the weights ``key``, empty where there are none; those without a number have no say.

    A side of such a shape may be any number, and takes no byte in the file.
    """
    return tuple(state[key].shape) if key in state and state[key].numel() else ()


def rows_of_head(state: State, head: str) -> int:
    """Return the number of classes: the rows of the layer ``head``.

    Raises:
        ArchitectureError: ``state`` has no such layer.
    """
    shape = shape_of(state, f"{head}.weight")
    if not shape:
        raise ArchitectureError(
            f"The weights have no “{head}.weight”, from which the number of classes is read: {found_words(state)}; "
            "name the architecture that they belong to, or save the network with its own last layer."
        )
    return shape[0]


def count_below(state: State, prefix: str) -> int:
    """Return how many numbered children ``prefix.0``, ``prefix.1``, … the keys of ``state`` name."""
    start = len(prefix) + 1
    return len({k[start:].split(".", 1)[0] for k in state if k.startswith(f"{prefix}.")})


def found_words(state: State) -> str:
    """Say what weights ``state`` holds: how their names begin, and the last matrix, which is most likely the head."""
    begins = list(dict.fromkeys(k.partition(".")[0] for k in state))
    first = ", ".join(f"“{b[:80]}”" for b in begins[:_NAMED])
    rest = f" and {len(begins) - _NAMED} more" if len(begins) > _NAMED else ""
    heads = [k for k, v in state.items() if v.ndim == 2]
    if not heads:
        return f"their names begin with {first}{rest}, and none is a matrix, as the last layer of most networks is"
    shape = tuple(state[heads[-1]].shape)
    return f"their names begin with {first}{rest}, and the last matrix, “{heads[-1][:80]}”, has the shape {shape}"
