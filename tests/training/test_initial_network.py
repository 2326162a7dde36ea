from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import GuideModel
from lwise_core.training.initial_network import new_start, of_guide, start_from, start_from_file
from lwise_core.training.recipes import RecipeError

LIMIT = 9_000_000


def test_the_same_classes_in_another_order_keep_the_outputs_and_their_order(tiny_guide: GuideModel) -> None:
    start = of_guide(tiny_guide).for_classes(("E", "d", "c", "b", "a"), seed=0, largest=LIMIT)
    assert start.classes == ("a", "b", "c", "d", "E")
    assert torch.equal(start.network.head.weight, tiny_guide.network.head.weight)  # type: ignore[union-attr, arg-type]


def test_a_class_with_a_new_name_keeps_its_output(tiny_guide: GuideModel) -> None:
    start = of_guide(tiny_guide).renamed({"b": "b or c"})
    tuned = start.for_classes(("a", "b or c", "c", "d", "e"), seed=0, largest=LIMIT)
    assert tuned.classes == ("a", "b or c", "c", "d", "e")
    assert torch.equal(tuned.network.head.weight, tiny_guide.network.head.weight)  # type: ignore[union-attr, arg-type]


def test_other_classes_get_new_outputs_on_the_same_features(tiny_guide: GuideModel) -> None:
    start = of_guide(tiny_guide).for_classes(("x", "y"), seed=0, largest=LIMIT)
    assert start.classes == ("x", "y")
    own, before = start.network.state_dict(), tiny_guide.network.state_dict()
    assert own["head.weight"].shape[0] == 2
    assert all(torch.equal(own[k], before[k]) for k in before if not k.startswith("head"))


def test_the_seed_decides_new_weights() -> None:
    start = new_start(None, width=4, size=16)
    one, same, other = (start.for_classes(("x", "y"), seed=s, largest=LIMIT).network.state_dict() for s in (1, 1, 2))
    assert torch.equal(one["head.weight"], same["head.weight"])
    assert not torch.equal(one["head.weight"], other["head.weight"])


@pytest.mark.parametrize(("size", "stride"), [(32, 1), (64, 2), (128, 2)])
def test_large_inputs_begin_with_a_stride(size: int, stride: int) -> None:
    network = new_start(None, width=4, size=size).for_classes(("x", "y"), seed=0, largest=LIMIT).network
    assert isinstance(network, CompactResNet)
    assert network.stem.conv.stride == (stride, stride)


def test_training_a_start_leaves_the_guide_alone(tiny_guide: GuideModel) -> None:
    start = of_guide(tiny_guide)
    with torch.no_grad():
        next(start.network.parameters()).zero_()
    assert bool(next(tiny_guide.network.parameters()).any())


def test_a_network_too_large_for_the_file_is_refused_before_training() -> None:
    with pytest.raises(RecipeError, match=r"more than 9,000,000: make the network narrower"):
        new_start(None, width=64, size=32).for_classes(("x", "y"), seed=0, largest=LIMIT)


def test_a_guide_is_tuned_at_another_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    start = start_from("phantom4-64", size=96)
    assert (start.input_size, start.plain()["input_size"]) == (96, 96)
    assert start.origin.endswith("now at 96 px")
    assert start_from("phantom4-64", size=64).origin == start_from("phantom4-64").origin
    with pytest.raises(RecipeError, match="multiple of 16 px, not 90"):
        start_from("phantom4-64", size=90)


def test_a_weight_file_of_another_network_is_begun_with_at_another_size(tmp_path: Path) -> None:
    plain = timm.create_model("test_efficientnet", num_classes=7)
    save_file(plain.state_dict(), tmp_path / "plain.safetensors")
    start = start_from_file(tmp_path / "plain.safetensors", "test_efficientnet", size=48)
    ready = start.for_classes(("x", "y"), seed=0, largest=LIMIT)
    own, before = ready.network.state_dict(), plain.state_dict()
    assert own["classifier.weight"].shape[0] == 2
    assert all(torch.equal(own[k], v) for k, v in before.items() if not k.startswith("classifier") and v.ndim)
    assert ready.network.eval()(torch.zeros(1, 3, 48, 48)).shape == (1, 2)
    blueprint = ready.blueprint()
    assert (blueprint.name, blueprint.num_classes, blueprint.input_size) == ("test_efficientnet", 2, 48)
    assert ready.origin.startswith("the weight file plain.safetensors, SHA-256 ")


def test_a_network_with_weights_for_every_place_keeps_its_size(tmp_path: Path) -> None:
    save_file(timm.create_model("test_vit", num_classes=3).state_dict(), tmp_path / "vit.safetensors")
    with pytest.raises(RecipeError, match="Only a convolutional network"):
        start_from_file(tmp_path / "vit.safetensors", "test_vit", size=48)
