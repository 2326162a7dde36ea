"""Packed convolutions: the plain network's values and gradients, for any geometry, and their sums and ReLUs."""

from __future__ import annotations

import pytest
import timm
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn

from lwise_core.enhancement.fast_twin import folded
from lwise_core.enhancement.packed_convolutions import PackedConv, can_pack, packed

pytestmark = pytest.mark.skipif(
    not can_pack(torch.device("cpu"), torch.float32), reason="This PyTorch has no oneDNN, so nothing is packed."
)
SIZE = 24


class Block(nn.Module):
    """A residual block with everything that packing looks for: a shortcut of its own, identities, a ReLU in place."""

    def __init__(self, channels_in: int, channels: int, *, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.between = nn.Identity()
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.shortcut = nn.Conv2d(channels_in, channels, 1, stride=stride)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.second(self.act(self.between(self.norm(self.first(x)))))
        inner += self.shortcut(x)
        activated: torch.Tensor = self.act(inner)
        return activated


def network_of(*, seed: int = 0) -> fx.GraphModule:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        plain = nn.Sequential(
            nn.Conv2d(3, 8, 7, stride=2, padding=3),
            nn.ReLU(),
            Block(8, 16, stride=2),
            Block(16, 16, stride=1),
            nn.Conv2d(16, 16, 3, padding=1, groups=4),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(16, 5),
        )
    flat = folded(plain.eval())
    assert isinstance(flat, fx.GraphModule)
    return flat.to(memory_format=torch.channels_last)


def pictures(count: int, *, size: int = SIZE) -> torch.Tensor:
    random = torch.Generator().manual_seed(1)
    return torch.rand(count, 3, size, size, generator=random).contiguous(memory_format=torch.channels_last)


def value_and_gradient(network: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    images = images.clone().requires_grad_(True)
    logits = network(images)
    (gradient,) = torch.autograd.grad(logits[:, 2].sum(), images)
    return logits.detach(), gradient


@pytest.mark.parametrize(("count", "size"), [(1, SIZE), (3, SIZE), (1, 32), (2, 20)])
def test_values_and_gradients_are_the_plain_network_s_for_every_size(count: int, size: int) -> None:
    wanted = value_and_gradient(network_of(), pictures(count, size=size))
    got = value_and_gradient(packed(network_of(), pictures(1)), pictures(count, size=size))
    assert got[0] == pytest.approx(wanted[0], abs=1e-5)
    assert torch.allclose(got[1], wanted[1], atol=1e-6, rtol=1e-4)


def test_sums_and_relus_are_fused_and_groups_are_left_alone() -> None:
    network = packed(network_of(), pictures(1))
    called = [network.get_submodule(str(n.target)) for n in network.graph.nodes if n.op == "call_module"]
    assert sum(isinstance(m, PackedConv) for m in called) == 7
    assert sum(len(n.args) == 2 for n in network.graph.nodes if n.op == "call_module") == 2
    assert [m.groups for m in called if isinstance(m, nn.Conv2d)] == [4]
    assert not any(isinstance(m, nn.ReLU | nn.Identity) for m in called)


def test_a_value_that_is_used_twice_keeps_its_own_relu() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.conv(x)
            return (torch.relu(y) - y + y.size(2) + 1).mean(dim=(2, 3))

    torch.manual_seed(0)
    plain = fx.symbolic_trace(Twice()).requires_grad_(False)
    wanted = value_and_gradient(plain, pictures(2))
    got = value_and_gradient(packed(plain, pictures(1)), pictures(2))
    assert torch.allclose(got[0], wanted[0], atol=1e-6)
    assert torch.allclose(got[1], wanted[1], atol=1e-6)


def test_a_real_resnet_is_packed_whole() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        plain = timm.create_model("resnet18", pretrained=False, num_classes=5).eval().requires_grad_(False)
    wanted = value_and_gradient(plain, pictures(2, size=64))
    flat = folded(plain)
    assert isinstance(flat, fx.GraphModule)
    network = packed(flat, pictures(1, size=64))
    assert not any(
        isinstance(m, nn.Conv2d)
        for m in (network.get_submodule(str(n.target)) for n in network.graph.nodes if n.op == "call_module")
    )
    got = value_and_gradient(network, pictures(2, size=64))
    assert torch.allclose(got[0], wanted[0], atol=1e-4)
    assert torch.cosine_similarity(got[1].flatten(1), wanted[1].flatten(1)).min() > 0.9999


@pytest.mark.parametrize("relu", [False, True])
def test_what_is_added_comes_before_the_relu_and_gets_its_gradient(relu: bool) -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(3, 4, 3, padding=1).requires_grad_(False)
    images = pictures(2).requires_grad_(True)
    added = torch.randn_like(conv(images)).requires_grad_(True)
    plain = conv(images) + added
    wanted = torch.relu(plain) if relu else plain
    got = PackedConv(conv, input_size=images.shape, output_size=added.shape, relu=relu)(images, added)
    assert torch.allclose(got, wanted, atol=1e-6)
    for mine, theirs in zip(
        *(torch.autograd.grad(r.square().sum(), (images, added)) for r in (got, wanted)), strict=True
    ):
        assert torch.allclose(mine, theirs, atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    kernel=st.integers(1, 7),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
    channels=st.sampled_from([1, 3, 5]),
    blocks=st.integers(2, 5),
)
def test_the_gradient_is_right_for_every_geometry(
    kernel: int, stride: int, padding: int, channels: int, blocks: int
) -> None:
    size = max(blocks * stride, kernel)
    torch.manual_seed(kernel + 10 * stride)
    conv = nn.Conv2d(channels, 4, kernel, stride=stride, padding=min(padding, kernel - 1)).requires_grad_(False)
    images = torch.rand(2, channels, size, size).contiguous(memory_format=torch.channels_last)
    plain = images.clone().requires_grad_(True)
    result = conv(plain)
    weights = torch.rand_like(result)
    (wanted,) = torch.autograd.grad((result * weights).sum(), plain)
    fast = PackedConv(conv, input_size=images.shape, output_size=result.shape, relu=False)
    mine = images.clone().requires_grad_(True)
    (got,) = torch.autograd.grad((fast(mine) * weights).sum(), mine)
    assert torch.allclose(got, wanted, atol=1e-5)


def test_only_cpus_that_compute_in_the_dtype_are_packed_for() -> None:
    assert not can_pack(torch.device("cuda"), torch.float32)
    assert not can_pack(torch.device("cpu"), torch.float64)
