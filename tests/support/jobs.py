"""Sets of the phantom, jobs over them, and what their folders hold."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from lwise_core.batch.executors import Executor, LocalExecutor
from lwise_core.batch.job import LOG, BatchProgress, Job, JobSettings
from lwise_core.data.entries import Labels
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.phantom import FAMILIES, draw, population
from lwise_core.data.picture_sets import FolderSet
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png

EPSILONS_224 = (0.25, 1.0, 1.3, 2.0)
"""Off the grid of steps, on it, off it again, and the end of the path."""


def load_phantom() -> GuideModel:
    return catalog.load("phantom4-64")


def phantom_set(root: Path, *, per_family: int = 5, size: int = 40) -> Path:
    """Write an ImageFolder of phantom creatures, and one file that is no picture, to ``root`` and return it."""
    for i, creature in enumerate(population(per_family=per_family, seed=0)):
        folder = root / FAMILIES[creature.family].title().replace(" ", "_")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{i % per_family:03d}.png").write_bytes(encode_png(draw(creature, size=size)))
    (root / "Barred_Forktail" / "bad.png").write_bytes(b"no picture")
    return root


def order(guide: GuideModel, **words: Any) -> JobSettings:  # noqa: ANN401 - the fields of an order
    return JobSettings(epsilons=tuple(guide.epsilon_scale.from_224(e) for e in EPSILONS_224), **words)


def job(source: Path, out: Path, **words: Any) -> Job:  # noqa: ANN401 - the fields of a job
    settings = {
        "pictures": FolderSet(LocalStore(source)),
        "labels": Labels.FOLDER,
        "load_guide": load_phantom,
        "order": order(load_phantom()),
        "folder": out,
        "threads": 1,
        "batch": 4,
    }
    return Job(**{**settings, **words})


def finished(asked: Job, engine: Executor | None = None) -> BatchProgress:
    *_, last = asked.run(engine or LocalExecutor(0))
    assert last.cost is not None
    return last


def contents(folder: Path) -> dict[str, str]:
    """Return every file of a job but its log, which has times in it → the hash of its bytes."""
    files = (f for f in folder.rglob("*") if f.is_file() and f.name != LOG)
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.fixture(scope="session")
def phantom_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ImageFolder of 20 creatures and one file that is no picture."""
    return phantom_set(tmp_path_factory.mktemp("phantoms") / "creatures")


@pytest.fixture(scope="session")
def undisturbed(phantom_pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job that enhances all of them and that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    finished(job(phantom_pictures, folder))
    return folder
