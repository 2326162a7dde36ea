from __future__ import annotations

import pytest
import torch
import torchvision

from lwise_core.guides.architectures import fill, named
from lwise_core.guides.torchvision_networks import (
    by_torchvision,
    has_auxiliary,
    head_of,
    preprocessing,
    torchvision_has,
)


def test_only_classifiers_are_known() -> None:
    assert torchvision_has("shufflenet_v2_x1_0")
    assert not torchvision_has("fasterrcnn_resnet50_fpn")
    assert not torchvision_has("Resnet18")
    assert not torchvision_has("../resnet18")


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("mobilenet_v2", "classifier.1"),
        ("squeezenet1_1", "classifier.1"),
        ("vit_b_32", "heads.head"),
        ("googlenet", "fc"),
        ("vgg11_bn", "classifier.6"),
    ],
)
def test_the_head_is_the_last_layer(name: str, head: str) -> None:
    assert head_of(name) == head


def test_a_network_is_fed_as_it_was_trained() -> None:
    assert preprocessing("inception_v3")[0] == 299
    assert preprocessing("vit_h_14")[0] == 224
    assert preprocessing("mobilenet_v2") == (224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.mark.parametrize("auxiliary", [True, False])
def test_heads_that_only_training_reads_may_be_there_or_not(auxiliary: bool) -> None:
    with torch.device("meta"):
        state = by_torchvision("googlenet", num_classes=3, auxiliary=auxiliary).state_dict()
        assert has_auxiliary(state) == auxiliary
        assert named("googlenet", state).build().state_dict().keys() == state.keys()


@pytest.mark.parametrize("name", ["mnasnet0_5", "shufflenet_v2_x0_5"])
def test_a_filled_network_gives_torchvisions_logits(name: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        original = getattr(torchvision.models, name)(num_classes=3).eval()
    state = dict(original.state_dict())  # as a file has it: without the versions of its modules
    network = fill(named(name, state), state).eval()
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(network(images), original(images), atol=0, rtol=0)
