"""A job over a folder with a guide that is loaded already, and what it left there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lwise_core.batch.executors import LocalExecutor
from lwise_core.batch.job import Job
from lwise_core.batch.progress import BatchProgress
from lwise_core.batch.settings import JobSettings
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import Labels
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.guide import GuideModel

_MOST_WORKERS = 8


@dataclass(frozen=True)
class FolderResults:
    """What a job left in its ``folder``: ``table``, a CSV with a row a picture, or a row a picture and ε.

    ``done`` pictures were gone through, ``failed`` of them without a result; ``notes`` are sentences for the person.
    """

    folder: Path
    table: Path
    done: int
    failed: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, job: Job, progress: BatchProgress) -> FolderResults:
        """Return what ``job`` has left, by the last of its progress."""
        return cls(job.folder, job.folder / "results.csv", progress.done, progress.failed, progress.notes)


@dataclass(frozen=True)
class LabelledFolder:
    """Where labelled pictures lie, and who says what they show: None for the column of a CSV, else the folder."""

    pictures: str | Path
    labels: Labels | str | None = None
    column: str = ""


def folder_job(guide: GuideModel, labelled: LabelledFolder, *, settings: JobSettings, out: Path) -> Job:
    """Return the job that does what ``settings`` say with the pictures, into the folder ``out``.

    Raises:
        DatasetError: There is nothing there, or it is no set of pictures.
    """
    said_by = None if labelled.labels is None else Labels(labelled.labels)
    found = picture_set(str(labelled.pictures), labels=said_by, column=labelled.column)
    usual = Labels.COLUMN if isinstance(found, DirmapSet) else Labels.FOLDER
    return Job(pictures=found, labels=said_by or usual, load_guide=lambda: guide, order=settings, folder=out)


def this_machine() -> LocalExecutor:
    """Return the executor that leaves one core to the guide and decodes on the others."""
    return LocalExecutor(max(1, min((os.cpu_count() or 1) - 1, _MOST_WORKERS)))
