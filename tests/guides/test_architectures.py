from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
import torchvision
from torch import nn

from lwise_core.guides.architectures import compact, fill, named, recognise
from lwise_core.guides.blueprints import ArchitectureError, Blueprint, shapes_of
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import IDENTITY_MEAN, IDENTITY_STD, IMAGENET_MEAN, IMAGENET_STD
from tests.oracle.seeded import seeded_state

FIXTURES = Path(__file__).parents[1] / "oracle" / "fixtures"


def state_of(network: nn.Module) -> dict[str, torch.Tensor]:
    return network.state_dict()


def on_meta(build: Callable[..., nn.Module], **arguments: object) -> dict[str, torch.Tensor]:
    return dict(shapes_of(lambda: build(**arguments)))


def seeded(shapes: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k: torch.from_numpy(v) for k, v in seeded_state({k: tuple(v.shape) for k, v in shapes.items()}).items()}


@pytest.mark.parametrize("width", [4, 48])
@pytest.mark.parametrize(("stride", "size"), [(1, 32), (2, 64)])
def test_compact_networks_are_recognised_by_their_shapes(width: int, stride: int, size: int) -> None:
    blueprint = recognise(on_meta(CompactResNet, width=width, num_classes=7, stem_stride=stride))
    assert blueprint is not None
    assert blueprint.name == f"CompactResNet (width {width}, stem stride {stride})"
    assert (blueprint.num_classes, blueprint.input_size) == (7, size)
    assert (blueprint.mean, blueprint.std) == (IMAGENET_MEAN, IMAGENET_STD)


@pytest.mark.parametrize(
    "name",
    ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2", "resnext50_32x4d"],
)
def test_torchvisions_and_timms_resnets_are_recognised(name: str) -> None:
    for state in (
        on_meta(getattr(torchvision.models, name), num_classes=12),
        on_meta(timm.create_model, model_name=name, num_classes=12),
    ):
        blueprint = recognise(state)
        assert blueprint is not None
        assert (blueprint.name, blueprint.num_classes, blueprint.input_size) == (name, 12, 224)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_resnet_with_torchvisions_weights_gives_torchvisions_logits(name: str) -> None:
    original = getattr(torchvision.models, name)(num_classes=5).eval()
    original.load_state_dict(seeded(original.state_dict()), strict=False)
    blueprint = recognise(state_of(original))
    assert blueprint is not None
    network = fill(blueprint, state_of(original)).eval()
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(network(images), original(images), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_resnet_gives_the_logits_of_the_robustness_packages_own(name: str) -> None:
    shapes = json.loads((FIXTURES / "resnet_shapes.json").read_text())[name]
    own = {k.removeprefix("model."): tuple(s) for k, s in shapes.items() if k.startswith("model.") and s}
    state = {k: torch.from_numpy(v) for k, v in seeded_state(own).items()}
    blueprint = recognise(state)
    assert blueprint is not None
    assert (blueprint.name, blueprint.num_classes) == (name, 1000)
    network = fill(blueprint, state).eval()
    with np.load(FIXTURES / "expected.npz") as expected:
        mean, std = (torch.from_numpy(expected[k]).view(1, 3, 1, 1) for k in ("mean", "std"))
        with torch.no_grad():
            logits = network((torch.from_numpy(expected["resnet_images"]) - mean) / std)
        # Another processor adds in another order: up to 1.3e-4 of a logit (ResNet-50) without AVX-512.
        np.testing.assert_allclose(logits, expected[f"{name}_logits"], atol=2e-4, rtol=1e-4)
    assert logits.std() > 0.1


@pytest.fixture(scope="module")
def xcit() -> tuple[Blueprint, nn.Module]:
    """XCiT-L12 on the meta device would not show what it computes, so it is built once, with seeded weights."""
    shapes = on_meta(timm.create_model, model_name="xcit_large_24_p16_224", depth=12, eta=1.0, num_classes=6)
    blueprint = recognise(shapes)
    assert blueprint is not None
    return blueprint, fill(blueprint, seeded(shapes)).eval()


def test_xcit_l12_is_recognised_and_sees_pixels_as_they_are(xcit: tuple[Blueprint, nn.Module]) -> None:
    blueprint, network = xcit
    assert (blueprint.name, blueprint.num_classes, blueprint.input_size) == ("xcit_large_12_p16_224", 6, 224)
    assert (blueprint.mean, blueprint.std) == (IDENTITY_MEAN, IDENTITY_STD)
    attention = network.blocks[0].attn  # type: ignore[index, union-attr]
    assert len(network.blocks) == 12  # type: ignore[arg-type]
    assert (attention.num_heads, network.patch_embed.patch_size, network.embed_dim) == (16, 16, 768)  # type: ignore[union-attr]
    assert network.cls_attn_blocks[0].tokens_norm  # type: ignore[index, union-attr]
    assert named("xcit_large_12_p16_224", network.state_dict()).num_classes == 6


def test_xcit_l12_computes_what_timms_own_variant_computes(xcit: tuple[Blueprint, nn.Module]) -> None:
    _, network = xcit
    peer = timm.create_model("xcit_large_24_p16_224", depth=12, eta=1.0, num_classes=6).eval()
    peer.load_state_dict(network.state_dict())
    images = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        logits = network(images)
        torch.testing.assert_close(logits, peer(images), atol=1e-5, rtol=1e-5)
    assert bool(torch.isfinite(logits).all())


def test_any_other_architecture_is_named() -> None:
    state = on_meta(timm.create_model, model_name="vit_tiny_patch16_224", num_classes=3)
    assert recognise(state) is None
    blueprint = named("vit_tiny_patch16_224", state)
    assert (blueprint.num_classes, blueprint.input_size) == (3, 224)
    assert (blueprint.mean, blueprint.std) == ((0.5,) * 3, (0.5,) * 3)
    assert fill(blueprint, seeded(state)) is not None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resnet5000", "did you mean “resnet50"),
        ("hf-hub:someone/model", "no architecture"),
        ("local-dir:/etc", "no architecture"),
        ("convnext_tiny", "no “head.fc.weight”"),
        ("", "no architecture"),
        ("resnet50.nope", "no architecture “resnet50.nope”"),
    ],
)
def test_a_name_that_does_not_help_is_refused_in_one_sentence(name: str, said: str) -> None:
    with pytest.raises(ArchitectureError, match=said) as refused:
        named(name, {"fc.weight": torch.zeros(2, 4)})
    assert "\n" not in str(refused.value)


