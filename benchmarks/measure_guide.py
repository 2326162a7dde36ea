"""Measure a guide on the stored weight file and write what was measured into its card.

    python -m benchmarks.measure_guide animals16-64 --test animals16-64-test.tar.gz

Test images are sorted by path. The even-indexed ones give the reference logits of each class (what “harder than q% of
the references” compares with); every accuracy is measured on the odd-indexed ones. Neither was trained on.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch.nn import functional as F

from lwise_core import catalog
from lwise_core.difficulty import wilson_interval
from lwise_core.geometry import see
from lwise_core.guide import GuideModel
from lwise_core.images import open_photograph

ATTACK_STEPS = 20
ATTACK_SEED = 0
BATCH = 125
CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Labelled:
    """Images ``(N, 3, H, W)`` in [0, 1] and their class indices ``(N,)``."""

    images: torch.Tensor
    targets: torch.Tensor

    def half(self, first: int) -> Labelled:
        """Return every second image, starting with index ``first``."""
        return Labelled(self.images[first::2], self.targets[first::2])

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield images and targets, ``BATCH`` at a time."""
        yield from zip(self.images.split(BATCH), self.targets.split(BATCH), strict=True)


def read_archive(path: Path, guide: GuideModel) -> Labelled:
    """Read the ImageFolder ``test/<class>/*`` of a tar archive in the order of its sorted paths."""
    with tarfile.open(path) as archive:
        members = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)
        images, targets = [], []
        for member in members:
            file = archive.extractfile(member)
            if file is None:
                continue
            photograph = open_photograph(file.read(), name=Path(member.name).name)
            images.append(torch.from_numpy(see(photograph.pixels, size=guide.input_size)))
            targets.append(guide.class_index(Path(member.name).parent.name))
    return Labelled(torch.stack(images), torch.tensor(targets))


def logits_of(guide: GuideModel, data: Labelled) -> torch.Tensor:
    """Return logits ``(N, C)`` without gradient."""
    with torch.no_grad():
        return torch.cat([guide.logits(images) for images, _ in data.batches()])


def attacked(guide: GuideModel, images: torch.Tensor, targets: torch.Tensor, *, epsilon: float) -> torch.Tensor:
    """Return logits under an untargeted L2 attack: cross-entropy, random start, 20 steps of ε/8, last iterate."""
    generator = torch.Generator().manual_seed(ATTACK_SEED)
    start = torch.randn(images.shape, generator=generator)
    radius = torch.rand(len(images), 1, 1, 1, generator=generator) * epsilon
    delta = start / start.flatten(1).norm(dim=1).view(-1, 1, 1, 1) * radius
    for _ in range(ATTACK_STEPS):
        current = (images + delta).clamp(0, 1).requires_grad_(True)
        loss = F.cross_entropy(guide.logits(current), targets, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, current)
        unit = gradient / (gradient.flatten(1).norm(dim=1).view(-1, 1, 1, 1) + 1e-10)
        delta = current.detach() + epsilon / 8 * unit - images
        delta = delta.renorm(p=2, dim=0, maxnorm=epsilon)
    with torch.no_grad():
        return guide.logits((images + delta).clamp(0, 1))


def share(correct: torch.Tensor) -> dict[str, Any]:
    """Return a share in [0, 1] with its 95% Wilson interval, rounded to three places."""
    value = float(correct.float().mean())
    low, high = wilson_interval(value, len(correct))
    return {"value": round(value, 3), "interval_95": [round(low, 3), round(high, 3)]}


def calibration_error(logits: torch.Tensor, targets: torch.Tensor) -> float:
    """Return the expected calibration error over 15 equal-width bins of the first class's probability, in [0, 1]."""
    confidence, chosen = logits.softmax(dim=1).max(dim=1)
    bins = (confidence * CALIBRATION_BINS).long().clamp_max(CALIBRATION_BINS - 1)
    gaps = [
        abs(float(confidence[bins == b].mean() - (chosen == targets)[bins == b].float().mean()))
        * float((bins == b).float().mean())
        for b in bins.unique()
    ]
    return sum(gaps)


def measure(guide: GuideModel, data: Labelled, *, epsilons: list[float]) -> dict[str, Any]:
    """Return what the card says was measured, on ``data``."""
    logits = logits_of(guide, data)
    correct = logits.argmax(dim=1) == data.targets
    per_class = {c: correct[data.targets == i] for i, c in enumerate(guide.classes)}
    under_attack = {}
    for epsilon in epsilons:
        held = [attacked(guide, x, y, epsilon=epsilon).argmax(dim=1) == y for x, y in data.batches()]
        under_attack[f"l2_{epsilon:g}"] = share(torch.cat(held))
    return {
        "test_images": len(correct),
        "clean_accuracy": share(correct),
        "balanced_accuracy": round(float(np.mean([float(c.float().mean()) for c in per_class.values()])), 3),
        "accuracy_under_20_step_attack": under_attack,
        "expected_calibration_error": round(calibration_error(logits, data.targets), 3),
        "per_class": {name: {"images": len(c), **share(c)} for name, c in per_class.items()},
    }


def references(guide: GuideModel, data: Labelled) -> dict[str, list[float]]:
    """Return the ground-truth logits of ``data``, sorted, by class name."""
    own = logits_of(guide, data).gather(1, data.targets[:, None]).squeeze(1)
    return {
        c: sorted(round(v, 4) for v in own[data.targets == i].tolist()) for i, c in enumerate(guide.classes)
    }


def main(
    name: Annotated[str, typer.Argument(help="A bundled guide, such as animals16-64.")],
    test: Annotated[Path, typer.Option(help="Archive with test/<class>/*.jpg, never trained on.")],
    epsilons: Annotated[list[float] | None, typer.Option(help="L2 budgets of the attack.")] = None,
) -> None:
    """Measure the guide NAME and write references and figures into its card."""
    guide = catalog.load(name)
    data = read_archive(test, guide)
    card_path = catalog.BUNDLED / name / "card.json"
    card = json.loads(card_path.read_text())
    card["references"] = {
        "source": f"ground-truth logits of the even-indexed images of {test.name} by sorted path; never trained on",
        "logits": references(guide, data.half(0)),
    }
    card["measured"] = {
        "on": f"the odd-indexed images of {test.name} by sorted path; never trained on",
        "command": f"python -m benchmarks.measure_guide {name} --test {test.name}",
        **measure(guide, data.half(1), epsilons=epsilons or [0.75, 1.5]),
    }
    card_path.write_text(json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    typer.echo(json.dumps(card["measured"], indent=1, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
