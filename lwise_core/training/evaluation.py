"""How good a guide is on labelled images it was not trained on: clean, under attack, and in its own probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from lwise_core._utils.intervals import wilson_interval
from lwise_core._utils.precision import native_bf16
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.references import References
from lwise_core.guides.reliability import CALIBRATION_BINS, Reliability, ReliabilityBin
from lwise_core.training.attacks import Attack, Norm, perturbed

ATTACK_STEPS = 20
ATTACK_SEED = 0
EVALUATED_AT_ONCE = 125

Measured = dict[str, object]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images ``(N, 3, H, W)`` float32 in [0, 1] and their class indices ``(N,)``."""

    images: torch.Tensor
    targets: torch.Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def every(self, step: int, *, first: int = 0) -> Labelled:
        """Return every ``step``-th image, starting with index ``first``."""
        return Labelled(self.images[first::step], self.targets[first::step])

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield images and targets, ``EVALUATED_AT_ONCE`` at a time."""
        yield from zip(
            torch.split(self.images, EVALUATED_AT_ONCE), torch.split(self.targets, EVALUATED_AT_ONCE), strict=True
        )


def logits_of(guide: GuideModel, data: Labelled) -> torch.Tensor:
    """Return logits ``(N, C)`` without gradient, on the CPU."""
    with torch.no_grad():
        return torch.cat([guide.logits(images.to(guide.device)).cpu() for images, _ in data.batches()])


def correct_under_attack(guide: GuideModel, data: Labelled, *, norm: Norm, epsilon: float) -> torch.Tensor:
    """Return which images ``(N,)`` are still seen correctly under 20 steps of ε/8 from a random start, last iterate.

    Where the hardware has bfloat16, the attack's gradients are computed in it, which turns them by less than 0.02 of
    their length; the logits that decide are float32. Every batch starts from the same seed, so a batch gives the same
    result alone.
    """
    attack = Attack(norm, epsilon, steps=ATTACK_STEPS, step=epsilon / 8)
    held = []
    for images, targets in data.batches():
        generator = torch.Generator().manual_seed(ATTACK_SEED)
        there = targets.to(guide.device)
        forward = partial(_rounded, guide)
        twins = perturbed(forward, images.to(guide.device), there, attack=attack, generator=generator)
        with torch.no_grad():
            held.append((guide.logits(twins).argmax(dim=1) == there).cpu())
    return torch.cat(held)


def share(correct: torch.Tensor) -> Measured:
    """Return the share of ``correct`` ``(N,)`` bool with its 95% Wilson interval, in [0, 1], to three places."""
    value = float(correct.float().mean())
    low, high = wilson_interval(value, len(correct))
    return {"value": round(value, 3), "interval_95": [round(low, 3), round(high, 3)]}


def calibration_error(logits: torch.Tensor, targets: torch.Tensor) -> float:
    """Return the expected calibration error, in [0, 1], of ``logits`` ``(N, C)`` for classes ``targets`` ``(N,)``.

    Over 15 bins of equal width of the first class's probability (Guo et al. 2017).
    """
    return Reliability("", reliability(logits, targets)).error


def reliability(logits: torch.Tensor, targets: torch.Tensor) -> tuple[ReliabilityBin, ...]:
    """Return the bins of a reliability diagram, 15 of equal width, the empty ones left out.

    ``logits`` ``(N, C)``; ``targets`` ``(N,)`` class indices.
    """
    confidence, chosen = logits.softmax(dim=1).max(dim=1)
    bins = (confidence * CALIBRATION_BINS).long().clamp_max(CALIBRATION_BINS - 1)
    inside = [bins == b for b in torch.unique(bins)]
    right = (chosen == targets).float()
    return tuple(ReliabilityBin(int(i.sum()), float(confidence[i].mean()), float(right[i].mean())) for i in inside)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was said of images by a guide that was not trained on them.

    ``logits`` ``(N, C)`` and ``targets`` ``(N,)`` are of all of them; ``held`` says by the name of the attack, such as
    ``l2_0.5``, which of the attacked ones ``(M,)`` were still seen correctly.
    """

    logits: torch.Tensor
    targets: torch.Tensor
    held: Mapping[str, torch.Tensor]

    @classmethod
    def of(
        cls,
        guide: GuideModel,
        data: Labelled,
        *,
        epsilons: Sequence[float],
        norm: Norm = Norm.L2,
        attacked: int | None = None,
    ) -> Evaluation:
        """Return what ``guide`` says of ``data``.

        ``attacked`` limits how many images, evenly spread, go through the attack, which is forty times the work.
        """
        some = data.every(max(1, len(data) // attacked)) if attacked else data
        held = {f"{norm.value}_{e:g}": correct_under_attack(guide, some, norm=norm, epsilon=e) for e in epsilons}
        return cls(logits_of(guide, data), data.targets, held)

    @classmethod
    def pooled(cls, parts: Sequence[Evaluation]) -> Evaluation:
        """Return the verdicts of several guides of the same classes, each on images of its own."""
        held = {name: torch.cat([p.held[name] for p in parts]) for name in parts[0].held}
        return cls(torch.cat([p.logits for p in parts]), torch.cat([p.targets for p in parts]), held)

    def figures(self, classes: Sequence[str]) -> Measured:
        """Return what a card says was measured."""
        correct = self.logits.argmax(dim=1) == self.targets
        per_class = {c: correct[self.targets == i] for i, c in enumerate(classes)}
        return {
            "test_images": len(self.targets),
            "clean_accuracy": share(correct),
            "balanced_accuracy": round(
                float(np.mean([float(c.float().mean()) for c in per_class.values() if len(c)])), 3
            ),
            "accuracy_under_20_step_attack": {name: share(held) for name, held in self.held.items()},
            "attacked_images": len(next(iter(self.held.values()), ())),
            "expected_calibration_error": round(calibration_error(self.logits, self.targets), 3),
            "per_class": {name: {"images": len(c), **share(c)} for name, c in per_class.items() if len(c)},
        }

    def references(self, classes: Sequence[str], *, source: str) -> References:
        """Return the ground-truth logits, sorted, by class name; ``source`` says of which images they are."""
        own = self.logits.gather(1, self.targets[:, None]).squeeze(1)
        logits = {c: sorted(round(v, 4) for v in own[self.targets == i].tolist()) for i, c in enumerate(classes)}
        return References({c: tuple(values) for c, values in logits.items()}, source)


def _rounded(guide: GuideModel, images: torch.Tensor) -> torch.Tensor:
    with torch.autocast(guide.device.type, torch.bfloat16, enabled=native_bf16(guide.device)):
        return guide.logits(images)
