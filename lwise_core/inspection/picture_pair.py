"""A pair of one's own: an original and what somebody or something else made of it, inspected as a path of one step.

An expert's edit, a counterfactual of a diffusion model, another tool's enhancement: the lights, the ledger, the maps
and second opinions ask of it what they ask of this library's own changes. What compares with paths that a guide walks
is left out, for nobody walked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from lwise_core.enhancement.export import name_for_files
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import EnhancementPath, Frame, PathRequest
from lwise_core.enhancement.photograph_path import PhotographPath
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.images.alignment import AlignedSquares, NotAPair
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import see
from lwise_core.inspection.examine import MapPair, Question, examine_counted
from lwise_core.inspection.perturbation import Perturbation
from lwise_core.inspection.photograph_inspection import InspectedPhotograph
from lwise_core.inspection.report import Report, ReportSubject

CLOSEST = 512
"""Pixels a side at which both pictures are compared at most: what is blurred more finely than that shows nowhere."""

_LEAST_CHANGE = 1e-3
"""ε below which two pictures are the same: about what rounding to 8 bits leaves at any size."""


@dataclass(frozen=True, eq=False)
class PicturePair:
    """An original, a picture that was made of it, and both as one square; ``stated`` is what the original shows."""

    original: Photograph
    altered: Photograph
    squares: AlignedSquares
    stated: str

    def compared_at(self, guide: GuideModel) -> int:
        """Return at how many pixels a side lost detail is looked for.

        Those of the smaller picture, or those that ``guide`` sees where they are more; at most :data:`CLOSEST`, or what
        the guide sees.
        """
        return max(guide.input_size, min(len(self.squares.original), len(self.squares.altered), CLOSEST))

    def closer(self, guide: GuideModel) -> Perturbation | None:
        """Return the change with more pixels than ``guide`` sees; None where the smaller picture has no more."""
        side = self.compared_at(guide)
        if side == guide.input_size:
            return None
        return Perturbation(see(self.squares.original, size=side), see(self.squares.altered, size=side))

    def path(self, guide: GuideModel, *, target: int) -> EnhancementPath:
        """Return the path of one step from the one to the other; its step is the ε of the change.

        Raises:
            NotAPair: They are the same to ``guide``.
        """
        images = torch.stack(
            [
                torch.from_numpy(see(square, size=guide.input_size))
                for square in (self.squares.original, self.squares.altered)
            ]
        ).to(guide.device)
        epsilon = float(torch.linalg.vector_norm(images[1] - images[0]))
        if epsilon < _LEAST_CHANGE:
            raise NotAPair(
                f"“{self.original.name}” and “{self.altered.name}” are the same to the guide {guide.name}, so there is "
                "no change to inspect; choose another picture."
            )
        with torch.no_grad():
            logits = guide.logits(images)
        # Of a path the best iterate is shown; of a pair it is the altered picture, whatever it did to the logit.
        losses = torch.tensor([[0.0], [-1.0]], device=guide.device)
        frames = tuple(Frame(i, images[i : i + 1], logits[i : i + 1], losses[i]) for i in range(2))
        request = PathRequest.single(images[0], target=target, objective=GroundTruthLogit())
        return EnhancementPath(guide, request, epsilon, frames)

    def inspected(
        self, path: EnhancementPath, question: Question, *, second: GuideModel | None
    ) -> Iterator[InspectedPair]:
        """Yield what is found of ``path``, which is this pair's, with lights that are complete in the end.

        ``question`` says which maps are wanted, ``second`` is a guide that is asked for its opinion.

        Raises:
            NonFinite: A guide returned NaN or infinity.
        """
        subject = CroppedPhotograph(self.original, self.squares.crop)
        walked = PhotographPath(subject, path, self.stated)
        for findings in examine_counted(path, stated=self.stated, closer=self.closer(path.guide)):
            yield InspectedPair(walked, findings, question, second, path.step, self)


@dataclass(frozen=True, eq=False)
class InspectedPair(InspectedPhotograph):
    """What was found of a ``pair``. Printed, it is what both lights say, and what is to be known beside them."""

    pair: PicturePair

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of a change that this library did not make, a sentence each."""
        return tuple(self._notes())

    @property
    def report(self) -> Report:
        """The report, as one HTML file, as JSON and as arrays."""
        return self.report_with(self.maps)

    def report_with(self, maps: tuple[MapPair, ...]) -> Report:
        """Return the report with ``maps`` that are there already."""
        name = name_for_files(self.photograph.guide, self.pair.original)
        altered = name_for_files(self.photograph.guide, self.pair.altered)
        subject = ReportSubject(name, self.photograph.stated, self.epsilon, altered=altered, notes=self.notes)
        return Report(subject, self.findings, maps)

    def __str__(self) -> str:
        """What both lights say, and the notes."""
        return "\n".join((super().__str__(), *self.notes))

    def _head(self) -> Iterator[str]:
        yield from self.notes

    def _notes(self) -> Iterator[str]:
        guide, path = self.photograph.guide, self.photograph.path
        target = int(path.request.targets[0])
        before, after = (float(frame.logits[0, target]) for frame in path.frames)
        yield (
            "The limits of the lights were found on changes that this library made; on another's they may raise more "
            "false alarms than 5%, or fewer."
        )
        yield (
            f"Smears were looked for at {self.pair.compared_at(guide)} px a side; whether anything finer was blurred "
            "cannot be judged."
        )
        if after < before:
            yield (
                f"The change lowers the logit of {self.photograph.towards} by {before - after:.2f}: it goes away from "
                "the class, and the lights are about changes towards it."
            )
        largest = guide.epsilon_scale.step * guide.epsilon_scale.steps
        if self.epsilon > largest:
            yield (
                f"The change is larger (ε = {self.epsilon:.3g}) than any that this library makes with {guide.name} "
                f"(up to {largest:.3g})."
            )
        right, down = self.pair.squares.moved
        if right or down:
            yield (
                f"The altered picture was moved back by {abs(right):.1%} of the square's side across and "
                f"{abs(down):.1%} down; what only one of the two shows was left out."
            )
