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


@dataclass(frozen=True, eq=False)
class Looker:
    """What looks at picture after picture for one guide; ``stages`` is None where the guide cannot tell what is unlike.

    To make one takes about as long as to look at ten small pictures, so who looks at many keeps it. Two threads need
    one each.
    """

    guide: GuideModel
    stages: StageFeatures | None

    @classmethod
    def of(cls, guide: GuideModel) -> Looker:
        """Return what looks for ``guide``."""
        known = guide.familiarity
        if known is None:
            return cls(guide, None)
        try:
            return cls(guide, StageFeatures.of(guide, known.stages))
        except NoStages:  # it was made for another network
            return cls(guide, None)

    def look(self, images: torch.Tensor) -> Looks:
        """Return what the guide says of ``images`` ``(N, 3, H, W)``, float32 in [0, 1].

        The logits are the guide's own, bit for bit. Where it cannot tell what is unlike it learnt, nothing is judged.
        """
        nothing, known = (NOT_JUDGED,) * len(images), self.guide.familiarity
        if self.stages is None or known is None:
            with torch.no_grad():
                return Looks(self.guide.logits(images.to(self.guide.device)).cpu(), nothing)
        logits, features = self.stages.read(images)
        try:
            return Looks(logits, known.novelty(features))
        except FamiliarityError:  # it was made for another network
            return Looks(logits, nothing)


def look(guide: GuideModel, images: torch.Tensor) -> Looks:
    """Return what ``guide`` says of ``images`` ``(N, 3, H, W)``, float32 in [0, 1], as :meth:`Looker.look` does."""
    return Looker.of(guide).look(images)


def novelty_of(guide: GuideModel, image: torch.Tensor) -> Novelty:
    """Return whether ``image`` ``(3, H, W)`` in [0, 1] is unlike everything that ``guide`` learnt."""
    return look(guide, image[None]).novelty[0]
