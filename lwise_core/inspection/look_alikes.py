"""Where two classes are alike for a guide here: it cannot tell from the original which of them was there before."""

from __future__ import annotations

import torch

from lwise_core._utils.class_names import canonical, has_class
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.guides.references import ENOUGH_FOR_EVIDENCE

_ODDS = 3.0
"""Between two classes, the guide leans towards neither where its odds are below this."""
_LEAST_P = 0.05
"""A class is not ruled out where the original is as easy as this share of the pictures that show it."""


def alike_here(path: EnhancementPath, *, stated: str | None) -> str:
    """Return the sentence that the guide cannot tell two classes apart in the original of ``path``; empty where it can.

    The one is what ``path`` goes towards; the other what the picture is ``stated`` to show, or, where that is the same,
    no class, or None, the guide's own next choice. Neither may be ruled out by the references of its class, and the
    odds between the two must be below 3; without enough references nothing is said.
    """
    guide, target = path.guide, int(path.request.targets[0])
    logits = path.frames[0].logits[0].double().cpu()
    rival = _rival(path, logits, stated=stated)
    if rival is None or not all(_possible(path, logits, index) for index in (target, rival)):
        return ""
    share = float(torch.sigmoid(logits[target] - logits[rival]))
    if not 1 / (1 + _ODDS) < share < _ODDS / (1 + _ODDS):
        return ""
    likelier = target if share >= 1 / 2 else rival
    leaning = f"of the two it leans to {guide.classes[likelier]} ({max(share, 1 - share):.0%})"
    return f"This guide cannot tell {guide.classes[target]} from {guide.classes[rival]} here: {leaning}."


def _rival(path: EnhancementPath, logits: torch.Tensor, *, stated: str | None) -> int | None:
    """Return the class that the target is held against, None where the guide has one class only."""
    guide, target = path.guide, int(path.request.targets[0])
    own = guide.classes[target]
    if stated is not None and canonical(stated) != canonical(own) and has_class(guide.classes, stated):
        return guide.class_index(stated)
    return next((i for i in logits.argsort(descending=True).tolist() if i != target), None)


def _possible(path: EnhancementPath, logits: torch.Tensor, index: int) -> bool:
    """Return whether there are enough references of a class, and they do not rule it out."""
    references, name = path.guide.references, path.guide.classes[index]
    if references.count(name) < ENOUGH_FOR_EVIDENCE:
        return False
    return references.conformal_p(float(logits[index]), class_name=name) > _LEAST_P
