"""Names of weights are put right where wrappers or a head stand apart, and left alone everywhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import nn

from lwise_core.guides.architectures import fill, recognise
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import blueprint_for, read_weights
from lwise_core.guides.network_parts import Tensors, put_together, why_no_head, without_inner_wrappers
from lwise_core.guides.other_weights import why_no_network
from lwise_core.guides.state_dicts import network_in
from tests.conftest import tiny_network
from tests.guides.test_state_dicts import saved

STATE = tiny_network().state_dict()
TRUNK = {f"encoder.{k}": v for k, v in STATE.items() if not k.startswith("head.")}
HEAD = STATE["head.weight"]


@pytest.mark.parametrize("wrapper", ["_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."])
def test_wrappers_of_torch_come_off_wherever_they_lie(wrapper: str) -> None:
    wrapped = {wrapper + k.replace(".", f".{wrapper}"): v for k, v in STATE.items()}
    assert without_inner_wrappers(wrapped).keys() == STATE.keys()


def test_two_weights_never_become_one() -> None:
    state = {"_orig_mod.w": torch.zeros(1), "w": torch.ones(1)}
    assert without_inner_wrappers(state) is state


@pytest.mark.parametrize("layer", ["fc", "classifier", "head.fc", "linear_probe.0"])
def test_the_one_layer_beside_a_trunk_is_its_head(layer: str) -> None:
    parts = TRUNK | {f"{layer}.{k}": STATE[f"head.{k}"] for k in ("weight", "bias")}
    blueprint = recognise(put_together(parts))
    assert blueprint is not None
    assert blueprint.num_classes == len(HEAD)


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"a.weight": HEAD, "b.weight": HEAD},
        {"a.weight": HEAD, "a.bias": HEAD[:, 0], "a.scale": HEAD},
        {"a.weight": HEAD[0]},
    ],
    ids=["no head", "two layers", "another layer", "no matrix"],
)
def test_no_head_is_made_up(beside: dict[str, torch.Tensor]) -> None:
    state = TRUNK | beside
    assert put_together(state).keys() == state.keys()


def in_sequence(network: nn.Module, *, head: bool) -> Tensors:
    """Return the weights of ``nn.Sequential(*list(network.children()))``, with its last part or without."""
    return nn.Sequential(*list(network.children())[: None if head else -1]).state_dict()


def flattened(network: nn.Module) -> Tensors:
    *trunk, head = network.children()
    return nn.Sequential(*trunk, nn.Flatten(), head).state_dict()


def beside(trunk: Tensors, prefix: str, head: str, network: nn.Module) -> Tensors:
    last = list(network.children())[-1].state_dict()
    return {f"{prefix}{k}": v for k, v in trunk.items()} | {f"{head}.{k}": v for k, v in last.items()}


IN_SEQUENCE: dict[str, Callable[[nn.Module], Tensors]] = {
    "whole": lambda n: in_sequence(n, head=True),
    "whole, with a flattening": flattened,
    "Lightning's example": lambda n: beside(in_sequence(n, head=False), "feature_extractor.", "classifier", n),
    "a sequence in a sequence": lambda n: beside(in_sequence(n, head=False), "0.", "2", n),
    "a head in a sequence": lambda n: beside(in_sequence(n, head=False), "backbone.", "head.1", n),
}


@pytest.mark.parametrize("way", list(IN_SEQUENCE))
@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_resnet_in_a_sequence_gets_its_names_by_position(way: str, name: str) -> None:
    network = torchvision.models.get_model(name, weights=None, num_classes=5)
    found = network_in(IN_SEQUENCE[way](network)).state
    blueprint = recognise(found)
    assert blueprint is not None
    assert (blueprint.name, blueprint.num_classes) == (name, 5)
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(fill(blueprint, found).eval()(picture), network.eval()(picture))


@pytest.mark.parametrize("end", ["", "two heads", "a part more"])
def test_a_sequence_that_is_no_resnet_with_one_head_is_left_alone(end: str) -> None:
    network = torchvision.models.get_model("resnet18", weights=None, num_classes=5)
    state = {f"feature_extractor.{k}": v for k, v in in_sequence(network, head=False).items()}
    layer = {"weight": torch.zeros(5, 512), "bias": torch.zeros(5)}
    if end == "two heads":
        state |= {f"{head}.{k}": v for head in ("classifier", "rotation") for k, v in layer.items()}
    if end == "a part more":
        state |= {"feature_extractor.9.weight": torch.zeros(5), "feature_extractor.10.weight": torch.zeros(5)}
    assert put_together(state).keys() == state.keys()
    assert recognise(put_together(state)) is None


def test_a_sequence_of_other_layers_is_refused_with_a_line_that_names_them() -> None:
    network = torchvision.models.get_model("mobilenet_v2", weights=None, num_classes=5)
    state = in_sequence(network, head=True)
    said = why_no_network(network_in(state).state)
    assert said is not None
    assert "“0.0.0.weight” to “1.1.bias”" in said
    assert "save dict(zip(network.state_dict(), sequence.state_dict().values()))" in said
    sequence = nn.Sequential(*network.children())
    named = dict(zip(network.state_dict(), sequence.state_dict().values(), strict=False))
    assert named.keys() == network.state_dict().keys()
    assert all(torch.equal(named[name], value) for name, value in network.state_dict().items())


def resnet(**head: Tensors) -> Tensors:
    """Return a ResNet-18 of 5 classes, with other layers in place of its last where they are given."""
    state = torchvision.models.get_model("resnet18", weights=None, num_classes=5).state_dict()
    trunk = {k: v for k, v in state.items() if not k.startswith("fc.")}
    return trunk | {f"{layer}.{k}": v for layer, parts in head.items() for k, v in parts.items()} if head else state


def linear(*shape: int) -> Tensors:
    return {"weight": torch.zeros(shape), "bias": torch.zeros(shape[0])}


def test_a_last_layer_behind_a_dropout_is_the_head() -> None:
    found = network_in(resnet(**{"fc.1": linear(5, 512)})).state
    assert found.keys() == resnet().keys()
    assert found["fc.weight"].shape == (5, 512)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            lambda: resnet(**{"fc.0": linear(256, 512), "fc.3": linear(5, 256)}),
            "has “fc.0.weight” of the shape (256, 512), “fc.3.weight” of the shape (5, 256) in its place",
        ),
        (lambda: {k: v for k, v in resnet().items() if "fc" not in k}, "is not in the file; save the network with one"),
        (
            lambda: (
                {f"backbone.{k}": v for k, v in resnet().items() if "fc" not in k}
                | {f"{layer}.{k}": v for layer in ("age", "sex") for k, v in linear(2, 512).items()}
            ),
            "has “age.weight” of the shape (2, 512), “sex.weight” of the shape (2, 512) in its place",
        ),
    ],
    ids=["two layers", "none", "two heads"],
)
@pytest.mark.parametrize("architecture", [None, "resnet18"])
def test_a_network_but_for_its_last_layer_is_called_that(
    state: Callable[[], Tensors], said: str, architecture: str | None
) -> None:
    with pytest.raises(CheckpointError) as refused:
        blueprint_for(read_weights(saved(state())), architecture)
    assert "are those of a resnet18 whose last layer, from which the classes are read" in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("takes", [5, 512])
@pytest.mark.parametrize("name", ["classifier", "fc", "head_2", "head3"])
def test_a_head_beside_a_network_that_has_one_is_not_left_out_in_silence(name: str, takes: int) -> None:
    both = {f"model.{k}": v for k, v in resnet().items()} | {f"{name}.{k}": v for k, v in linear(3, takes).items()}
    with pytest.raises(CheckpointError, match=rf"two heads, “{name}\.weight” of the shape \(3, {takes}\) and “model"):
        read_weights(saved(both))


def test_layers_beside_a_network_that_are_no_head_are_left_alone() -> None:
    both = {f"model.{k}": v for k, v in resnet().items()}
    both |= {f"projector.{k}": v for k, v in linear(3, 512).items()} | {"head.weight": torch.zeros(3, 7)}
    assert recognise(network_in(both).state) is not None


def test_what_is_no_network_at_all_lacks_no_head() -> None:
    assert why_no_head({"a.weight": HEAD}) is None
    assert why_no_head({}) is None
