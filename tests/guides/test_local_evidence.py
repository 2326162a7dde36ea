"""Local evidence: an exact mean over places where there is one, a sentence where there is none."""

from __future__ import annotations

from gc import collect
from weakref import ref

import numpy as np
import pytest
import timm
import torch
from hypothesis import given
from hypothesis import strategies as st
from timm.models import ConvNeXt, ResNet, VisionTransformer, Xcit
from timm.models.resnet import BasicBlock, Bottleneck
from timm.models.swin_transformer import SwinTransformer
from torch import nn

from lwise_core.guides import catalog, local_evidence
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.local_evidence import LocalEvidence, NotLocal, contrast, contrasts, nulls_of
from tests.conftest import eight_pictures, guide_of, tiny_network
from tests.support.relu_networks import Reusing, seeded, single_use

BUNDLED = sorted(entry.name for entry in catalog.entries() if entry.origin is catalog.Origin.BUNDLED)
SMALL = {"num_classes": 5, "img_size": 32, "embed_dim": 16}


class ConvolvedHead(nn.Module):
    """A head of 1 × 1 convolutions before the pooling, and a non-linearity that is no module."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.head = nn.Conv2d(8, 5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(torch.relu(self.stem(x))).mean(dim=(2, 3))
        return logits


class PooledByModule(nn.Module):
    """What enters the pooling is the output of no module, and dropout lies between pooling and head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(8, 5, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.dropout(self.pool(torch.relu(self.stem(x))).flatten(1)))
        return logits


def with_wild_norms(network: nn.Module) -> nn.Module:
    """Return ``network`` with statistics in its BatchNorms that are not those of new ones."""
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None and module.running_var is not None:
            module.running_mean.copy_(torch.randn(module.num_features, generator=generator) * 0.1)
            module.running_var.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
    return network


def resnet(block: type[nn.Module], **options: object) -> nn.Module:
    layers, channels = (1, 1, 1, 1), (8, 16, 16, 32)
    return seeded(ResNet, block=block, layers=layers, channels=channels, stem_width=8, num_classes=5, **options)


def repvgg() -> nn.Module:
    return with_wild_norms(seeded(timm.create_model, model_name="repvgg_a0", num_classes=5))


def swin() -> nn.Module:
    return seeded(SwinTransformer, patch_size=4, depths=(1, 1), num_heads=(1, 2), window_size=4, **SMALL)


LOCAL = {
    "compact": (tiny_network, 16),
    "reusing": (lambda: seeded(Reusing), 16),
    "single use": (lambda: seeded(single_use), 16),
    "1 × 1 head": (lambda: seeded(ConvolvedHead), 16),
    "pooled by a module": (lambda: seeded(PooledByModule), 16),
    "resnet, basic": (lambda: with_wild_norms(resnet(BasicBlock)), 64),
    "resnet, bottleneck": (lambda: with_wild_norms(resnet(Bottleneck, drop_rate=0.3)), 64),
    "resnet-18": (lambda: seeded(timm.create_model, model_name="resnet18", num_classes=5), 64),
    "resnet-50": (lambda: seeded(timm.create_model, model_name="resnet50", num_classes=5), 64),
    "repvgg": (repvgg, 64),
    "swin": (swin, 32),
    "vit that averages": (
        lambda: seeded(
            VisionTransformer,
            patch_size=8, depth=1, num_heads=2, class_token=False, global_pool="avg", fc_norm=False, **SMALL,
        ),
        32,
    ),
}  # fmt: skip
NOT_LOCAL = {
    "convnext": lambda: seeded(ConvNeXt, depths=(1, 1, 1, 1), dims=(8, 8, 8, 8), num_classes=5),
    "vit": lambda: seeded(VisionTransformer, patch_size=8, depth=1, num_heads=2, **SMALL),
    "xcit": lambda: seeded(Xcit, patch_size=8, depth=1, num_heads=2, cls_attn_layers=1, eta=1.0, **SMALL),
    "largest place": lambda: nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(5, 5)
    ),
    "no grid": lambda: nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 5)),
}


def assert_exact(guide: GuideModel, *, count: int = 2) -> None:
    """Fail unless evidence sums to the logits of ``count`` pictures, and its difference to theirs, to 1e-5."""
    pictures = eight_pictures(guide.input_size)[:count]
    said, logits = LocalEvidence.of(guide).read(pictures), guide.logits(pictures).double()
    assert said.shape[:2] == logits.shape
    assert said.shape[2] == said.shape[3] > 1
    scale = float(logits.abs().max())
    assert torch.allclose(said.mean(dim=(2, 3)), logits, rtol=0, atol=1e-5 * scale)
    gain = said[1] - said[0]
    assert torch.allclose(gain.mean(dim=(1, 2)), logits[1] - logits[0], rtol=0, atol=1e-5 * scale)
    assert float(said.std(dim=(2, 3)).max()) > 1e-3 * scale  # it is not the logit said at every place


