"""Feature grids: the layers that lie on the picture are found, and exposing one changes no logit."""

from __future__ import annotations

from gc import collect
from weakref import ref

import pytest
import torch
from timm.models import VisionTransformer, Xcit
from timm.models.swin_transformer import SwinTransformer
from torch import nn

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.cam_layers import NoGrid, default_layer, expose, layers, reader
from tests.conftest import eight_pictures, guide_of, tiny_network
from tests.support.relu_networks import Reusing, seeded

SMALL = {"num_classes": 5, "img_size": 32, "embed_dim": 16}


def xcit() -> GuideModel:
    network = seeded(Xcit, patch_size=8, depth=2, num_heads=2, cls_attn_layers=1, eta=1.0, **SMALL)
    return guide_of(network, input_size=32)


def vit(**options: object) -> GuideModel:
    network = seeded(VisionTransformer, patch_size=8, depth=2, num_heads=2, **SMALL, **options)
    return guide_of(network, input_size=32)


def swin() -> GuideModel:
    network = seeded(SwinTransformer, patch_size=4, depths=(1, 1), num_heads=(2, 2), window_size=4, **SMALL)
    return guide_of(network, input_size=32)


GUIDES = {
    "compact": (guide_of(tiny_network()), "stages", 2),
    "resnet": (guide_of(seeded(Reusing)), "bn", 8),
    "xcit": (xcit(), "blocks.1", 4),
    "vit": (vit(), "blocks.1.norm1", 4),
    "vit with registers": (vit(reg_tokens=4), "blocks.1.norm1", 4),
    "vit that averages": (vit(class_token=False, global_pool="avg"), "blocks.1", 4),
    "swin": (swin(), "norm", 4),
}


@pytest.mark.parametrize("name", GUIDES)
def test_the_default_layer_is_the_last_that_the_logits_see(name: str) -> None:
    guide, expected, side = GUIDES[name]
    layer = default_layer(layers(guide))
    assert layer == expected
    exposed = expose(guide, layer=layer)
    shapes: list[torch.Size] = []
    exposed.grid.register_forward_hook(lambda _module, _inputs, output: shapes.append(output.shape))
    exposed.network(torch.zeros(1, 3, guide.input_size, guide.input_size))
    assert [shape[2:] for shape in shapes] == [(side, side)]


@pytest.mark.parametrize("name", GUIDES)
def test_every_listed_layer_can_be_exposed_without_changing_a_logit(name: str) -> None:
    guide = GUIDES[name][0]
    pictures = guide.normaliser(eight_pictures(guide.input_size)[:2])
    logits = guide.network(pictures)
    names = layers(guide)
    assert len(names) == len(set(names)) > 1
    for layer in names:
        assert torch.allclose(expose(guide, layer=layer).network(pictures), logits, atol=1e-6), layer


@pytest.mark.parametrize("name", GUIDES)
def test_the_logits_depend_on_every_listed_grid(name: str) -> None:
    guide = GUIDES[name][0]
    pictures = guide.normaliser(eight_pictures(guide.input_size)[:1])
    logits = guide.network(pictures)
    for layer in layers(guide):
        exposed = expose(guide, layer=layer)
        exposed.grid.register_forward_hook(lambda _module, _inputs, output: output.flip(1) + 1)
        assert not torch.allclose(exposed.network(pictures), logits, atol=1e-7), layer


@pytest.mark.parametrize("name", GUIDES)
def test_a_reader_gives_the_logits_and_their_gradient_at_the_layer(name: str) -> None:
    guide = GUIDES[name][0]
    pictures = guide.normaliser(eight_pictures(guide.input_size)[:2])
    for layer in layers(guide):
        logits, grid = reader(guide, layer=layer).read(pictures)
        assert torch.allclose(logits, guide.network(pictures), atol=1e-6), layer
        (gradients,) = torch.autograd.grad(logits[:, 3].sum(), grid)
        taken: list[torch.Tensor] = []
        exposed = expose(guide, layer=layer)
        exposed.grid.register_forward_hook(lambda _module, _inputs, output, taken=taken: taken.append(output))
        expected = exposed.network(pictures.clone().requires_grad_(True))[:, 3].sum()
        assert torch.allclose(grid, taken[0], atol=1e-6), (
            layer
        )  # attention takes another kernel where gradients are due
        assert torch.allclose(gradients, torch.autograd.grad(expected, taken[0])[0], rtol=1e-4, atol=1e-6), layer


def test_a_reader_is_made_once_and_goes_with_its_network() -> None:
    guide = guide_of(tiny_network())
    network = ref(guide.network)
    assert reader(guide, layer="stages") is reader(guide, layer="stages")
    assert reader(guide, layer="stages") is not reader(guide, layer="stem")
    assert not any(module._forward_hooks for module in guide.network.modules())
    del guide
    collect()
    assert network() is None


def test_class_tokens_are_not_on_the_grid() -> None:
    guide = vit(reg_tokens=4)
    tokens: list[torch.Tensor] = []
    exposed = expose(guide, layer="blocks.0")
    exposed.grid.register_forward_hook(lambda _module, _inputs, output: tokens.append(output))
    exposed.network.blocks[1].register_forward_pre_hook(lambda _module, inputs: tokens.append(inputs[0]))
    exposed.network(torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
    grid, block = tokens
    assert torch.equal(grid[0, :, 1, 2], block[0, 5 + 4 * 1 + 2])


def test_the_guide_keeps_no_hook(tiny_guide: GuideModel) -> None:
    layers(tiny_guide)
    expose(tiny_guide, layer="stages")
    assert not any(module._forward_hooks for module in tiny_guide.network.modules())


def test_a_network_without_a_grid_has_no_layer() -> None:
    guide = guide_of(nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 5)))
    assert layers(guide) == ()
    with pytest.raises(NoGrid, match="this guide has none"):
        default_layer(())


def test_a_network_in_deeper_boxes_is_searched_to_the_bottom() -> None:
    inner = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    box = nn.Sequential(nn.Sequential(nn.Sequential(inner)), nn.Linear(4, 5))
    assert layers(guide_of(box)) == tuple(f"0.0.0.{i}" for i in range(2))
