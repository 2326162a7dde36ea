"""What a job keeps of a finished batch: what was told of each picture, or why there is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True)
class PictureResult:
    """What the guide says of one picture: ``place`` is its place in the batch, classes are the guide's indices.

    ``unlike_p`` is the p of its being unlike everything that the guide learnt, None where that cannot be judged.
    """

    place: int
    source_sha256: str
    target: int
    logit: float
    log_probability: float
    rank: int
    first_choice: int
    unlike_p: float | None = field(default=None, kw_only=True)

    @property
    def files(self) -> tuple[str, ...]:
        """What was written for this picture, by paths in the job's folder."""
        return ()


@dataclass(frozen=True)
class Failed:
    """Why there is no result for the picture at ``place`` in the batch."""

    place: int
    sentence: str


T = TypeVar("T", bound=PictureResult)


@dataclass(frozen=True)
class BatchRecord(Generic[T]):
    """What is kept of a finished batch."""

    told: tuple[T, ...]
    failed: tuple[Failed, ...]


@dataclass(frozen=True)
class BatchRecords(Generic[T]):
    """The records of a job in a ``folder`` of their own; ``form`` says what a picture's part is."""

    folder: Path
    form: TypeAdapter[BatchRecord[T]]

    def file(self, index: int) -> Path:
        """Return where the record of the batch ``index`` lies."""
        return self.folder / f"{index:07d}.json"

    def read(self, index: int) -> BatchRecord[T] | None:
        """Return what a batch left, None where there is nothing whole."""
        try:
            return self.form.validate_json(self.file(index).read_bytes())
        except (OSError, ValidationError):
            return None

    def as_bytes(self, record: BatchRecord[T]) -> bytes:
        """Return ``record`` as it is kept on the disk."""
        return self.form.dump_json(record)
