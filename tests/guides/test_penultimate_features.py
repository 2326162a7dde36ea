"""Features are the input of the last linear layer, whatever else the network does, and the guide stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lwise_core.guides.guide import GuideModel
from lwise_core.guides.penultimate_features import Features, NoFeatures
from tests.conftest import guide_of


def images(count: int, *, seed: int = 0) -> torch.Tensor:
    return torch.rand((count, 3, 16, 16), generator=torch.Generator().manual_seed(seed))


@settings(max_examples=5)
@given(count=st.integers(1, 4), seed=st.integers(0, 9))
def test_the_last_layer_makes_the_guide_s_logits_of_the_features(count: int, seed: int) -> None:
    guide = guide_of(nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(48, 7), nn.ReLU(), nn.Linear(7, 5)))
    features = Features.of(guide)
    found = features.read(images(count, seed=seed))
    assert found.shape == (count, 7)
    assert found.dtype == np.float64
    logits = features.head(torch.from_numpy(found).float())
    torch.testing.assert_close(logits, guide.logits(images(count, seed=seed)))


def test_features_of_pictures_are_those_of_each_alone(tiny_guide: GuideModel) -> None:
    features = Features.of(tiny_guide)
    together = features.read(images(3))
    alone = np.concatenate([features.read(image[None]) for image in images(3)])
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)


def test_no_hook_stays_on_the_guide_or_its_twin(tiny_guide: GuideModel) -> None:
    features = Features.of(tiny_guide)
    features.read(images(1))
    with pytest.raises(RuntimeError):
        features.read(torch.rand(1, 3, 16))  # no picture: the hook is taken away nevertheless
    for network in (tiny_guide.network, features.network):
        assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())
    assert features.network is not tiny_guide.network


class TwoHeads(nn.Module):
    """The mean of two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(3, 5), nn.Linear(3, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean(dim=(2, 3))
        return (self.one(means) + self.other(means)) / 2


class Pooled(nn.Module):
    """Logits of every place, whose mean is taken last."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(x.flatten(2).transpose(1, 2)).mean(dim=1)


@pytest.mark.parametrize(
    "network", [TwoHeads(), Pooled(), nn.Sequential(nn.Conv2d(3, 5, 16), nn.Flatten())], ids=["heads", "pool", "none"]
)
def test_a_network_without_one_last_linear_layer_is_refused(network: nn.Module) -> None:
    with pytest.raises(NoFeatures, match="“test” does not end in a linear layer"):
        Features.of(guide_of(network))
