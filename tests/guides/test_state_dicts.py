"""What training loops save is found, whatever they call it and wrap around it, and what was left alone is said."""

from __future__ import annotations

import argparse
import io

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import Description, blueprint_for, build_guide, read_weights
from lwise_core.guides.state_dicts import Entry, entry_in, network_in
from tests.conftest import tiny_network

State = dict[str, torch.Tensor]
STATE: State = {k: v for k, v in tiny_network().state_dict().items() if not k.endswith("num_batches_tracked")}
OTHER: State = {k: v + 1 for k, v in STATE.items()}
MEAN, STD = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.25, 0.2, 0.1])
OPTIMISER = {"state": {0: {"momentum_buffer": torch.zeros(3)}}, "param_groups": [{"lr": 0.1}]}
LIGHTNING = {"epoch": 4, "global_step": 9, "pytorch-lightning_version": "2.4.0", "optimizer_states": [OPTIMISER]}


def under(prefix: str, state: State = STATE) -> State:
    return {prefix + k: v for k, v in state.items()}


def saved(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def is_the_network(state: object) -> bool:
    assert isinstance(state, dict)
    return state.keys() == STATE.keys() and all(torch.equal(v, STATE[k]) for k, v in state.items())


LOOPS: dict[str, object] = {
    "compiled": under("_orig_mod."),
    "compiled, in parallel": {"model": under("module._orig_mod."), "epoch": 3},
    "Lightning, compiled": LIGHTNING | {"state_dict": under("model._orig_mod.")},
    "Lightning with the weights of a loss": LIGHTNING
    | {"state_dict": under("model.") | {"criterion.weight": torch.ones(3)}},
    "Lightning with two losses and a measure": LIGHTNING
    | {
        "state_dict": under("net.")
        | {"loss_fn.weight": torch.ones(3), "train_loss.pos_weight": torch.ones(3), "val_metrics.a.tp": torch.ones(5)}
    },
    "Lightning, net": LIGHTNING | {"state_dict": under("net.")},
    "backbone": {"state_dict": under("backbone."), "epoch": 4},
    "a name of their own": {"state_dict": under("my_resnet."), "epoch": 4},
    "an average beside it, in the state dict": {"state_dict": under("model_ema.", OTHER) | under("model.")},
    "student and teacher": {"state_dict": under("teacher.backbone.", OTHER) | under("student.backbone.")},
    "a projector beside it": {"state_dict": under("resnet.") | {"projector.weight": torch.ones(3, 3)}},
    "MoCo": {
        "state_dict": under("module.encoder_q.")
        | under("module.encoder_k.", OTHER)
        | {"module.queue": torch.zeros(4, 9), "module.queue_ptr": torch.zeros(1)}
    },
    "BYOL": {"state_dict": under("online_network.") | under("target_network.", OTHER)},
    "timm with an average": {"state_dict": STATE, "state_dict_ema": OTHER, "arch": "x", "metric": 77.1},
    "Lightning with an average among its callbacks": LIGHTNING
    | {"state_dict": under("model."), "callbacks": {"EMA{'decay': 0.99}": {"ema_state_dict": OTHER}}},
    "Lightning with two averages": LIGHTNING
    | {"state_dict": under("model.") | under("ema_model.", OTHER) | under("ema.module.", OTHER)},
    "DeepSpeed": {"module": STATE, "buffer_names": [], "optimizer": None, "ds_version": "0.9"},
    "Composer": {"state": {"model": under("module."), "optimizers": {"SGD": OPTIMISER}}, "rng": []},
    "Ignite": {"model": STATE, "optimizer": OPTIMISER, "trainer": {"iteration": 3}},
    "timm's wrapper of Hugging Face": under("timm_model.model."),
    "five deep": under("module.model.net._orig_mod.backbone."),
    "PyTorch's tutorial": {"epoch": 5, "model_state_dict": STATE, "optimizer_state_dict": OPTIMISER, "loss": 0.3},
    "net": {"net": under("module."), "acc": 91.2, "epoch": 180},
    "an entry of their own": {"resnet": STATE, "optimizer": OPTIMISER, "epoch": 3},
    "the average of DeiT": {"model_ema": OTHER, "model": STATE, "args": argparse.Namespace(lr=1)},
    "the average of others": {"params_ema": OTHER, "params": STATE},
    "only an average": {"ema_state_dict": STATE, "epoch": 3},
    "torch's AveragedModel": {"n_averaged": torch.tensor(3)} | under("module."),
    "an entry in an entry": {"checkpoint": {"state_dict": STATE, "epoch": 2}, "config": {"lr": 0.1}},
    "numbers beside the weights": STATE | {"epoch": 3, "arch": "x", "best": None},
    "weights of the classes beside it": {"net": STATE, "class_weights": torch.ones(3)},
    "weights of the classes in an entry": {"resnet": STATE, "balance": {"weight": torch.ones(3)}},
    "four deep": under("module.model.net._orig_mod."),
    "parts compiled": {k.replace("stages.", "stages._orig_mod."): v for k, v in under("model.").items()},
    "parts shared out": {
        k.replace("reduce.", "_checkpoint_wrapped_module.reduce."): v for k, v in under("_fsdp_wrapped_module.").items()
    },
    "layers in parallel": {k.replace("stages.", "stages.module."): v for k, v in STATE.items()},
    "Fabric": {"model": under("_forward_module."), "step": 7},
    "the epoch in a tuple": (STATE, 7),
    "the optimiser in a list": [STATE, OPTIMISER],
    "pairs": list(STATE.items()),
    "a head beside the backbone": {
        "meta": {"epoch": 3},
        "state_dict": {("head.fc." + k[5:] if k.startswith("head.") else "backbone." + k): v for k, v in STATE.items()},
    },
    "a classifier beside the encoder": {
        ("classifier." + k[5:] if k.startswith("head.") else "encoder." + k): v for k, v in STATE.items()
    },
}


@pytest.mark.parametrize("loop", list(LOOPS))
def test_the_network_is_found(loop: str) -> None:
    weights = read_weights(saved(LOOPS[loop]))
    assert is_the_network(weights.state)
    guide = build_guide(weights, blueprint_for(weights), Description("mine"))
    assert len(guide.classes) == STATE["head.weight"].shape[0]


@pytest.mark.parametrize(
    ("loop", "said"),
    [
        ("Lightning with the weights of a loss", "“criterion.weight”"),
        ("the average of DeiT", "“model_ema”"),
        ("PyTorch's tutorial", "“optimizer_state_dict”"),
        ("a projector beside it", "“projector.weight”"),
        ("student and teacher", "more beside the network"),
        ("numbers beside the weights", "“arch”"),
    ],
)
def test_what_was_left_alone_is_said(loop: str, said: str) -> None:
    assert said in " ".join(read_weights(saved(LOOPS[loop])).ignored)


@pytest.mark.parametrize(
    ("loop", "epoch"), [("net", 180), ("an entry in an entry", 2), ("numbers beside the weights", 3)]
)
def test_the_epoch_is_found_too(loop: str, epoch: int) -> None:
    assert read_weights(saved(LOOPS[loop])).epoch == epoch


NORMALISERS: dict[str, State] = {
    "RobustBench": {"normalize.mean": MEAN.view(1, 3, 1, 1), "normalize.std": STD.view(1, 3, 1, 1)} | under("model."),
    "a sequence": {"0.mean": MEAN, "0.std": STD} | under("1."),
    "randomised smoothing": {"module.0.means": MEAN, "module.0.sds": STD} | under("module.1."),
    "mu and sigma": {"mu": MEAN.view(3, 1, 1), "sigma": STD.view(3, 1, 1)} | under("model."),
    "0 to 255": {"pixel_mean": 255 * MEAN, "pixel_std": 255 * STD} | under("backbone."),
    "inside Lightning": under("model.", {"norm._mean": MEAN, "norm._std": STD} | under("net.")),
}


@pytest.mark.parametrize("layer", list(NORMALISERS))
def test_a_normaliser_inside_the_file_is_taken_over(layer: str) -> None:
    weights = read_weights(saved({"state_dict": NORMALISERS[layer]}))
    assert is_the_network(weights.state)
    assert weights.normaliser is not None
    mean, std = weights.normaliser
    assert mean == pytest.approx(MEAN.tolist(), rel=1e-6)
    assert std == pytest.approx(STD.tolist(), rel=1e-6)
    assert "robustness" not in weights.layout


def test_one_mean_for_grey_counts_for_all_three() -> None:
    found = network_in(under("model.") | {"norm.mean": torch.tensor([0.5]), "norm.std": torch.tensor([0.25])})
    assert found.normaliser == ((0.5,) * 3, (0.25,) * 3)


def test_a_normaliser_of_no_width_is_refused() -> None:
    with pytest.raises(CheckpointError, match="normaliser in the file is damaged"):
        network_in(under("model.") | {"norm.mean": MEAN, "norm.std": torch.zeros(3)})


def test_of_two_networks_neither_is_guessed() -> None:
    with pytest.raises(CheckpointError, match=r"several state dicts .“generator”, “critic”.; save the network's own"):
        entry_in({"generator": STATE, "critic": OTHER})


def test_a_dictionary_in_itself_ends() -> None:
    round_and_round: dict[object, object] = {"a": 1}
    round_and_round["model"] = round_and_round
    assert entry_in(round_and_round).state is round_and_round


WRAPPERS = st.lists(st.sampled_from(["module.", "model.", "net.", "_orig_mod.", "backbone.", "student."]), max_size=4)


@given(wrappers=WRAPPERS, entry=st.sampled_from(["model", "state_dict", "net", "model_state_dict", "weights", "my"]))
@settings(max_examples=40)
def test_any_wrappers_up_to_four_deep_come_off(wrappers: list[str], entry: str) -> None:
    found = entry_in({entry: under("".join(wrappers)), "optimizer": OPTIMISER, "epoch": 7})
    assert isinstance(found, Entry)
    assert (found.name, found.epoch, found.beside) == (entry, 7, ("“optimizer”",))
    state = {str(k): v for k, v in found.state.items() if isinstance(v, torch.Tensor)}
    assert is_the_network(network_in(state).state)


def test_a_layer_that_is_alone_keeps_its_name() -> None:
    assert set(network_in({"head.weight": MEAN, "head.bias": STD}).state) == {"head.weight", "head.bias"}
