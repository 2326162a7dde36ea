"""What a guide makes of pictures in one forward pass: its logits, and whether each is unlike what it learnt."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from lwise_core.guides.familiarity import FamiliarityError
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import NOT_JUDGED, Novelty
from lwise_core.guides.stage_features import NoStages, StageFeatures


@dataclass(frozen=True, eq=False)
class Looks:
    """Logits ``(N, C)`` on the CPU, without gradient, and what is said of each picture, in the same order."""

    logits: torch.Tensor
    novelty: tuple[Novelty, ...]


def look(guide: GuideModel, images: torch.Tensor) -> Looks:
    """Return what ``guide`` says of ``images`` ``(N, 3, H, W)``, float32 in [0, 1].

    The logits are the guide's own, bit for bit. Where it cannot tell what is unlike it learnt, nothing is judged.
    """
    known = guide.familiarity
    if known is not None:
        try:
            logits, features = StageFeatures.of(guide, known.stages).read(images)
            return Looks(logits, known.novelty(features))
        except (NoStages, FamiliarityError):  # it was made for another network
            pass
    with torch.no_grad():
        logits = guide.logits(images.to(guide.device)).cpu()
    return Looks(logits, (NOT_JUDGED,) * len(images))


def novelty_of(guide: GuideModel, image: torch.Tensor) -> Novelty:
    """Return whether ``image`` ``(3, H, W)`` in [0, 1] is unlike everything that ``guide`` learnt."""
    return look(guide, image[None]).novelty[0]