def compact_state() -> dict[str, torch.Tensor]:
    return seeded(on_meta(CompactResNet, width=2, num_classes=3, stem_stride=1))


def test_weights_that_do_not_fit_are_refused_with_the_first_differences() -> None:
    blueprint = compact(width=2, num_classes=3, stem_stride=1)
    state = compact_state()
    del state["stem.norm.weight"]
    state["head.weight"] = torch.zeros(3, 17)
    state["extra.one"] = state["extra.two"] = torch.zeros(1)
    with pytest.raises(ArchitectureError) as refused:
        fill(blueprint, state)
    for said in (
        "“head.weight” has the shape (3, 17) instead of (3, 16)",
        "“stem.norm.weight” is missing",
        "extra.one",
    ):
        assert said in str(refused.value)
    assert "and 1 more" in str(refused.value)


@pytest.mark.parametrize(("channels", "said"), [(1, "of one channel"), (4, "of 4 channels")])
def test_a_network_for_other_channels_than_colours_says_so(channels: int, said: str) -> None:
    state = compact_state()
    state["stem.conv.weight"] = state["stem.conv.weight"].repeat(1, 2, 1, 1)[:, :channels]
    with pytest.raises(ArchitectureError, match=f"The network takes pictures {said}") as refused:
        fill(compact(width=2, num_classes=3, stem_stride=1), state)
    assert ("repeat these weights over the three" in str(refused.value)) == (channels == 1)


def test_batch_counters_do_not_matter() -> None:
    blueprint = compact(width=2, num_classes=3, stem_stride=1)
    state = {k: v for k, v in compact_state().items() if not k.endswith("num_batches_tracked")}
    with_counters = state | {"stem.norm.num_batches_tracked": torch.tensor(7)}
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        one, other = (fill(blueprint, s).eval()(images) for s in (state, with_counters))
    torch.testing.assert_close(one, other, atol=0, rtol=0)


