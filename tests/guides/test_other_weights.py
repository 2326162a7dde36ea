"""Weights that are no network by themselves are called what they are."""

from __future__ import annotations

import pytest
import timm
import torch
import torchvision

from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import blueprint_for, read_weights
from lwise_core.guides.other_weights import why_no_network
from tests.guides.test_state_dicts import saved

OTHERS = {
    "an adapter": (["base_model.model.blocks.0.attn.qkv.lora_A.weight"], "a LoRA adapter"),
    "an adapter of diffusers": (["unet.down.0.lora_down.weight"], "a LoRA adapter"),
    "weight normalisation": (["conv1.weight_g", "conv1.weight_v"], "the parts that weight normalisation makes of them"),
    "pruning": (["conv1.weight_orig", "conv1.weight_mask"], "which torch.nn.utils calls prune.remove"),
    "a parametrization": (["conv1.parametrizations.weight.original"], "calls parametrize.remove_parametrizations"),
    "fastai": (["0.0.weight", "0.1.bias", "1.8.weight"], "numbered .“0.0.weight” to “1.8.weight”. and not named"),
    "CLIP": (["visual.conv1.weight", "logit_scale", "text_projection"], "those of a CLIP"),
    "ViT of transformers": (
        ["vit.embeddings.cls_token", "vit.encoder.layer.0.attention.attention.query.weight", "classifier.weight"],
        "the names of Hugging Face's transformers",
    ),
    "ResNet of transformers": (
        ["resnet.embedder.embedder.convolution.weight", "resnet.encoder.stages.0.layers.0.layer.0.convolution.weight"],
        "the names of Hugging Face's transformers",
    ),
}


@pytest.mark.parametrize("what", list(OTHERS))
@pytest.mark.parametrize("architecture", [None, "resnet18"])
def test_weights_that_are_no_network_are_called_what_they_are(what: str, architecture: str | None) -> None:
    names, said = OTHERS[what]
    state = {name: torch.zeros(2, 2) + i for i, name in enumerate(names)}
    with pytest.raises(CheckpointError, match=said) as refused:
        blueprint_for(read_weights(saved(state)), architecture)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224"])
def test_networks_of_timm_are_networks(name: str) -> None:
    with torch.device("meta"):
        assert why_no_network(timm.create_model(name).state_dict()) is None


@pytest.mark.parametrize("name", ["vit_b_32"])
def test_networks_of_torchvision_are_networks(name: str) -> None:
    with torch.device("meta"):
        assert why_no_network(torchvision.models.get_model(name, weights=None).state_dict()) is None