@pytest.mark.parametrize("name", LOCAL)
def test_the_mean_over_places_is_the_logit_and_its_difference_the_gain(name: str) -> None:
    build, size = LOCAL[name]
    assert_exact(guide_of(build(), input_size=size))


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_guide_says_what_its_places_say(name: str) -> None:
    assert_exact(catalog.load(name))


@pytest.mark.parametrize("name", NOT_LOCAL)
def test_where_the_logit_is_no_mean_over_places_a_sentence_says_so(name: str) -> None:
    guide = guide_of(NOT_LOCAL[name](), input_size=32)
    with pytest.raises(NotLocal, match="no mean over places of the picture") as refused:
        LocalEvidence.of(guide)
    assert str(refused.value).count(". ") == 0


def test_what_a_place_says_depends_on_what_is_near_it(tiny_guide: GuideModel) -> None:
    guide = guide_of(tiny_guide.network, input_size=128)
    reader, picture = LocalEvidence.of(guide), eight_pictures(128)[:1]
    changed = picture.clone()
    changed[..., :16, :16] = 1 - changed[..., :16, :16]
    moved = (reader.read(changed) - reader.read(picture)).abs().amax(dim=(0, 1))
    assert float(moved[0, 0]) > 1e-3
    assert float(moved[-4:, -4:].max()) == 0


def test_many_pictures_are_read_as_each_alone(tiny_guide: GuideModel) -> None:
    reader, pictures = LocalEvidence.of(tiny_guide), eight_pictures(16).repeat(3, 1, 1, 1)
    alone = torch.cat([reader.read(picture[None]) for picture in pictures[:8]])
    assert torch.allclose(reader.read(pictures), alone.repeat(3, 1, 1, 1), atol=1e-5)


def test_where_it_reads_is_looked_for_once_for_a_network_and_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    look = local_evidence._place_in
    monkeypatch.setattr(local_evidence, "_place_in", lambda guide: looked.append(guide.input_size) or look(guide))
    picture, network = eight_pictures(16)[:1], tiny_network()
    first, again = (LocalEvidence.of(guide_of(network)).read(picture) for _ in range(2))
    assert torch.equal(first, again)
    LocalEvidence.of(guide_of(network, input_size=32))
    assert looked == [16, 32]
    for _ in range(2):
        with pytest.raises(NotLocal):
            LocalEvidence.of(guide_of(NOT_LOCAL["no grid"](), input_size=32))
    assert looked == [16, 32, 32, 32]  # another network each time


def test_what_was_found_goes_with_its_network() -> None:
    network = tiny_network()
    LocalEvidence.of(guide_of(network))
    gone = ref(network)
    del network
    collect()
    assert gone() is None


def test_the_guide_keeps_no_hook(tiny_guide: GuideModel) -> None:
    LocalEvidence.of(tiny_guide).read(eight_pictures(16)[:1])
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in tiny_guide.network.modules())


def test_contrast_compares_with_the_largest_three_others() -> None:
    evidence = torch.tensor([5.0, 1.0, 4.0, 2.0, 3.0])[None, :, None, None]
    assert contrast(evidence, target=0).item() == pytest.approx(5 - (4 + 3 + 2) / 3)
    assert contrast(evidence, target=1).item() == pytest.approx(1 - (5 + 4 + 3) / 3)
    assert contrast(evidence[:, :2], target=1).item() == 1 - 5
    assert contrast(evidence[:, :1], target=0).item() == 5


@given(
    classes=st.integers(1, 12), shift=st.floats(-5, 5), seed=st.integers(0, 99), raised=st.floats(0.1, 5)
)  # fmt: skip
def test_contrast_forgets_what_is_said_for_every_class_alike(
    classes: int, shift: float, seed: int, raised: float
) -> None:
    evidence = torch.randn(1, classes, 2, 2, generator=torch.Generator().manual_seed(seed)).double()
    own = contrast(evidence, target=0)
    if classes > 1:
        assert torch.allclose(contrast(evidence + shift, target=0), own, atol=1e-9)
    more = evidence.clone()
    more[:, 0] += raised
    assert torch.allclose(contrast(more, target=0), own + raised, atol=1e-9)
    assert torch.equal(contrasts(evidence)[:, 0], own)


def test_nulls_are_made_of_what_places_of_other_pictures_say(tiny_guide: GuideModel) -> None:
    batches = [(eight_pictures(16).roll(i, dims=3), torch.arange(8) % 5) for i in range(16)]
    nulls = nulls_of(tiny_guide, batches, basis="photographs")
    assert (nulls.weights_sha256, nulls.input_size, nulls.basis) == ("0" * 64, 16, "photographs")
    said = contrasts(LocalEvidence.of(tiny_guide).read(torch.cat([images for images, _ in batches]))).numpy()
    shown = torch.cat([targets for _, targets in batches]).numpy()
    assert nulls.counts.tolist() == [int((shown != y).sum()) for y in range(5)]
    largest = said.max(axis=(2, 3))
    for target in range(5):
        p = [nulls.of_picture(c[target], target=target) for c in said[shown != target]]
        assert 0 < np.mean(np.array(p) <= 0.1) <= 0.1
        assert nulls.of_picture(np.array([[largest[:, target].max() + 1]]), target=target) < 0.05
