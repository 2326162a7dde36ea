"""CompactResNet: the layout that its weight files use, and the lack of strides that keeps its gradients clean."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lwise_core.guides.compact_resnet import CompactResNet, ConvNormAct, ResidualStage
from lwise_core.guides.guide import GuideModel


@pytest.mark.parametrize("stem_stride", [1, 2])
@pytest.mark.parametrize("size", [32, 64])
def test_one_logit_a_class_and_picture(stem_stride: int, size: int) -> None:
    network = CompactResNet(width=4, num_classes=7, stem_stride=stem_stride).eval()
    assert network(torch.zeros(2, 3, size, size)).shape == (2, 7)


def test_only_two_stems_exist() -> None:
    with pytest.raises(ValueError, match="stem_stride must be 1 or 2, not 3"):
        CompactResNet(width=4, num_classes=7, stem_stride=3)


@pytest.mark.parametrize(("stem_stride", "kernel"), [(1, 3), (2, 5)])
def test_widths_and_kernels(stem_stride: int, kernel: int) -> None:
    network = CompactResNet(width=6, num_classes=7, stem_stride=stem_stride)
    shapes = {name: tuple(weight.shape) for name, weight in network.state_dict().items()}
    assert shapes["stem.conv.weight"] == (6, 3, kernel, kernel)
    assert shapes["stages.0.reduce.conv.weight"] == (12, 6, 3, 3)
    assert shapes["stages.1.residual.0.conv.weight"] == (24, 24, 3, 3)
    assert shapes["stages.2.residual.1.conv.weight"] == (48, 48, 3, 3)
    assert shapes["head.weight"] == (7, 48)


def test_keys_are_those_of_the_weight_files() -> None:
    norm = [f"norm.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    blocks = ["stem"] + [f"stages.{i}.{b}" for i in range(3) for b in ("reduce", "residual.0", "residual.1")]
    expected = {f"{block}.{key}" for block in blocks for key in ["conv.weight", *norm]} | {"head.weight", "head.bias"}
    network = CompactResNet(width=4, num_classes=7, stem_stride=1)
    assert {key for key in network.state_dict() if not key.endswith("num_batches_tracked")} == expected


def test_nothing_strides_after_the_stem() -> None:
    network = CompactResNet(width=4, num_classes=7, stem_stride=2)
    strides = {n: m.stride for n, m in network.named_modules() if isinstance(m, nn.Conv2d)}
    assert strides.pop("stem.conv") == (2, 2)
    assert set(strides.values()) == {(1, 1)}


def test_a_block_is_convolution_then_norm_then_gelu() -> None:
    block = ConvNormAct(3, 4).eval()
    x = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(block(x), nn.functional.gelu(block.norm(block.conv(x))))


def test_a_stage_activates_before_it_pools_and_adds_last() -> None:
    stage = ResidualStage(4).eval()
    x = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    pooled = nn.functional.avg_pool2d(stage.reduce(x), 2)
    assert torch.equal(stage(x), pooled + stage.residual(pooled))


def test_the_bundled_weights_fill_every_place(bundled_guide: GuideModel) -> None:
    assert isinstance(bundled_guide.network, CompactResNet)
    assert len(bundled_guide.classes) == bundled_guide.network.head.out_features == 16
    assert all(bool(weight.isfinite().all()) for weight in bundled_guide.network.state_dict().values())
    for module in bundled_guide.network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_var is not None
            assert not torch.equal(module.running_var, torch.ones_like(module.running_var))