def test_a_small_file_cannot_ask_for_a_huge_network() -> None:
    state = {"stem.conv.weight": torch.zeros(60_000, 3, 3, 3), "head.weight": torch.zeros(2, 8)}
    state["stages.0.reduce.conv.weight"] = torch.zeros(1)
    blueprint = recognise(state)
    assert blueprint is not None
    with pytest.raises(ArchitectureError, match="do not fit"):
        fill(blueprint, state)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"conv1.weight": torch.zeros(1)},
        {"conv1.weight": torch.zeros(1), "layer1.0.conv2.weight": torch.zeros(1), "fc.weight": torch.zeros(())},
        {"stem.conv.weight": torch.zeros(()), "head.weight": torch.zeros(())},
        {"blocks.0.attn.temperature": torch.zeros(16, 1, 1), "patch_embed.proj.6.0.weight": torch.zeros(768)},
    ],
)
def test_other_weights_are_not_recognised(state: dict[str, torch.Tensor]) -> None:
    assert recognise(state) is None


def test_narrow_relatives_of_a_resnet_are_not_taken_for_it() -> None:
    state = on_meta(timm.create_model, model_name="resnet50", num_classes=3)
    state = {k: v for k, v in state.items() if not k.startswith("layer4.2")}
    assert recognise(state) is None


@pytest.mark.parametrize(("size", "width", "heads"), [("small", 384, 8), ("medium", 512, 8), ("large", 768, 16)])
def test_a_robust_xcit_of_any_size_sees_pixels_as_they_are(size: str, width: int, heads: int) -> None:
    # The shapes of most weights do not matter for being recognised, and building one takes seconds.
    state = {f"blocks.{i}.norm1.weight": torch.zeros(1) for i in range(12)} | {"head.weight": torch.zeros(3, 1)}
    state |= {"blocks.0.attn.temperature": torch.zeros(heads, 1, 1)}
    state |= {"patch_embed.proj.6.0.weight": torch.zeros(width, 1, 1, 1)}
    for blueprint in (recognise(state), named(f"xcit_{size}_12_p16_224", state)):
        assert blueprint is not None
        assert (blueprint.name, blueprint.num_classes) == (f"xcit_{size}_12_p16_224", 3)
        assert (blueprint.mean, blueprint.std) == (IDENTITY_MEAN, IDENTITY_STD)


# torchvision's zoo, one of each family: on the meta device none of them takes more than a moment.
@pytest.mark.parametrize(
    "name",
    [
        *("mobilenet_v2", "mobilenet_v3_small", "mnasnet0_5", "efficientnet_b0", "convnext_tiny", "vit_b_32", "swin_t"),
        *("shufflenet_v2_x0_5", "squeezenet1_1", "densenet121", "regnet_y_400mf", "vgg11", "alexnet"),
    ],
)
def test_torchvisions_classifiers_are_named_and_what_timm_calls_alike_is_told_apart_by_its_keys(name: str) -> None:
    state = on_meta(getattr(torchvision.models, name), num_classes=5)
    blueprint = named(name, state)
    assert (blueprint.name, blueprint.num_classes, blueprint.input_size) == (name, 5, 224)
    assert (blueprint.mean, blueprint.std) == (IMAGENET_MEAN, IMAGENET_STD)
    assert shapes_of(blueprint.build).keys() == state.keys()


def test_timms_own_keys_stay_timms() -> None:
    state = on_meta(timm.create_model, model_name="convnext_tiny", num_classes=4)
    with torch.device("meta"):
        assert named("convnext_tiny", state).build().state_dict().keys() == state.keys()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "timm/resnet18.a1_in1k",
            "hf-hub:timm/resnet18.a1_in1k",
            "hf_hub:timm/resnet18",
            "torchvision.models.resnet18",
        ),
        *("ResNet18", "ResNet-18", "resnet_18", "torchvision.models.resnet.resnet18", " RESNET18 "),
    ],
)
def test_a_name_may_be_written_as_the_hub_or_python_has_it(name: str) -> None:
    blueprint = named(name, {"fc.weight": torch.zeros(3, 512)})
    assert blueprint.num_classes == 3
    assert blueprint.name.startswith("resnet18")


def test_weights_without_the_head_of_the_named_network_say_what_they_have() -> None:
    with pytest.raises(ArchitectureError, match=r"begin with “fc”, and the last matrix, “fc.weight”, has the shape"):
        named("convnext_tiny", {"fc.weight": torch.zeros(2, 4)})
