"""Crafts of a job: to rank pictures only, or to paint every ε of them from one path, in 8 bits.

What the guide says of a painted picture is said of the pixels written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from pydantic import TypeAdapter

import lwise_core
from lwise_core._utils.arrays import Pixels
from lwise_core.batch.batch_records import BatchRecord, PictureResult
from lwise_core.batch.settings import Naming
from lwise_core.batch.tables import Columns, Row
from lwise_core.batch.tasks import NothingToWrite, Put, ScoredBatch, Summary, Task, TaskSettings, logits_of
from lwise_core.enhancement.export import Intent, statement
from lwise_core.enhancement.path import EnhancementPath, PathRequest
from lwise_core.enhancement.rendering import Extent
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import to_8_bit


@dataclass(frozen=True)
class Painted:
    """One picture as it was written: at which ε (0 for the original), and what the guide says of its 8 bits.

    ``number`` counts the budgets of the job, 0 for the original. ``spent`` is the L2 norm of the float result, in the
    guide's units; ``logit`` that of the written file's target, ``gain`` and ``gain_float`` its change against the
    original before rounding, of the file and of the float result.
    """

    number: int
    spent: float
    logit: float
    gain: float
    gain_float: float
    file: str
    sha256: str = ""


@dataclass(frozen=True)
class EnhancedResult(PictureResult):
    """The record of a picture with all its enhanced pictures, none where it was only ranked."""

    pictures: tuple[Painted, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(p.file for p in self.pictures)


@dataclass(frozen=True, eq=False)
class EnhancedPicture:
    """A picture before it is written: ``pixels`` ``(size, size, 3)`` uint8, and the text that goes into its file."""

    painted: Painted
    pixels: Pixels
    text: Mapping[str, str]

    def written(self, put: Put) -> Painted:
        """Write it."""
        return replace(self.painted, sha256=put(self.painted.file, encode_png(self.pixels, text=self.text)))


@dataclass(frozen=True, eq=False)
class EnhancedPictures:
    """What was painted of one picture, the original first."""

    told: PictureResult
    canvases: tuple[EnhancedPicture, ...]

    def written(self, put: Put) -> EnhancedResult:
        """Write all of them."""
        return EnhancedResult(**asdict(self.told), pictures=tuple(c.written(put) for c in self.canvases))


_FORM = TypeAdapter(BatchRecord[EnhancedResult])
_LAYOUT = 2  # of what is written: raise it when the same inputs give other files
_LARGEST_BATCH = 32


@dataclass(frozen=True)
class RankingTask:
    """What tasks have in common that say how hard each picture is, and write none."""

    settings: TaskSettings
    packages: ClassVar[tuple[str, ...]] = ()
    folders: ClassVar[tuple[str, ...]] = ()

    def summary(self, guide: GuideModel, told: Iterable[PictureResult]) -> Summary:  # noqa: ARG002
        """Return what is said of all pictures together."""
        return Summary({"statement": "Ranks by a guide model.", "budgets": [], "geometry": _geometry(guide)})


@dataclass(frozen=True)
class ScoreTask(RankingTask):
    """To say how hard each picture is, and nothing else."""

    plan: ClassVar[Mapping[str, object]] = {"layout": _LAYOUT}
    most_at_once: ClassVar[int] = _LARGEST_BATCH
    varied: ClassVar[bool] = False
    form: ClassVar[TypeAdapter[BatchRecord[EnhancedResult]]] = _FORM
    columns: ClassVar[Columns] = {}

    def made(self, guide: GuideModel, looked: ScoredBatch) -> Sequence[NothingToWrite[EnhancedResult]]:  # noqa: ARG002
        return [NothingToWrite(EnhancedResult(**asdict(told))) for told in looked.told]

    def rows(self, told: EnhancedResult) -> Iterator[Row]:  # noqa: ARG002 - what every job says is all there is
        yield {}


@dataclass(frozen=True)
class EnhanceTask:
    """To write every picture at every ε, beside the original in the same geometry."""

    settings: TaskSettings
    plan: ClassVar[Mapping[str, object]] = {"layout": _LAYOUT}
    packages: ClassVar[tuple[str, ...]] = ()
    most_at_once: ClassVar[int] = _LARGEST_BATCH
    varied: ClassVar[bool] = False
    form: ClassVar[TypeAdapter[BatchRecord[EnhancedResult]]] = _FORM
    columns: ClassVar[Columns] = {
        "epsilon_224": float,
        "epsilon": float,
        "spent": float,
        "logit": float,
        "gain": float,
        "gain_float": float,
        "file": str,
        "file_sha256": str,
    }

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(b.words for b in self.settings.budgets) if self.settings.naming is Naming.OFFICIAL else ()

    def made(self, guide: GuideModel, looked: ScoredBatch) -> Sequence[EnhancedPictures]:
        """Return the pictures of every image: one path an image yields every ε."""
        targets = torch.tensor([told.target for told in looked.told])
        path = self.walked(guide, PathRequest(looked.images, targets, self.settings.objective))
        by_budget = [self._at(path, number, looked) for number in range(len(self.settings.budgets))]
        return [
            EnhancedPictures(told, of_it) for told, of_it in zip(looked.told, zip(*by_budget, strict=True), strict=True)
        ]

    def walked(self, guide: GuideModel, request: PathRequest) -> EnhancementPath:
        """Return the path as far as the largest ε.

        Raises:
            NonFinite: The guide returned NaN or infinity.
        """
        return Walker(guide).to(request, epsilon=self.settings.budgets[-1].epsilon)

    def _at(self, path: EnhancementPath, number: int, looked: ScoredBatch) -> list[EnhancedPicture]:
        """Return one picture of every image, in 8 bits, with what the guide says of these 8 bits."""
        result = path.at(self.settings.budgets[number].epsilon)
        pixels = to_8_bit(result.images.cpu().numpy())
        after = logits_of(path.guide, torch.from_numpy(pixels.astype(np.float32) / np.float32(255)))
        before, floats = looked.logits, result.logits.cpu()
        return [
            EnhancedPicture(
                Painted(
                    number=number,
                    spent=float(result.spent[i]),
                    logit=float(after[i, told.target]),
                    gain=float(after[i, told.target] - before[i, told.target]),
                    gain_float=float(floats[i, told.target] - before[i, told.target]),
                    file=self._file(looked.entries[i].stem, number),
                ),
                pixels=np.ascontiguousarray(pixels[i].transpose(1, 2, 0)),
                text=self._text(path.guide, number, told.target),
            )
            for i, told in enumerate(looked.told)
        ]

    def _file(self, stem: str, number: int) -> str:
        words = self.settings.budgets[number].words
        return f"{words}/{stem}.png" if self.settings.naming is Naming.OFFICIAL else f"pictures/{stem}_{words}.png"

    def _text(self, guide: GuideModel, number: int, target: int) -> Mapping[str, str]:
        """Return what a picture says of itself; an original says nothing."""
        epsilon = self.settings.budgets[number].epsilon
        if not epsilon:
            return {}
        name = guide.classes[target]
        sentence = statement(guide, Intent(name, name, epsilon, Extent.GUIDE), self.settings.objective)
        if self.settings.guesses:
            sentence += " The class is the guide's guess."
        return {"Description": sentence, "Software": f"L-WISE Studio {lwise_core.__version__}"}

    def rows(self, told: EnhancedResult) -> Iterator[Row]:
        """Yield a row for each ε, the original first."""
        for painted in told.pictures:
            budget = self.settings.budgets[painted.number]
            yield {
                "epsilon_224": budget.epsilon_224,
                "epsilon": budget.epsilon,
                "spent": painted.spent,
                "logit": painted.logit,
                "gain": painted.gain,
                "gain_float": painted.gain_float,
                "file": painted.file,
                "file_sha256": painted.sha256,
            }

    def summary(self, guide: GuideModel, told: Iterable[EnhancedResult]) -> Summary:  # noqa: ARG002
        return Summary(
            {
                "statement": "AI-altered pictures. Not for diagnosis.",
                "budgets": [asdict(b) for b in self.settings.budgets],
                "geometry": _geometry(guide),
            }
        )


def task_for(settings: TaskSettings) -> Task[EnhancedResult]:
    """Return what paints at the ε that were ordered, or ranks where none were."""
    return EnhanceTask(settings) if settings.budgets else ScoreTask(settings)


def _geometry(guide: GuideModel) -> str:
    return f"central square, antialiased bilinear to {guide.input_size} px, lossless PNG"
