"""Convolutions whose weights lie as the processor wants them, forwards and backwards, before the first step.

PyTorch keeps a convolution's weights in a plain order, and oneDNN copies them into blocks in every single call: for one
image through ResNet-50 that is 30% of a step. Frozen weights need that once. The gradient with respect to the input of
a convolution is the transposed convolution with the same weights, so its weights can be laid out beforehand too. The
ReLU that follows, and the sum with a shortcut, are done while the result is still in the cache.

In bf16 the convolutions of a ResNet-50 and their gradients gave the plain ones' numbers to the last bit. Other numbers
come only from a fused sum (one rounding to bf16 less) and from the first convolution's gradient (another order).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import fx, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.fx.passes.shape_prop import ShapeProp, TensorMetadata
from torch.nn import functional as F

PullBack = Callable[[torch.Tensor], torch.Tensor]
"""From the gradient at a convolution's output to the gradient at its input."""

_ADDITIONS = (operator.add, operator.iadd, torch.add)
_RELUS = (F.relu, torch.relu, torch.relu_)
_MOST_PHASED = 16  # input channels times squared stride, up to which phases are faster: what one vector holds


def can_pack(device: torch.device, dtype: torch.dtype) -> bool:
    """Tell whether weights can be laid out beforehand: on CPUs, where oneDNN computes in ``dtype``."""
    if device.type != "cpu" or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    return dtype == torch.float32 or (dtype == torch.bfloat16 and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()))


def packed(network: fx.GraphModule, example: torch.Tensor) -> fx.GraphModule:
    """Return ``network`` with its convolutions packed, for inputs like ``example`` ``(N, C, H, W)``.

    Other sizes give right results too, only slower. ``network`` is frozen, in evaluation mode, in one dtype and
    channels last; it is changed in place.
    """
    _skip_identities(network)
    ShapeProp(network).propagate(example)
    for node in list(network.graph.nodes):
        conv = _module(network, node)
        if isinstance(conv, nn.Conv2d) and _packs(conv) and len(node.args) == 1:
            _replace(network, node, conv)
    network.graph.lint()
    network.recompile()
    return network


@dataclass(frozen=True)
class _Geometry:
    """What oneDNN is told of a convolution beside its weights."""

    padding: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]

    @classmethod
    def of(cls, conv: nn.Conv2d) -> _Geometry:
        return cls(tuple(map(int, conv.padding)), conv.stride, conv.dilation)


class PackedConv(nn.Module):
    """A frozen convolution of one group, ``(N, C, H, W)`` → ``(N, K, H', W')``, with a ReLU after it if ``relu``.

    It may be called with something of its output's size, which is added before the ReLU.

    Args:
        conv: The plain convolution.
        input_size: Size of the inputs that it is laid out for.
        output_size: Size of what it gives for them.
        relu: Whether a ReLU follows.
    """

    def __init__(self, conv: nn.Conv2d, *, input_size: torch.Size, output_size: torch.Size, relu: bool) -> None:
        super().__init__()
        geometry = _Geometry.of(conv)
        weight = conv.weight.detach()
        self.relu = relu
        self._geometry = geometry
        self._bias = None if conv.bias is None else conv.bias.detach()
        self._weight = torch.ops.mkldnn._reorder_convolution_weight(
            weight, geometry.padding, geometry.stride, geometry.dilation, 1, list(input_size)
        )
        phased = _phases_fit(weight, geometry, input_size)
        way = _phased if phased else _transposed
        self.pull_back: PullBack = way(weight, geometry, input_size=input_size, output_size=output_size)

    def forward(self, images: torch.Tensor, added: torch.Tensor | None = None) -> torch.Tensor:
        result: torch.Tensor = _Convolution.apply(images, added, self)
        return result

    def convolve(self, images: torch.Tensor, added: torch.Tensor | None) -> torch.Tensor:
        """Return the convolution of ``images``, plus ``added`` where there is something, through the ReLU."""
        g, relu = self._geometry, "relu" if self.relu else "none"
        ops = torch.ops.mkldnn
        where = (self._bias, g.padding, g.stride, g.dilation, 1)
        result: torch.Tensor
        if added is None:
            result = ops._convolution_pointwise(images, self._weight, *where, relu, [], "")
        else:
            after = relu if self.relu else None
            result = ops._convolution_pointwise.binary(images, added, self._weight, *where, "add", 1.0, after, [], "")
        return result


