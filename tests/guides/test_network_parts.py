"""Names of weights are put right where wrappers or a head stand apart, and left alone everywhere else."""

from __future__ import annotations

import pytest
import torch

from lwise_core.guides.architectures import recognise
from lwise_core.guides.network_parts import put_together, without_inner_wrappers
from tests.conftest import tiny_network

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
