"""What is made of a batch of pictures: what the guide says of each, and every ε of it from one path, in 8 bits.

The same whatever process does it: the plan says how many threads compute and which pictures are in a batch, a picture
that cannot be used changes nothing for the others, and what the guide says of a result is said of the pixels written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

import lwise_core
from lwise_core.difficulty import difficulty_of
from lwise_core.enhancement import EnhancementPath, NonFinite, Objective, PathRequest
from lwise_core.export import Intent, statement
from lwise_core.fast import path_to
from lwise_core.geometry import Pixels, to_8_bit
from lwise_core.guide import GuideModel
from lwise_core.job_results import Budget, Failed, Told
from lwise_core.picture_sets import Batch, Entry, Seen, SeenBatch, Unusable
from lwise_core.rendering import Extent


@dataclass(frozen=True, eq=False)
class PaintedPixels:
    """A picture before it is written: ``pixels`` ``(size, size, 3)`` uint8, and the text that goes into its file."""

    number: int
    spent: float
    logit: float
    gain: float
    gain_float: float
    pixels: Pixels
    text: Mapping[str, str]


Outcome = tuple[Told, tuple[PaintedPixels, ...]] | Failed
"""What was told of a picture and its pictures, not yet written, or why there is nothing."""


@dataclass(frozen=True, eq=False)
class MadeBatch:
    """A batch with the outcome of each of its pictures, in its order."""

    batch: Batch
    results: tuple[Outcome, ...]


@dataclass(frozen=True)
class Painter:
    """What a worker needs to make the results of a batch; called once a worker, it loads the guide.

    ``budgets`` begins with the original and rises, or is empty where pictures are only ranked; where the guide
    ``guesses``, its first choice counts as what a picture shows.
    """

    load_guide: Callable[[], GuideModel]
    objective: Objective
    budgets: tuple[Budget, ...]
    guesses: bool
    threads: int

    def __call__(self) -> Callable[[SeenBatch], MadeBatch]:
        """Return what makes the results of a batch, with as many threads as the plan says."""
        torch.set_num_threads(self.threads)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
        return _Brush(self, self.load_guide()).made


@dataclass(frozen=True)
class _Brush:
    """A painter with its guide."""

    painter: Painter
    guide: GuideModel

    def made(self, seen: SeenBatch) -> MadeBatch:
        """Return the results of a batch; a picture without one is said and does not stop the others."""
        usable = [(place, s) for place, s in enumerate(seen.seen) if isinstance(s, Seen)]
        results: dict[int, Outcome] = {
            place: Failed(place, s.sentence) for place, s in enumerate(seen.seen) if isinstance(s, Unusable)
        }
        if usable:
            results.update(self._results(seen.batch, usable))
        return MadeBatch(seen.batch, tuple(results[place] for place in range(len(seen.seen))))

    def _results(self, batch: Batch, usable: Sequence[tuple[int, Seen]]) -> Iterator[tuple[int, Outcome]]:
        """Yield place and result of the pictures that can be used; one that gives no number is found one by one."""
        try:
            yield from self._together(batch, usable)
        except NonFinite as error:
            if len(usable) == 1:
                place = usable[0][0]
                yield place, Failed(place, f"“{batch.entries[place].name}”: {error}")
                return
            for one in usable:
                yield from self._results(batch, [one])

    def _together(self, batch: Batch, usable: Sequence[tuple[int, Seen]]) -> Iterator[tuple[int, Outcome]]:
        images = torch.from_numpy(np.stack([s.image for _, s in usable]))
        before = _logits(self.guide, images)
        targets = self._targets([batch.entries[place] for place, _ in usable], before)
        painted = self._painted(images, before, targets) if self.painter.budgets else [()] * len(usable)
        for row, (place, s) in enumerate(usable):
            target = int(targets[row])
            difficulty = difficulty_of(self.guide, before[row], target=target)
            told = Told(
                place=place,
                source_sha256=s.sha256,
                target=target,
                logit=difficulty.logit,
                log_probability=difficulty.log_probability,
                rank=difficulty.rank,
                first_choice=int(before[row].argmax()),
            )
            yield place, (told, painted[row])

    def _targets(self, entries: Sequence[Entry], logits: torch.Tensor) -> torch.Tensor:
        """Return the classes that the pictures are stated to show; a guess is the guide's first choice."""
        if self.painter.guesses:
            return logits.argmax(dim=1)
        return torch.tensor([self.guide.class_index(e.class_name) for e in entries])

    def _painted(
        self, images: torch.Tensor, before: torch.Tensor, targets: torch.Tensor
    ) -> list[tuple[PaintedPixels, ...]]:
        """Return the pictures of every image, the original first: one path an image yields every ε."""
        most = self.painter.budgets[-1].epsilon
        path = path_to(self.guide, PathRequest(images, targets, self.painter.objective), epsilon=most, twin=self.guide)
        by_budget = [self._at(path, number, before, targets) for number in range(len(self.painter.budgets))]
        return list(zip(*by_budget, strict=True))

    def _at(
        self, path: EnhancementPath, number: int, before: torch.Tensor, targets: torch.Tensor
    ) -> list[PaintedPixels]:
        """Return one picture of every image, in 8 bits, with what the guide says of these 8 bits."""
        budget = self.painter.budgets[number]
        result = path.at(budget.epsilon)
        pixels = to_8_bit(result.images.cpu().numpy())
        after = _logits(self.guide, torch.from_numpy(pixels.astype(np.float32) / np.float32(255)))
        floats = result.logits.cpu()
        return [
            PaintedPixels(
                number=number,
                spent=float(result.spent[i]),
                logit=float(after[i, target]),
                gain=float(after[i, target] - before[i, target]),
                gain_float=float(floats[i, target] - before[i, target]),
                pixels=np.ascontiguousarray(pixels[i].transpose(1, 2, 0)),
                text=self._text(budget, target),
            )
            for i, target in enumerate(targets.tolist())
        ]

    def _text(self, budget: Budget, target: int) -> Mapping[str, str]:
        """Return what a picture says of itself; an original says nothing."""
        if not budget.epsilon:
            return {}
        name = self.guide.classes[target]
        sentence = statement(self.guide, Intent(name, name, budget.epsilon, Extent.GUIDE), self.painter.objective)
        if self.painter.guesses:
            sentence += " The class is the guide's guess."
        return {"Description": sentence, "Software": f"L-WISE Studio {lwise_core.__version__}"}


def _logits(guide: GuideModel, images: torch.Tensor) -> torch.Tensor:
    """Return logits ``(N, C)`` of ``images`` ``(N, 3, H, W)`` in [0, 1], without gradient, on the CPU.

    Raises:
        NonFinite: One of them is no number.
    """
    with torch.no_grad():
        logits = guide.logits(images.to(guide.device)).cpu()
    if not bool(torch.isfinite(logits).all()):
        raise NonFinite("The guide returned a value that is not a number for this picture, so nothing can be computed.")
    return logits
