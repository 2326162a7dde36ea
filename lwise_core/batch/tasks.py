"""What a job may do with its pictures, as one seam: a :class:`Task` ranks them, paints them or inspects them.

Whatever it does, it is the same in every process: the plan says how many threads compute and which pictures are in a
batch, and a picture that cannot be used changes nothing for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from pydantic import TypeAdapter

from lwise_core.batch.batch_records import BatchRecord, Failed, PictureResult, T
from lwise_core.batch.settings import Budget, Naming
from lwise_core.batch.tables import Columns, Row
from lwise_core.data.decoding import Batch, Decoded, DecodedBatch, Unusable
from lwise_core.data.entries import PictureEntry
from lwise_core.enhancement.objectives import Objective
from lwise_core.enhancement.path import NonFinite
from lwise_core.guides.difficulty import said_of_all
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.looking import Looker, Looks

T_co = TypeVar("T_co", bound=PictureResult, covariant=True)

Put = Callable[[str, bytes], str]
"""What writes a file of the job's folder whole, by its path there, and returns its SHA-256."""


@dataclass(frozen=True)
class TaskSettings:
    """The settings of a task: towards what, at which ε (the original first; none where pictures are only ranked).

    Where the guide ``guesses``, its first choice counts as what a picture shows.
    """

    objective: Objective
    budgets: tuple[Budget, ...]
    naming: Naming
    guesses: bool


@dataclass(frozen=True, eq=False)
class ScoredBatch:
    """The usable pictures of a batch: their ``entries``, ``images`` ``(N, 3, H, W)`` in [0, 1], ``logits`` ``(N, C)``.

    Both on the CPU; ``told`` is what follows for each picture from its logits alone. ``variations``
    ``(N, 8, 3, H, W)`` are the pictures after each small change, for a task whose pictures are ``varied``.
    """

    entries: tuple[PictureEntry, ...]
    images: torch.Tensor
    logits: torch.Tensor
    told: tuple[PictureResult, ...]
    variations: torch.Tensor | None = None


class PendingResult(Protocol[T_co]):
    """What was made of one picture, not yet written; goes from process to process."""

    def written(self, put: Put) -> T_co:
        """Write its files and return its record."""


@dataclass(frozen=True)
class NothingToWrite(Generic[T]):
    """What was made of a picture that is only spoken of."""

    told: T

    def written(self, put: Put) -> T:  # noqa: ARG002 - there is nothing to put anywhere
        """Return what is to be kept."""
        return self.told


@dataclass(frozen=True)
class Summary:
    """What a manifest ``said`` of all pictures together, and the ``notes`` that people read at the end."""

    said: Mapping[str, object]
    notes: tuple[str, ...] = ()


