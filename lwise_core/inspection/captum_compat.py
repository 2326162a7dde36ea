"""A guide's network rewritten so that Captum's rules reach its every non-linearity, or a refusal.

Guided backpropagation (Springenberg et al. 2015, arXiv 1412.6806) and DeepLift (Shrikumar et al. 2017, arXiv
1704.02685) replace the derivatives of non-linearities. Captum finds these by module type, and silently takes the plain
gradient of what it does not know; a module that is used twice it refuses or confuses. The network is therefore traced
(torch.fx), every operation of the trace has to be known as linear or as covered, and every covered one becomes a module
of its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional as F

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.shared_weights import copy_sharing_weights

_ROUNDING = 1e-4  # logits of two orders of summation differ by less

Target = Callable[..., Any] | str

_LINEAR_MODULES = frozenset(
    {
        nn.AdaptiveAvgPool2d,
        nn.AvgPool2d,
        nn.BatchNorm2d,  # in evaluation mode
        nn.Conv2d,
        nn.Dropout,  # in evaluation mode
        nn.Flatten,
        nn.Identity,
        nn.Linear,
        nn.Unflatten,
    }
)
_LINEAR_CALLS = frozenset(
    {
        operator.add,
        torch.add,
        torch.cat,
        torch.flatten,
        torch.index_select,
        torch.mean,
        "add",
        "flatten",
        "mean",
        "permute",
        "transpose",
    }
)
_IN_PLACE: dict[Target, Target] = {operator.iadd: operator.add, "add_": "add"}
_RELU_CALLS = frozenset({F.relu, torch.relu, torch.relu_, "relu", "relu_"})


class NotCovered(LWiseError):
    """The network computes something that the rules do not cover. The message is one sentence that says what."""


@dataclass(frozen=True)
class Rules:
    """What one of Captum's methods covers: its ``name``, the activations, and how it takes max pooling."""

    name: str
    activations: frozenset[type[nn.Module]]
    pool: Callable[[nn.MaxPool2d], nn.Module]


class DisjointMaxPool(nn.Module):
    """Max pooling whose windows are laid side by side first, so that they do not overlap when they are pooled.

    Captum's DeepLift undoes max pooling with ``max_unpool2d``, which keeps one of several windows that share a maximum.
    Takes ``(N, C, H, W)`` and returns what ``pool`` does, which has no dilation and does not round up.
    """

    def __init__(self, pool: nn.MaxPool2d) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = (_pair(v) for v in (pool.kernel_size, pool.stride, pool.padding))
        self.pool = nn.MaxPool2d(self.kernel)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (high, wide), (down, right), (above, beside) = self.kernel, self.stride, self.padding
        padded = F.pad(x, (beside, beside, above, above), value=torch.finfo(x.dtype).min)  # −inf − (−inf) is no number
        windows = padded.unfold(2, high, down).unfold(3, wide, right)  # (N, C, h, w, high, wide)
        side_by_side = windows.permute(0, 1, 2, 4, 3, 5).flatten(4, 5).flatten(2, 3)
        pooled: torch.Tensor = self.pool(side_by_side)
        return pooled


