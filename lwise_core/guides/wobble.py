"""By how much a difficulty wobbles: the same photograph moved a little, mirrored, or saved again as JPEG.

None of these changes what people see, so what they change of the logit is the guide's own, and a difference between two
photographs that is smaller than it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from lwise_core._utils.arrays import Pixels
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import References
from lwise_core.images.geometry import see
from lwise_core.images.variations import VARIATIONS, variations

AS_IT_IS = "as it is"
"""What the photograph without any change is called among its looks."""


@dataclass(frozen=True)
class Wobble:
    """What a guide says of one photograph after each small change, and of itself. Printed, it is a sentence.

    ``logits`` are ground-truth logits (no unit), name of the change → logit; ``ranks`` the ground truth's place among
    the guide's choices, 1 for the first, by the same names. ``shares`` are the smallest and the largest share of the
    references, in [0, 1], that are easier; None where there are too few references.
    """

    class_name: str
    logits: Mapping[str, float]
    ranks: Mapping[str, int]
    shares: tuple[float, float] | None

    @classmethod
    def of(cls, guide: GuideModel, square: Pixels, *, target: int) -> Wobble:
        """Return it for the ``square`` ``(S, S, 3)`` uint8 that the guide looks at, and its class index ``target``."""
        size = guide.input_size
        looks = np.stack([see(square, size=size), *variations(square, size=size).values()])
        with torch.no_grad():
            logits = guide.logits(torch.from_numpy(looks).to(guide.device)).cpu()
        return cls.of_logits(guide, logits, target=target)

    @classmethod
    def of_logits(cls, guide: GuideModel, logits: torch.Tensor, *, target: int) -> Wobble:
        """Return it from the ``logits`` ``(1 + 8, C)`` of the picture as it is and after each change, in order."""
        looks, own = (AS_IT_IS, *VARIATIONS), logits[:, target]
        ranks = (logits > own[:, None]).sum(dim=1) + 1
        name = guide.classes[target]
        return cls(
            class_name=name,
            logits=dict(zip(looks, own.tolist(), strict=True)),
            ranks=dict(zip(looks, ranks.tolist(), strict=True)),
            shares=_shares(guide.references, own.tolist(), class_name=name),
        )

    @property
    def lowest(self) -> float:
        """The smallest of the logits: the hardest look."""
        return min(self.logits.values())

    @property
    def highest(self) -> float:
        """The largest of the logits: the easiest look."""
        return max(self.logits.values())

    @property
    def deviation(self) -> float:
        """Standard deviation of the logits."""
        return float(np.std(list(self.logits.values())))

    @property
    def seen(self) -> int:
        """In how many of the looks the guide takes it for its class."""
        return sum(rank == 1 for rank in self.ranks.values())

    def __str__(self) -> str:
        """Where logit and place lie over all looks, and how often the guide sees the class."""
        among = ""
        if self.shares is not None:
            easiest, hardest = self.shares
            among = f", harder than {easiest:.0%} to {hardest:.0%} of the references"
        return (
            f"Moved a little, mirrored or saved again as JPEG ({len(self.logits) - 1} ways), its logit lies between "
            f"{self.lowest:.2f} and {self.highest:.2f} (standard deviation {self.deviation:.2f}){among}. The guide "
            f"takes it for {self.class_name} in {self.seen} of {len(self.ranks)} looks."
        )


def _shares(references: References, logits: list[float], *, class_name: str) -> tuple[float, float] | None:
    """Return the smallest and the largest share of the references of a class that are easier than one of ``logits``."""
    found = [references.standing(logit, class_name=class_name) for logit in (max(logits), min(logits))]
    easiest, hardest = found
    return None if easiest is None or hardest is None else (easiest.share, hardest.share)