class _Context(FunctionCtx):
    """What the gradient needs to know of its convolution."""

    conv: PackedConv
    adds: bool
    saved_tensors: tuple[torch.Tensor, ...]
    needs_input_grad: tuple[bool, ...]


class _Convolution(torch.autograd.Function):
    """The step from a packed convolution to its gradient; weights are frozen and get none."""

    @staticmethod
    def forward(ctx: _Context, images: torch.Tensor, added: torch.Tensor | None, conv: PackedConv) -> torch.Tensor:
        result = conv.convolve(images, added)
        ctx.conv, ctx.adds = conv, added is not None
        if conv.relu:
            ctx.save_for_backward(result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, gradient: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None, None]:
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        if ctx.conv.relu:
            (result,) = ctx.saved_tensors
            gradient = torch.ops.aten.threshold_backward(gradient, result, 0)
        at_images = ctx.conv.pull_back(gradient) if ctx.needs_input_grad[0] else None
        return at_images, gradient if ctx.adds else None, None


def _transposed(
    weight: torch.Tensor, geometry: _Geometry, *, input_size: torch.Size, output_size: torch.Size
) -> PullBack:
    """Return the transposed convolution, its weights laid out beforehand."""
    kernel = weight.shape[2:]
    reached = [
        (out - 1) * s - 2 * p + d * (k - 1) + 1
        for out, s, p, d, k in zip(
            output_size[2:], geometry.stride, geometry.padding, geometry.dilation, kernel, strict=True
        )
    ]
    beyond = [size - end for size, end in zip(input_size[2:], reached, strict=True)]
    where = (geometry.padding, beyond, geometry.stride, geometry.dilation, 1)
    laid_out = torch.ops.mkldnn._reorder_convolution_transpose_weight(weight, *where, list(output_size))

    def pull_back(gradient: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.ops.mkldnn._convolution_transpose_pointwise(
            gradient, laid_out, None, *where, "none", [], ""
        )
        return result

    return pull_back


def _phases_fit(weight: torch.Tensor, geometry: _Geometry, input_size: torch.Size) -> bool:
    """Tell whether phases give the gradient of a convolution, and faster: few input channels, and a stride."""
    (height, width), (stride, other) = input_size[2:], geometry.stride
    square = stride == other and weight.shape[2] == weight.shape[3] and geometry.padding[0] == geometry.padding[1]
    whole = height % stride == 0 and width % stride == 0 and geometry.dilation == (1, 1)
    return square and whole and stride > 1 and weight.shape[1] * stride**2 <= _MOST_PHASED


def _phased(weight: torch.Tensor, geometry: _Geometry, *, input_size: torch.Size, output_size: torch.Size) -> PullBack:
    """Return the gradient of a strided convolution as a plain one: input pixels of one phase share their weights.

    Input pixel i = s·q + r sees output o = q + d through tap r + p − s·d. For each of the s² phases r that is a small
    dense kernel over d, and all of them together are the channels of one convolution, shuffled into place afterwards.
    """
    stride, padding, kernel = geometry.stride[0], geometry.padding[0], weight.shape[2]
    before = -min(-(-(r + padding - kernel + 1) // stride) for r in range(stride))  # how far d goes to the left
    after = max((r + padding) // stride for r in range(stride))
    window = before + after + 1
    phases = weight.new_zeros(weight.shape[1], stride, stride, weight.shape[0], window, window)
    taps = [(r, d, r + padding - stride * d) for r in range(stride) for d in range(-before, after + 1)]
    inside = [(r, d + before, tap) for r, d, tap in taps if 0 <= tap < kernel]
    for r, top, tap in inside:
        for s, left, other in inside:
            phases[:, r, s, :, top, left] = weight[:, :, tap, other].T
    dense = phases.flatten(0, 2).contiguous(memory_format=torch.channels_last)
    height, width = (size // stride for size in input_size[2:])
    edges = (before, width - output_size[3] + after, before, height - output_size[2] + after)

    def pull_back(gradient: torch.Tensor) -> torch.Tensor:
        return F.pixel_shuffle(F.conv2d(F.pad(gradient, edges), dense), stride)

    return pull_back


def _packs(conv: nn.Conv2d) -> bool:
    return conv.groups == 1 and conv.padding_mode == "zeros" and not isinstance(conv.padding, str)


def _module(network: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    """Return the module that ``node`` calls, None when it calls something else."""
    return network.get_submodule(str(node.target)) if node.op == "call_module" else None


def _skip_identities(network: fx.GraphModule) -> None:
    """Take out what does nothing in evaluation mode: it would stand between a convolution and its ReLU."""
    for node in list(network.graph.nodes):
        if isinstance(_module(network, node), nn.Identity | nn.Dropout):
            node.replace_all_uses_with(node.args[0])
            network.graph.erase_node(node)


def _replace(network: fx.GraphModule, node: fx.Node, conv: nn.Conv2d) -> None:
    """Put the packed ``conv`` in the place of ``node``, together with the sum and the ReLU after it."""
    sizes = {"input_size": _size(node.args[0]), "output_size": _size(node)}
    addition = _only_user(node, of=_is_addition)
    relu = _only_user(addition or node, of=lambda user: _is_relu(network, user))
    if addition is not None and relu is not None:
        shortcut = next(a for a in addition.args if a is not node)
        _call(network, relu, PackedConv(conv, relu=True, **sizes), (node.args[0], shortcut))
        network.graph.erase_node(addition)
        network.graph.erase_node(node)
        return
    relu = None if addition is not None else relu
    _call(network, relu or node, PackedConv(conv, relu=relu is not None, **sizes), (node.args[0],))
    if relu is not None:
        network.graph.erase_node(node)


def _call(network: fx.GraphModule, node: fx.Node, module: PackedConv, args: Sequence[fx.node.Argument]) -> None:
    """Let ``node`` call ``module`` with ``args`` instead of what it did."""
    name = f"packed_{node.name}"
    network.add_submodule(name, module)
    node.op, node.target, node.args, node.kwargs = "call_module", name, tuple(args), {}


def _size(node: object) -> torch.Size:
    """Return the size of the tensor that ``node`` gives; of anything else an empty one."""
    meta = node.meta.get("tensor_meta") if isinstance(node, fx.Node) else None
    return meta.shape if isinstance(meta, TensorMetadata) else torch.Size()


def _only_user(node: fx.Node, *, of: Callable[[fx.Node], bool]) -> fx.Node | None:
    users = list(node.users)
    return users[0] if len(users) == 1 and of(users[0]) else None


def _is_addition(node: fx.Node) -> bool:
    """Tell whether ``node`` adds two different values of one size, and nothing else."""
    return (
        node.op == "call_function"
        and node.target in _ADDITIONS
        and not node.kwargs
        and len(set(node.args)) == 2
        and len(_size(node.args[0])) == 4
        and _size(node.args[0]) == _size(node.args[1])
    )


def _is_relu(network: fx.GraphModule, node: fx.Node) -> bool:
    function = node.op == "call_function" and node.target in _RELUS
    method = node.op == "call_method" and node.target in ("relu", "relu_")
    return function or method or isinstance(_module(network, node), nn.ReLU)