class Task(Protocol[T]):
    """What is done with every picture of a job, and how it is told; a frozen dataclass, as it goes to other processes.

    ``T`` is what is kept of a picture.
    """

    @property
    def plan(self) -> Mapping[str, object]:
        """The settings that decide the files of a job, its ``layout`` above all: another plan is another job."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Further packages whose versions decide a bit."""

    @property
    def most_at_once(self) -> int:
        """Pictures in a batch, which is what a kill can cost, where the guide's size does not ask for fewer."""

    @property
    def varied(self) -> bool:
        """Whether pictures are to be decoded with their small changes too."""

    @property
    def form(self) -> TypeAdapter[BatchRecord[T]]:
        """What is kept of a batch."""

    @property
    def columns(self) -> Columns:
        """The columns of the table of results beside those that every job has."""

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders of pictures that are data sets themselves, each with a dirmap of its own."""

    def made(self, guide: GuideModel, looked: ScoredBatch) -> Sequence[PendingResult[T]]:
        """Return what is made of each picture.

        Raises:
            NonFinite: The guide returned NaN or infinity for one of them.
        """

    def rows(self, told: T) -> Iterator[Row]:
        """Yield the rows of a picture in the table of results: the values of ``columns``."""

    def summary(self, guide: GuideModel, told: Iterable[T]) -> Summary:
        """Return what is said of all pictures together."""


@dataclass(frozen=True, eq=False)
class MadeBatch(Generic[T]):
    """A batch with what was made of each of its pictures, in its order, or why there is nothing."""

    batch: Batch
    results: tuple[PendingResult[T] | Failed, ...]


@dataclass(frozen=True)
class Worker(Generic[T]):
    """What a process needs to work on batches; called once a process, it loads the guide."""

    load_guide: Callable[[], GuideModel]
    task: Task[T]
    guesses: bool
    threads: int

    def __call__(self) -> Callable[[DecodedBatch], MadeBatch[T]]:
        """Return what makes the results of a batch, with as many threads as the plan says."""
        torch.set_num_threads(self.threads)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
        return _Bench(self.task, Looker.of(self.load_guide()), self.guesses).made


@dataclass(frozen=True)
class _Bench(Generic[T]):
    """A task with what looks at its pictures."""

    task: Task[T]
    looker: Looker
    guesses: bool

    @property
    def guide(self) -> GuideModel:
        return self.looker.guide

    def made(self, seen: DecodedBatch) -> MadeBatch[T]:
        """Return the results of a batch; a picture without one is said and does not stop the others."""
        usable = [(place, s) for place, s in enumerate(seen.seen) if isinstance(s, Decoded)]
        results: dict[int, PendingResult[T] | Failed] = {
            place: Failed(place, s.sentence) for place, s in enumerate(seen.seen) if isinstance(s, Unusable)
        }
        if usable:
            results.update(self._results(seen.batch, usable))
        return MadeBatch(seen.batch, tuple(results[place] for place in range(len(seen.seen))))

    def _results(
        self, batch: Batch, usable: Sequence[tuple[int, Decoded]]
    ) -> Iterator[tuple[int, PendingResult[T] | Failed]]:
        """Yield place and result of the pictures that can be used; one that gives no number is found one by one."""
        try:
            made = self.task.made(self.guide, self._looked(batch, usable))
            yield from zip((place for place, _ in usable), made, strict=True)
        except NonFinite as error:
            if len(usable) == 1:
                place = usable[0][0]
                yield place, Failed(place, f"“{batch.entries[place].name}”: {error}")
                return
            for one in usable:
                yield from self._results(batch, [one])

    def _looked(self, batch: Batch, usable: Sequence[tuple[int, Decoded]]) -> ScoredBatch:
        entries = tuple(batch.entries[place] for place, _ in usable)
        images = torch.from_numpy(np.stack([s.image for _, s in usable]))
        looks = self.looker.look(images)
        _refuse_non_finite(looks.logits)
        told = tuple(self._told(usable, entries, looks))
        varied = [s.variations for _, s in usable if s.variations is not None]
        return ScoredBatch(entries, images, looks.logits, told, torch.from_numpy(np.stack(varied)) if varied else None)

    def _told(
        self, usable: Sequence[tuple[int, Decoded]], entries: Sequence[PictureEntry], looks: Looks
    ) -> Iterator[PictureResult]:
        """Yield what the guide says of each picture; what needs PyTorch is asked once for all of them."""
        first = looks.logits.argmax(dim=1)
        targets = first if self.guesses else torch.tensor(self._stated(entries))
        said = said_of_all(looks.logits, targets=targets)
        for (place, seen), one, choice, novelty in zip(usable, said, first.tolist(), looks.novelty, strict=True):
            yield PictureResult(
                place=place,
                source_sha256=seen.sha256,
                target=one.target,
                logit=one.logit,
                log_probability=one.log_probability,
                rank=one.rank,
                first_choice=choice,
                unlike_p=novelty.p,
            )

    def _stated(self, entries: Sequence[PictureEntry]) -> list[int]:
        """Return the class index of each picture; a name is looked up once, however many pictures have it."""
        known = {name: self.guide.class_index(name) for name in {entry.class_name for entry in entries}}
        return [known[entry.class_name] for entry in entries]


def logits_of(guide: GuideModel, images: torch.Tensor) -> torch.Tensor:
    """Return logits ``(N, C)`` of ``images`` ``(N, 3, H, W)`` in [0, 1], without gradient, on the CPU.

    Raises:
        NonFinite: One of them is no number.
    """
    with torch.no_grad():
        logits = guide.logits(images.to(guide.device)).cpu()
    _refuse_non_finite(logits)
    return logits


def _refuse_non_finite(logits: torch.Tensor) -> None:
    if not bool(torch.isfinite(logits).all()):
        raise NonFinite("The guide returned a value that is not a number for this picture, so nothing can be computed.")
