"""Captum's rules: a network that they cover is rewritten to the same function, every other one is refused by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, ResNet

from lwise_core.inspection.captum_compat import DEEP_LIFT_RULES, GUIDED, DisjointMaxPool, NotCovered, Rules, rewritten
from tests.conftest import tiny_network
from tests.support.relu_networks import Reusing, seeded, single_use

PICTURES = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))


class Calling(nn.Module):
    """Computes ``function`` on its input, and no module sees it."""

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(x)


def resnet() -> nn.Module:
    return ResNet(BasicBlock, [1, 1, 1, 1], num_classes=5)


@pytest.mark.parametrize("rules", [GUIDED, DEEP_LIFT_RULES], ids=lambda rules: rules.name)
@pytest.mark.parametrize("build", [single_use, Reusing, resnet])
def test_a_rewritten_network_computes_the_same_with_each_unit_used_once(
    build: Callable[[], nn.Module], rules: Rules
) -> None:
    network = seeded(build)
    other = rewritten(network, rules, example=PICTURES)
    assert torch.allclose(other(PICTURES), network(PICTURES), atol=1e-6)
    calls: list[nn.Module] = []
    units = [m for m in other.modules() if isinstance(m, nn.ReLU | nn.MaxPool2d)]
    for unit in units:
        unit.register_forward_hook(lambda module, _inputs, _output: calls.append(module))
    other(PICTURES)
    assert len(calls) == len(set(calls)) > 1
    assert not any(getattr(unit, "inplace", False) for unit in calls)


def test_the_network_stays_as_it_is() -> None:
    network = seeded(Reusing)
    before = network(PICTURES)
    modules = list(network.modules())
    rewritten(network, DEEP_LIFT_RULES, example=PICTURES)
    assert list(network.modules()) == modules
    assert network.relu.inplace is True
    assert torch.equal(network(PICTURES), before)


@pytest.mark.parametrize("rules", [GUIDED, DEEP_LIFT_RULES], ids=lambda rules: rules.name)
@pytest.mark.parametrize(
    ("network", "named"),
    [
        (tiny_network(), "GELU"),
        (nn.Sequential(nn.Conv2d(3, 3, 1), Calling(F.gelu)), "gelu"),
        (nn.Sequential(Calling(torch.sigmoid)), "sigmoid"),
        (nn.Sequential(Calling(lambda x: x * x)), "mul"),
        (nn.Sequential(nn.LayerNorm(16)), "LayerNorm"),
        (nn.Sequential(nn.BatchNorm2d(3, track_running_stats=False)), "BatchNorm2d"),
        (nn.Sequential(nn.MaxPool2d(2, ceil_mode=True)), "MaxPool2d"),
        (nn.Sequential(nn.ReLU6()), "ReLU6"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_rule_covers_is_refused_by_name(network: nn.Module, named: str, rules: Rules) -> None:
    with pytest.raises(NotCovered, match=f"^{rules.name} has no rule for “{named}”"):
        rewritten(network.eval(), rules, example=PICTURES)


def test_guided_backpropagation_covers_relu_alone() -> None:
    network = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Tanh())
    assert torch.equal(rewritten(network, DEEP_LIFT_RULES, example=PICTURES)(PICTURES), network(PICTURES))
    with pytest.raises(NotCovered, match="Tanh"):
        rewritten(network, GUIDED, example=PICTURES)


def test_a_network_whose_course_depends_on_the_picture_is_refused() -> None:
    network = Calling(lambda x: x if x.sum() > 0 else -x)
    with pytest.raises(NotCovered, match="operation by operation"):
        rewritten(network, GUIDED, example=PICTURES)


@pytest.mark.parametrize(
    "relu", [lambda x: F.relu(x, inplace=True), torch.relu, lambda x: x.relu(), lambda x: x.relu_()]
)
def test_rectified_units_without_a_module_get_one(relu: Callable[[torch.Tensor], torch.Tensor]) -> None:
    other = rewritten(nn.Sequential(nn.Conv2d(3, 3, 1), Calling(relu)), GUIDED, example=PICTURES)
    assert sum(isinstance(module, nn.ReLU) for module in other.modules()) == 1


def test_a_network_that_uses_again_what_it_rectified_in_place_is_refused() -> None:
    torch.manual_seed(0)  # where nothing is below 0, nothing is rectified
    network = nn.Sequential(nn.Conv2d(3, 3, 1), Calling(lambda x: F.relu(x, inplace=True) + x))
    with pytest.raises(NotCovered, match="works in place"):
        rewritten(network, GUIDED, example=PICTURES)


def test_networks_of_others_compute_as_ever_while_one_is_traced() -> None:
    someone, picture = tiny_network().eval(), PICTURES[:1]
    expected = someone(picture)
    seen: list[torch.Tensor] = []

    def beside(x: torch.Tensor) -> torch.Tensor:
        seen.append(someone(picture))
        return x

    rewritten(nn.Sequential(Calling(beside)), GUIDED, example=PICTURES)
    assert torch.equal(seen[0], expected)


def test_the_guide_itself_computes_as_ever_while_it_is_traced() -> None:
    convolution = nn.Conv2d(3, 3, 1)
    expected = convolution(PICTURES)
    seen: list[object] = []

    def beside(x: torch.Tensor) -> torch.Tensor:
        seen.append(convolution(PICTURES))
        return x

    rewritten(nn.Sequential(convolution, Calling(beside)), GUIDED, example=PICTURES)
    assert isinstance(seen[0], torch.Tensor)
    assert torch.equal(seen[0], expected)


@given(
    kernel=st.integers(1, 4),
    stride=st.integers(1, 4),
    padding=st.integers(0, 2),
    side=st.integers(5, 9),
    data=st.data(),
)
def test_pooling_side_by_side_is_the_same_pooling(
    kernel: int, stride: int, padding: int, side: int, data: st.DataObject
) -> None:
    pool = nn.MaxPool2d(kernel, stride=stride, padding=min(padding, kernel // 2))
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 99)))
    features = torch.randn(2, 3, side, side + 1, generator=generator)
    assert torch.equal(DisjointMaxPool(pool)(features), pool(features))
