"""Whether enhanced pictures are easier for observers that share nothing with the guide: a stand-in for people.

The observers are networks of another architecture and seed, trained on other images than the guide. They judge the
original, the enhanced picture and controls of equal L2 norm, all rounded to 8 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from benchmarks.controls import CONTROLS, DEGRADATIONS, as_written, of_equal_size
from benchmarks.people import Estimate, mean
from lwise_core._utils.arrays import Values
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.guides.guide import GuideModel

ORIGINAL, ENHANCED, WRONG_CLASS = "original", "enhanced", "towards a wrong class"
EPSILONS_224 = (2.0, 4.0, 8.0, 16.0)
_BATCH = 100
_SEED = 7


@dataclass(frozen=True, eq=False)
class Pictures:
    """``images`` ``(N, 3, H, W)`` float32 in [0, 1] and the names of their true classes (N)."""

    images: torch.Tensor
    names: tuple[str, ...]

    def targets(self, network: GuideModel) -> torch.Tensor:
        """Return the class indices that ``network`` has for them, ``(N,)``."""
        return torch.tensor([network.class_index(name) for name in self.names])


@dataclass(frozen=True)
class Comparison:
    """One observer's accuracy on enhanced pictures less that on ``against``, for one ε and way of degrading.

    ``p`` is McNemar's exact test, adjusted by Holm over the ε of one comparison.
    """

    degraded: str
    epsilon_224: float
    against: str
    accuracy: float
    difference: Estimate
    p: float


Versions = Mapping[str, torch.Tensor]
"""What was done to the pictures → the pictures."""


def versions(guide: GuideModel, pictures: Pictures, *, epsilons_224: Sequence[float]) -> dict[float, Versions]:
    """Return, for each ε₂₂₄, the pictures enhanced by ``guide`` and their controls of equal size."""
    targets = pictures.targets(guide)
    wrong = (targets + _shifts(len(targets), classes=len(guide.classes))) % len(guide.classes)
    enhanced = _paths(guide, pictures.images, targets, epsilons_224)
    misled = _paths(guide, pictures.images, wrong, epsilons_224)
    originals = pictures.images
    made: dict[float, Versions] = {}
    for epsilon in epsilons_224:
        twin = enhanced[epsilon]
        others = {name: of_equal_size(originals, twin, change(originals, twin)) for name, change in CONTROLS.items()}
        other_class = of_equal_size(originals, twin, misled[epsilon] - originals)
        made[epsilon] = {ORIGINAL: originals, ENHANCED: twin, WRONG_CLASS: other_class, **others}
    return made


def compare(observer: GuideModel, pictures: Pictures, made: Mapping[float, Versions]) -> tuple[Comparison, ...]:
    """Let ``observer`` judge every version after every degradation."""
    targets = pictures.targets(observer)
    found: list[Comparison] = []
    for degraded, spoil in DEGRADATIONS.items():
        right = {
            epsilon: {name: _right(observer, spoil(as_written(images)), targets) for name, images in one.items()}
            for epsilon, one in made.items()
        }
        controls = [name for name in next(iter(right.values())) if name != ENHANCED]
        for against in controls:
            pairs = [(epsilon, one[ENHANCED], one[against]) for epsilon, one in right.items()]
            adjusted = holm([exact_p(enhanced, other) for _, enhanced, other in pairs])
            found += [
                Comparison(degraded, epsilon, against, float(other.mean()), mean(enhanced - other), p)
                for (epsilon, enhanced, other), p in zip(pairs, adjusted, strict=True)
            ]
    return tuple(found)


def exact_p(one: Values, other: Values) -> float:
    """Return McNemar's exact p for two judgements (0 or 1) of the same pictures, ``(N,)`` each."""
    table = [[int(((one == a) & (other == b)).sum()) for b in (1, 0)] for a in (1, 0)]
    return float(mcnemar(table, exact=True).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return ``p_values`` adjusted by Holm's method."""
    adjusted: list[float] = multipletests(p_values, method="holm")[1].tolist()
    return adjusted


def _shifts(count: int, *, classes: int) -> torch.Tensor:
    return torch.randint(1, classes, (count,), generator=torch.Generator().manual_seed(_SEED))


def _paths(
    guide: GuideModel, images: torch.Tensor, targets: torch.Tensor, epsilons_224: Sequence[float]
) -> dict[float, torch.Tensor]:
    """Return the pictures enhanced towards ``targets`` at every ε, from one path for each."""
    scale = guide.epsilon_scale
    steps = round(scale.from_224(max(epsilons_224)) / scale.step)
    parts: dict[float, list[torch.Tensor]] = {epsilon: [] for epsilon in epsilons_224}
    for rows in torch.arange(len(images)).split(_BATCH):
        request = PathRequest(images[rows], targets[rows])
        frames = tuple(ascend(guide, request, step=scale.step, steps=steps))
        path = EnhancementPath(guide, request, scale.step, frames)
        for epsilon in epsilons_224:
            parts[epsilon].append(path.at(scale.from_224(epsilon)).images)
    return {epsilon: torch.cat(images) for epsilon, images in parts.items()}


def _right(observer: GuideModel, images: torch.Tensor, targets: torch.Tensor) -> Values:
    with torch.no_grad():
        logits = torch.cat([observer.logits(batch) for batch in images.split(_BATCH)])
    right: Values = (logits.argmax(dim=1) == targets).double().numpy()
    return right
