"""EfficientNet-Lite0 is timm's, weight for weight, and can be folded."""

from __future__ import annotations

from dataclasses import replace

import pytest
import timm
import torch

from lwise_core.enhancement.fast_twin import folded
from lwise_core.guides.architectures import fill, named, recognise
from lwise_core.guides.efficientnet_lite import TIMM_NAME, EfficientNetLite0


@pytest.fixture(scope="module")
def theirs() -> torch.nn.Module:
    """timm's network, with running averages of its own."""
    torch.manual_seed(0)
    network = timm.create_model(TIMM_NAME, num_classes=5)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)  # type: ignore[union-attr]
            module.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr]
    return network.eval()


@pytest.mark.parametrize("size", [64, 96])
def test_it_gives_the_logits_and_gradients_of_timm_s(theirs: torch.nn.Module, size: int) -> None:
    ours = EfficientNetLite0(num_classes=5).eval()
    ours.load_state_dict(theirs.state_dict())
    image = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0), requires_grad=True)
    said, wanted = ours(image), theirs(image)
    torch.testing.assert_close(said, wanted, rtol=1e-4, atol=1e-5)
    (own,) = torch.autograd.grad(said.logsumexp(1).sum(), image)
    (their,) = torch.autograd.grad(wanted.logsumexp(1).sum(), image)
    torch.testing.assert_close(own, their, rtol=1e-3, atol=1e-6)


def test_a_file_of_timm_s_gives_it_away(theirs: torch.nn.Module) -> None:
    state = theirs.state_dict()
    found = recognise(state)
    assert found is not None
    assert replace(found, build=EfficientNetLite0) == replace(named(TIMM_NAME, state), build=EfficientNetLite0)
    assert (found.name, found.num_classes, found.mean) == (TIMM_NAME, 5, (0.5, 0.5, 0.5))
    assert isinstance(fill(found, state), EfficientNetLite0)
    other = timm.create_model("tf_efficientnet_lite1", num_classes=5).state_dict()
    assert recognise(other) is None


def test_every_normalisation_folds_into_its_convolution(theirs: torch.nn.Module) -> None:
    ours = EfficientNetLite0(num_classes=5).eval()
    ours.load_state_dict(theirs.state_dict())
    smaller = folded(ours)
    assert not [m for m in smaller.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(smaller(image), ours(image), rtol=1e-3, atol=1e-4)
