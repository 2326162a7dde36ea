"""A gradient that is written down is autograd's, to the last bit; what the list does not know stays with autograd."""

from __future__ import annotations

import gc
from collections.abc import Callable
from weakref import ref

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn

from lwise_core._utils.precision import native_bf16
from lwise_core.enhancement.fast_twin import FloatHead, fast_twin, folded
from lwise_core.enhancement.packed_convolutions import can_pack, packed
from lwise_core.enhancement.taped_network import TapedNetwork, linear, taped
from lwise_core.guides.efficientnet_lite import EfficientNetLite0
from tests.conftest import guide_of, tiny_network
from tests.enhancement.test_packed_convolutions import network_of
from tests.support.relu_networks import seeded

pytestmark = pytest.mark.skipif(
    not can_pack(torch.device("cpu"), torch.float32), reason="This PyTorch has no oneDNN, so nothing is packed."
)


class Mixed(nn.Module):
    """Every layer that the list knows, a value that three others take, and a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.pad = nn.ZeroPad2d((0, 1, 1, 0))
        self.stem = nn.Conv2d(3, 8, 3, stride=2)
        self.act = nn.ReLU6()
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.gelu = nn.GELU()
        self.pool = nn.AvgPool2d(2)
        self.between = nn.Conv2d(8, 8, 1)
        self.relu = nn.ReLU()
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.act(self.stem(self.pad(x)))
        y = self.gelu(self.depthwise(x)) + x
        z = self.relu(self.between(y + x))
        logits: torch.Tensor = self.head(self.pool(y + z).mean(dim=(2, 3)))
        return logits


def packed_of(network: nn.Module, *, size: int) -> fx.GraphModule:
    flat = folded(network.eval())
    assert isinstance(flat, fx.GraphModule)
    return packed(flat.to(memory_format=torch.channels_last), pictures(1, size=size))


def pictures(count: int, *, size: int) -> torch.Tensor:
    random = torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(1))
    return random.contiguous(memory_format=torch.channels_last)


def gradient_of(network: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    leaf = images.clone().requires_grad_(True)
    logits = network(leaf)
    weights = torch.arange(logits.numel(), dtype=torch.float32).view_as(logits).sin()
    (gradient,) = torch.autograd.grad((logits * weights).sum(), leaf)
    return logits.detach(), gradient


KNOWN: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "every layer": (lambda: seeded(Mixed), 24),
    "compact": (tiny_network, 32),
    "efficientnet": (lambda: seeded(EfficientNetLite0, num_classes=5), 32),
}


@pytest.mark.parametrize("name", KNOWN)
@settings(max_examples=3)
@given(count=st.integers(1, 3))
def test_logits_and_gradient_are_autograds_to_the_last_bit(name: str, count: int) -> None:
    build, size = KNOWN[name]
    network = packed_of(build(), size=size)
    tape = taped(network, heads={})
    assert isinstance(tape, TapedNetwork)
    images = pictures(count, size=size)
    for ours, autograds in zip(gradient_of(tape, images), gradient_of(network, images), strict=True):
        assert torch.equal(ours, autograds)
    assert float(gradient_of(tape, images)[1].abs().max()) > 0
    with torch.no_grad():
        assert torch.equal(tape(images), network(images))


@pytest.mark.skipif(not native_bf16(torch.device("cpu")), reason="this processor imitates bfloat16")
def test_the_fast_twin_of_a_bundled_architecture_is_taped_with_its_float_head() -> None:
    twin = fast_twin(guide_of(tiny_network(), input_size=32), dtype=torch.bfloat16)
    tape = next(m for m in twin.network.modules() if isinstance(m, TapedNetwork))
    assert any(isinstance(m, FloatHead) for m in tape.modules())
    images = pictures(2, size=32).bfloat16()
    for ours, autograds in zip(gradient_of(tape, images), gradient_of(tape.network, images), strict=True):
        assert ours.dtype is autograds.dtype
        assert torch.equal(ours, autograds)


@pytest.mark.parametrize("build", [tiny_network, lambda: seeded(Mixed)], ids=["compact", "every layer"])
def test_in_bf16_before_a_float_head_it_is_autograds_too(build: Callable[[], nn.Module]) -> None:
    network = folded(build().eval()).to(torch.bfloat16).to(memory_format=torch.channels_last)
    assert isinstance(network, fx.GraphModule)
    network.head = FloatHead(network.head)
    tape = taped(network, heads={FloatHead: lambda float_head: linear(float_head.head)})
    assert isinstance(tape, TapedNetwork)
    images = pictures(2, size=24).bfloat16()
    for ours, autograds in zip(gradient_of(tape, images), gradient_of(network, images), strict=True):
        assert ours.dtype is autograds.dtype
        assert torch.equal(ours, autograds)


def test_what_the_list_does_not_know_stays_as_it_is() -> None:
    unknown = network_of()  # adaptive pooling, and flattening
    assert taped(unknown, heads={}) is unknown
    headless = packed_of(nn.Sequential(nn.Conv2d(3, 5, 3), nn.GELU()), size=8)
    assert taped(headless, heads={}) is headless
    unlike = packed_of(nn.Sequential(nn.Conv2d(3, 5, 3, padding_mode="circular", padding=1), nn.Flatten()), size=8)
    assert taped(unlike, heads={}) is unlike


def test_a_head_of_another_kind_is_said_by_who_knows_it() -> None:
    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 5, 3), nn.Linear(5, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.head(self.conv(x).mean(dim=(2, 3)))
            return logits

    network = packed_of(seeded(Wrapped), size=8)
    network.head = FloatHead(network.head)
    assert taped(network, heads={}) is network
    tape = taped(network, heads={FloatHead: lambda float_head: linear(float_head.head)})
    images = pictures(2, size=8)
    assert torch.equal(gradient_of(tape, images)[1], gradient_of(network, images)[1])


def test_nothing_of_a_pass_is_kept_when_it_is_over() -> None:
    tape = taped(packed_of(seeded(Mixed), size=24), heads={})
    images = pictures(1, size=24).requires_grad_(True)
    logits = tape(images * 1.0)
    gone = ref(logits)
    gc.disable()
    try:
        torch.autograd.grad(logits.sum(), images)
        del logits
        assert gone() is None
    finally:
        gc.enable()
