"""A frozen network whose way back is written down once: one node for autograd instead of one for every layer.

Autograd looks at every operation of every step anew, and calls back into Python for each packed convolution. For one
small picture that takes longer than the arithmetic of a layer. The layers of a traced network and the order of their
gradients are always the same, so they are listed here once; what is computed, in which order and by which kernels, is
what autograd computes, to the last bit. A network with a layer that the list does not know stays as it is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import fx, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional as F

from lwise_core.enhancement.packed_convolutions import PackedConv

PullBack = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]
"""From the gradient at what a layer gives to those at what it takes."""

Layer = Callable[..., tuple[torch.Tensor, PullBack]]
"""From what a layer takes to what it gives, and how gradients come back."""


LayerOf = Callable[..., Layer | None]
"""From a module to the layer that it is, None where it is set in a way that the list does not know."""


def taped(network: fx.GraphModule, *, heads: Mapping[type[nn.Module], LayerOf]) -> nn.Module:
    """Return ``network``, which is frozen and in evaluation mode, with its gradient written down where it is known.

    ``heads`` are the kinds of modules that may come last beside ``nn.Linear``, with what makes layers of them.
    """
    steps = _steps(network, {**_MODULES, **heads}, heads=(nn.Linear, *heads))
    return network if steps is None else TapedNetwork(network, steps)


def linear(module: nn.Linear) -> Layer:
    """Return ``module`` as a layer, which computes in the dtype of its weights whatever its features come in."""
    weight, bias = module.weight.detach(), None if module.bias is None else module.bias.detach()

    def layer(features: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        return F.linear(features.to(weight.dtype), weight, bias), lambda g: (g.mm(weight).to(features.dtype),)

    return layer


@dataclass(frozen=True, eq=False)
class _Step:
    """One layer: the numbers of the values that it takes, of the one that it gives, and of those not needed later."""

    layer: Layer
    takes: tuple[int, ...]
    gives: int
    spent: tuple[int, ...] = ()


class TapedNetwork(nn.Module):
    """A network and the list of its layers; takes and returns what ``network`` does, once differentiable."""

    def __init__(self, network: fx.GraphModule, steps: Sequence[_Step]) -> None:
        super().__init__()
        self.network = network
        self._steps = tuple(steps)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        forwards_and_back = torch.is_grad_enabled() and images.requires_grad
        result: torch.Tensor = _Tape.apply(images, self) if forwards_and_back else self.network(images)
        return result

    def computed(self, images: torch.Tensor) -> tuple[torch.Tensor, list[PullBack]]:
        """Return logits ``(N, C)`` of ``images`` ``(N, 3, H, W)``, and the way back of every layer in their order."""
        values, tape = {0: images}, []
        for step in self._steps:
            values[step.gives], pull_back = step.layer(*[values[i] for i in step.takes])
            tape.append(pull_back)
            for i in step.spent:
                del values[i]
        return values[self._steps[-1].gives], tape

    def pulled_back(self, gradient: torch.Tensor, tape: list[PullBack]) -> torch.Tensor:
        """Return the gradient at the images ``(N, 3, H, W)``, from that at the logits ``(N, C)``; uses up ``tape``."""
        gradients = {self._steps[-1].gives: gradient}
        for step in reversed(self._steps):
            parts = tape.pop()(gradients.pop(step.gives))
            for i, part in zip(step.takes, parts, strict=True):
                gradients[i] = gradients[i] + part if i in gradients else part
        return gradients[0]


class _Context(FunctionCtx):
    """What the way back needs to know."""

    network: TapedNetwork
    tape: list[PullBack]


class _Tape(torch.autograd.Function):
    """The step from a network to its gradient; weights are frozen and get none."""

    @staticmethod
    def forward(ctx: _Context, images: torch.Tensor, network: TapedNetwork) -> torch.Tensor:
        result, ctx.tape = network.computed(images)
        ctx.network = network
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return ctx.network.pulled_back(gradient, list(ctx.tape)), None


def _steps(
    network: fx.GraphModule, known: Mapping[type[nn.Module], LayerOf], *, heads: tuple[type[nn.Module], ...]
) -> tuple[_Step, ...] | None:
    """Return the layers of ``network`` in their order, None where one is not ``known`` or the last is no head."""
    first, *between, end = network.graph.nodes
    if first.op != "placeholder" or not between or end.args != (between[-1],):
        return None
    if not all(node.users for node in (first, *between)):
        return None
    if between[-1].op != "call_module" or not isinstance(network.get_submodule(str(between[-1].target)), heads):
        return None
    numbers = {node: i for i, node in enumerate((first, *between))}
    layers = [_layer(network, node, known) for node in between]
    last_users = {
        numbers[node]: max((numbers[user] for user in node.users if user in numbers), default=0) for node in numbers
    }
    steps = [
        _Step(
            layer,
            tuple(numbers[n] for n in node.all_input_nodes),
            numbers[node],
            tuple(i for i, user in last_users.items() if user == numbers[node]),
        )
        for node, layer in zip(between, layers, strict=True)
        if layer is not None
    ]
    return tuple(steps) if len(steps) == len(between) else None


def _layer(network: fx.GraphModule, node: fx.Node, known: Mapping[type[nn.Module], LayerOf]) -> Layer | None:
    """Return what ``node`` computes as a layer, None where it is not known."""
    inputs = tuple(node.all_input_nodes)
    if node.args != inputs:
        return None
    if node.op == "call_module" and not node.kwargs:
        module = network.get_submodule(str(node.target))
        layer_of = known.get(type(module))
        return None if layer_of is None else layer_of(module)
    if node.op == "call_function" and node.target in (operator.add, torch.add) and not node.kwargs:
        return _added
    if node.op == "call_method" and node.target == "mean" and node.kwargs == {"dim": (2, 3)}:
        return _mean_over_places
    return None


def _packed(conv: PackedConv) -> Layer:
    def layer(images: torch.Tensor, added: torch.Tensor | None = None) -> tuple[torch.Tensor, PullBack]:
        result = conv.convolve(images, added)

        def pull_back(gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
            gradient = gradient.contiguous(memory_format=torch.channels_last)
            if conv.relu:
                gradient = torch.ops.aten.threshold_backward(gradient, result, 0)
            at_images = conv.pull_back(gradient)
            return (at_images,) if added is None else (at_images, gradient)

        return result, pull_back

    return layer


def _plain(conv: nn.Conv2d) -> Layer | None:
    if conv.padding_mode != "zeros" or isinstance(conv.padding, str):
        return None
    weight, bias = conv.weight.detach(), None if conv.bias is None else conv.bias.detach()
    where = (conv.stride, conv.padding, conv.dilation, False, (0, 0), conv.groups)

    def layer(images: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        def pull_back(gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
            sizes = None if bias is None else list(bias.shape)
            at_images: torch.Tensor
            at_images, *_ = torch.ops.aten.convolution_backward(
                gradient, images, weight, sizes, *where, (True, False, False)
            )
            return (at_images,)

        return torch.ops.aten.convolution(images, weight, bias, *where), pull_back

    return layer


def _gelu(module: nn.GELU) -> Layer:
    kind = module.approximate

    def layer(x: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        return F.gelu(x, approximate=kind), lambda g: (torch.ops.aten.gelu_backward(g, x, approximate=kind),)

    return layer


def _relu(_module: nn.ReLU) -> Layer:
    def layer(x: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        result = F.relu(x)
        return result, lambda g: (torch.ops.aten.threshold_backward(g, result, 0),)

    return layer


def _relu6(module: nn.ReLU6) -> Layer:
    low, high = module.min_val, module.max_val

    def layer(x: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        return F.hardtanh(x, low, high), lambda g: (torch.ops.aten.hardtanh_backward(g, x, low, high),)

    return layer


def _averaged(pool: nn.AvgPool2d) -> Layer:
    stride = pool.stride or pool.kernel_size
    kernel, step, padding = (
        [n, n] if isinstance(n, int) else list(n) for n in (pool.kernel_size, stride, pool.padding)
    )
    where = (kernel, step, padding, pool.ceil_mode, pool.count_include_pad, pool.divisor_override)

    def layer(x: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        return (
            torch.ops.aten.avg_pool2d(x, *where),
            lambda g: (torch.ops.aten.avg_pool2d_backward(g, x, *where),),
        )

    return layer


def _padded(pad: nn.ZeroPad2d) -> Layer:
    edges = list(pad.padding)
    back = [-n for n in edges]

    def layer(x: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
        return F.pad(x, edges), lambda g: (torch.constant_pad_nd(g, back),)

    return layer


def _added(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
    return one + other, lambda g: (g, g)


def _mean_over_places(x: torch.Tensor) -> tuple[torch.Tensor, PullBack]:
    count = x.shape[2] * x.shape[3]
    return x.mean(dim=(2, 3)), lambda g: (g[:, :, None, None].expand(x.shape) / count,)


_MODULES: Mapping[type[nn.Module], LayerOf] = {
    PackedConv: _packed,
    nn.AvgPool2d: _averaged,
    nn.Conv2d: _plain,
    nn.GELU: _gelu,
    nn.Linear: linear,
    nn.ReLU: _relu,
    nn.ReLU6: _relu6,
    nn.ZeroPad2d: _padded,
}
