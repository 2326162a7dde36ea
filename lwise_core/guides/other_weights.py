"""Weights that are no network which can be built here, told apart by their names, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ADAPTER = re.compile(r"(^|\.)lora_(A|B|down|up|embedding_A|embedding_B)(\.|$)")
# As Hugging Face's transformers call the two parts of their networks for pictures; no network of timm has both.
_TRANSFORMERS = (re.compile(r"(^|\.)(embeddings|embedder)\."), re.compile(r"(^|\.)encoder\.(layer|layers|stages)\.\d"))
# What weights are split into by torch.nn.utils while they are trained: the endings of the parts, and what ends it.
_SPLIT = (
    (
        re.compile(r"\.weight_[gv]$|\.parametrizations\.weight\.original[01]$"),
        "weight normalisation",
        "remove_weight_norm",
    ),
    (re.compile(r"\.weight_(orig|mask)$"), "pruning or spectral normalisation", "prune.remove or remove_spectral_norm"),
    (re.compile(r"\.parametrizations\.\w+\.original"), "a parametrization", "parametrize.remove_parametrizations"),
)
_NUMBER = re.compile(r"\d+\.")
_SCALE = "logit_scale"  # by which CLIP multiplies how alike a picture and a text are
_OF_TEXTS = ("text", "transformer.", "token_embedding")


def why_no_network(names: Iterable[str]) -> str | None:
    """Return a sentence where weights of these names are no network that is known here, None where they may be one."""
    names = list(names)
    adapter = next((name for name in names if _ADAPTER.search(name)), None)
    if adapter is not None:
        return (
            f"The file holds a LoRA adapter (“{adapter[:80]}”), which changes another network and is none; merge it "
            "into that network, which peft calls merge_and_unload, and save the whole."
        )
    if _SCALE in names and any(name.startswith(_OF_TEXTS) for name in names):
        return (
            "The weights are those of a CLIP, which compares pictures with texts and has no classes; train a last "
            "layer for your classes, and save it together with what it stands on."
        )
    for part, by, ends in _SPLIT:
        if (split := next(filter(part.search, names), None)) is not None:
            return (
                f"The weights are in the parts that {by} makes of them (“{split[:80]}”); put them together, which "
                f"torch.nn.utils calls {ends}, and save the network again."
            )
    if names and all(map(_NUMBER.match, names)):
        return (
            f"The weights are numbered (“{names[0][:80]}” to “{names[-1][:80]}”) and not named, as in a sequence of "
            "layers, such as fastai's learner makes or nn.Sequential(*network.children()); where network has the same "
            "layers, save dict(zip(network.state_dict(), sequence.state_dict().values())), which has their names."
        )
    foreign = [next((name for name in names if part.search(name)), "") for part in _TRANSFORMERS]
    if all(foreign):
        return (
            f"The weights have the names of Hugging Face's transformers (“{foreign[0][:80]}”), which are not "
            "read here; take the same network from timm, such as hf-hub:timm/vit_base_patch16_224.augreg_in1k, and "
            "train that."
        )
    return None