def _pair(value: int | tuple[int, ...]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


GUIDED = Rules("Guided backpropagation", frozenset({nn.ReLU}), deepcopy)
"""Captum's GuidedBackprop: ReLU. Max pooling passes gradients as it is."""

DEEP_LIFT_RULES = Rules(
    "DeepLift",
    frozenset({nn.ELU, nn.LeakyReLU, nn.ReLU, nn.Sigmoid, nn.Softplus, nn.Tanh}),
    DisjointMaxPool,
)
"""Captum's DeepLift, rescale rule. Its rule for softmax is left out: it mixes the pictures of a batch."""


def rewritten(network: nn.Module, rules: Rules, *, example: torch.Tensor) -> nn.Module:
    """Return a twin of ``network`` that computes the same, with a module of its own for every non-linearity.

    ``network`` stays as it is. Takes a fraction of a second and two forward passes of ``example``, normalised pictures
    ``(N, 3, H, W)`` on which both are compared.

    Raises:
        NotCovered: The network cannot be traced, computes what ``rules`` do not cover, or works in place on what it
            uses again.
    """
    traced = _traced(network, rules)
    operations = [node for node in traced.graph.nodes if node.op in ("call_module", "call_function", "call_method")]
    uncovered = [called for node in operations if (called := _out_of_reach(traced, node, rules))]
    if uncovered:
        # Types of modules, which have capitals, say more than what is done between them.
        raise NotCovered(
            f"{rules.name} has no rule for “{min(uncovered)}”, which this guide computes: "
            "its map would be made of plain gradients there and look as if it were not."
        )
    for number, node in enumerate(operations):
        _rewrite(traced, node, rules, name=f"covered_{number}")
    traced.graph.lint()
    traced.recompile()
    if not _same(network, traced.eval(), example):
        raise NotCovered(
            f"{rules.name} needs a network that leaves what it has computed as it is, and this guide's works in place."
        )
    return traced


def _same(network: nn.Module, other: nn.Module, example: torch.Tensor) -> bool:
    with torch.no_grad():
        expected = network(example)
        return bool((other(example) - expected).abs().max() <= _ROUNDING * (1 + expected.abs().max()))


class _Tracer(fx.Tracer):
    """Traces one network. While it does, torch.fx watches the modules of every thread: others compute as ever."""

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:  # noqa: ANN401 - the signature of torch.fx
        if not any(m is own for own in self.root.modules()):
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)


def _traced(network: nn.Module, rules: Rules) -> fx.GraphModule:
    own = copy_sharing_weights(network)
    try:
        return fx.GraphModule(own, _Tracer().trace(own))
    except Exception as reason:
        raise NotCovered(
            f"{rules.name} needs a network that can be followed operation by operation, and this guide's cannot."
        ) from reason


def _module_of(traced: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    return traced.get_submodule(str(node.target)) if node.op == "call_module" else None


def _out_of_reach(traced: fx.GraphModule, node: fx.Node, rules: Rules) -> str:
    """Return what ``node`` calls when it is neither linear nor covered, else nothing."""
    module = _module_of(traced, node)
    if _is_linear(node, module) or _covering(node, module, rules) is not None:
        return ""
    return str(getattr(node.target, "__name__", node.target)) if module is None else type(module).__name__


def _rewrite(traced: fx.GraphModule, node: fx.Node, rules: Rules, *, name: str) -> None:
    """Give a covered node a module called ``name``, and let a linear one work out of place."""
    module = _module_of(traced, node)
    node.target = _out_of_place(node.target)
    covering = _covering(node, module, rules)
    if covering is None:
        return
    traced.add_submodule(name, covering)
    with traced.graph.inserting_before(node):
        # Captum hooks the tensor that goes in. Others may use it too; and where it comes out of a covered module, that
        # one's hook would come first and read the gradient before it is replaced.
        alone = traced.graph.call_method("clone", (node.all_input_nodes[0],))
        node.replace_all_uses_with(traced.graph.call_module(name, (alone,)))
    traced.graph.erase_node(node)


def _is_linear(node: fx.Node, module: nn.Module | None) -> bool:
    if module is None:
        return _out_of_place(node.target) in _LINEAR_CALLS
    return type(module) in _LINEAR_MODULES and getattr(module, "track_running_stats", True)


def _covering(node: fx.Node, module: nn.Module | None, rules: Rules) -> nn.Module | None:
    """Return a new module that computes what ``node`` does and that the rules cover, or None."""
    if type(module) is nn.ReLU or node.target in _RELU_CALLS:
        return nn.ReLU()
    if type(module) is nn.MaxPool2d:
        return None if module.ceil_mode or _pair(module.dilation) != (1, 1) else rules.pool(module)
    return _fresh(module) if module is not None and type(module) in rules.activations else None


def _fresh(activation: nn.Module) -> nn.Module:
    own = deepcopy(activation)
    if isinstance(own, (nn.ELU, nn.LeakyReLU)):
        own.inplace = False
    return own


def _out_of_place(target: Target) -> Target:
    return _IN_PLACE.get(target, target)
