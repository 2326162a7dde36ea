"""A job over a folder: who names its classes, which guide it runs with, and what it left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lwise_core.batch.executors import LocalExecutor
from lwise_core.batch.folder_job import FolderResults, LabelledFolder, folder_job, this_machine
from lwise_core.batch.progress import BatchProgress
from lwise_core.batch.settings import JobSettings
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import Labels
from lwise_core.guides.guide import GuideModel
from tests.support.picture_sets import dirmap_of
from tests.support.toys import toy_folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return toy_folder(tmp_path / "photos" / "train", per_class=1).parent


@pytest.mark.parametrize(
    ("labels", "of_folder", "of_dirmap"),
    [
        (None, Labels.FOLDER, Labels.COLUMN),
        ("guide", Labels.GUIDE, Labels.GUIDE),
    ],
)
def test_classes_are_named_by_who_was_said_to_else_by_the_folder_or_the_csv(
    tiny_guide: GuideModel, pictures: Path, labels: str | None, of_folder: Labels, of_dirmap: Labels
) -> None:
    def said_by(source: Path) -> Labels:
        labelled = LabelledFolder(source, labels)
        return folder_job(tiny_guide, labelled, settings=JobSettings(), out=pictures / "out").labels

    assert (said_by(pictures), said_by(dirmap_of(pictures))) == (of_folder, of_dirmap)


def test_the_job_is_what_was_asked_for(tiny_guide: GuideModel, pictures: Path) -> None:
    settings, out = JobSettings(harder=True), pictures.parent / "out"
    labelled = LabelledFolder(str(dirmap_of(pictures)), column="split")
    asked = folder_job(tiny_guide, labelled, settings=settings, out=out)
    assert (asked.order, asked.folder) == (settings, out)
    assert asked.load_guide() is tiny_guide
    assert isinstance(asked.pictures, DirmapSet)
    assert asked.pictures.column == "split"
    assert not out.exists()


def test_what_a_job_left_is_said_by_its_last_progress(tiny_guide: GuideModel, pictures: Path) -> None:
    asked = folder_job(tiny_guide, LabelledFolder(pictures), settings=JobSettings(), out=pictures / "out")
    left = FolderResults.of(asked, BatchProgress(done=7, total=9, failed=2, notes=("One note.",)))
    assert left == FolderResults(pictures / "out", pictures / "out" / "results.csv", 7, 2, ("One note.",))


@pytest.mark.parametrize(("cores", "workers"), [(None, 1), (1, 1), (2, 1), (4, 3), (9, 8), (64, 8)])
def test_one_core_is_left_to_the_guide(monkeypatch: pytest.MonkeyPatch, cores: int | None, workers: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert this_machine() == LocalExecutor(workers)
