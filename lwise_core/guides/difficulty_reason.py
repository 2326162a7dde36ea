"""Why a picture is hard or easy: what a guide's logits say beside its place among the references."""

from __future__ import annotations

import torch

from lwise_core.guides.difficulty import Difficulty
from lwise_core.guides.guide import GuideModel

LOOKS_LIKE = 0.2
"""The probability, in [0, 1], from which on a picture is said to look like another class too."""

_HARD = 0.5  # harder than this share of its references
_CLEAR = 0.5  # the probability from which on one class is likelier than all others together


def reason_of(guide: GuideModel, logits: torch.Tensor, *, difficulty: Difficulty) -> str:
    """Return one sentence on what makes the picture with these ``logits`` ``(C,)`` as hard as ``difficulty`` says.

    It names the class that comes nearest where one comes near, and says so where none does. Empty where nothing is said
    of the difficulty either, or there is no other class.
    """
    place = difficulty.percentile
    if place is None or difficulty.novelty.flagged or len(guide.classes) < 2:
        return ""
    name, target = difficulty.class_name, guide.class_index(difficulty.class_name)
    probabilities = logits.softmax(dim=-1)
    others = probabilities.index_fill(0, torch.tensor([target], device=logits.device), -1)
    rival, near = guide.classes[int(others.argmax())], float(others.max()) >= LOOKS_LIKE
    if not difficulty.seen:
        return f"Why: to the guide it looks more like {rival}."
    if place.share <= _HARD:
        if near:
            return f"Even so, to the guide it looks a little like {rival} too."
        if float(probabilities[target]) < _CLEAR:
            return "Even so, the guide is not sure: several other classes come a little near."
        return f"Why: the guide sees {name} clearly, and nothing else comes near."
    weak = f"Why: nothing else comes near, but it shows little of what the guide knows as {name}."
    return f"Why: to the guide it looks much like {rival} too." if near else weak
