"""Weights that are no network which can be built here, told apart by their names, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ADAPTER = re.compile(r"(^|\.)lora_(A|B|down|up|embedding_A|embedding_B)(\.|$)")
# As Hugging Face's transformers call the two parts of their networks for pictures; no network of timm has both.
_TRANSFORMERS = (re.compile(r"(^|\.)(embeddings|embedder)\."), re.compile(r"(^|\.)encoder\.(layer|layers|stages)\.\d"))
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
    foreign = [next((name for name in names if part.search(name)), "") for part in _TRANSFORMERS]
    if all(foreign):
        return (
            f"The weights have the names of Hugging Face's transformers (“{foreign[0][:80]}”), which are not "
            "read here; take the same network from timm, such as hf-hub:timm/vit_base_patch16_224.augreg_in1k, and "
            "train that."
        )
    return None
