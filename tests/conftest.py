"""What every test may ask for: guides, pictures of photographs, and the folder of shared data where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Pictures this small gain nothing from threads, and threads that wait for one another's cores take many times as long
# where several processes run tests. Libraries read these when they are imported first; what tests start inherits them.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
import psutil
import pytest
import torch
from hypothesis import settings
from skimage import data

from lwise_core.guides import catalog
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, Domain, GuideModel, Normaliser, Provenance
from lwise_core.images.geometry import Crop, see
from tests.support.courses import course, maker, pair_course, phantom_guide

__all__ = ["course", "maker", "pair_course", "phantom_guide"]  # fixtures that stand in a module of their own

torch.set_num_threads(1)

settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("house")

SLOW = (
    "browser",
    "cli",
    "docs/test_notebook.py",
    "pages",
    "teaching/courses",
    "teaching/records",
    "teaching/test_server.py",
    "training",
    "batch/test_executors.py",
    "batch/test_inspect_task.py",
    "batch/test_job.py",
    "batch/test_upload_results.py",
    "benchmarks",
    "data/test_object_storage.py",
    "enhancement/test_against_robustness.py",
    "enhancement/test_fast_twin.py",
    "enhancement/test_path.py",
    "guides/test_architectures.py",
    "guides/test_downloads.py",
    "inspection/test_examine.py",
    "inspection/test_photograph_inspection.py",
    "study/test_comparisons.py",
    "study/test_mixed_model.py",
    "study/test_ablation.py",
    "study/test_simulation.py",
    "test_api.py",
    "test_wheel.py",
)
"""Tests that start browsers, servers or processes, train, or walk long paths: `make quick` leaves them out."""

LONGEST = (
    "pages/test_inspection.py",
    "browser/test_journey.py",
    "browser/test_viewer.py",
    "docs/test_notebook.py",
    "test_wheel.py",
    "test_api.py",
    "browser/test_inspect_page.py",
    "benchmarks",
    "browser",
)
"""Where most of the time goes: begun first, so that no core is left waiting for the last of them."""

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _place(item: pytest.Item) -> str:
    here = Path(__file__).parent
    return item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else ""


def _rank(item: pytest.Item) -> int:
    named = (i for i, start in enumerate(LONGEST) if _place(item).startswith(start))
    slow = len(LONGEST) + (item.get_closest_marker("slow") is None)
    return next(named, slow)


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: much of the tests' time is waiting, for pages above all."""
    return (psutil.cpu_count(logical=False) or os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make quick` leaves out, and begin with what takes longest."""
    for item in items:
        if _place(item).startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_rank)


def guide_of(network: torch.nn.Module, *, classes: int = 5, input_size: int = 16) -> GuideModel:
    """Return a natural guide around ``network``, with classes named a, b, c, …"""
    return GuideModel(
        name="test",
        network=network,
        normaliser=Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD),
        classes=tuple("abcdefghij"[:classes]),
        input_size=input_size,
        domain=Domain.NATURAL,
        provenance=Provenance(sha256="0" * 64, training_epsilon=1.0),
    )


def tiny_network(*, classes: int = 5) -> CompactResNet:
    """Return a seeded CompactResNet of width 4."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return CompactResNet(width=4, num_classes=classes, stem_stride=1)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of downloaded guides and kept verdicts: never the person's own."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LWISE_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _no_twin_is_checked() -> None:
    """No test trusts a fast twin because another one, whose guide has the same hash, kept a check of it."""
    shutil.rmtree(catalog.home() / "verdicts", ignore_errors=True)


@pytest.fixture
def tiny_guide() -> GuideModel:
    """A guide of 16 px and five classes that computes in milliseconds; untrained, seeded."""
    return guide_of(tiny_network())


@pytest.fixture(scope="session")
def bundled_guide() -> GuideModel:
    """The guide that ships with the product."""
    return catalog.load("animals16-64")


def eight_pictures(size: int) -> torch.Tensor:
    """Return eight crops of photographs as a guide of ``size`` px sees them, ``(8, 3, size, size)``."""
    photographs = (data.chelsea(), data.astronaut(), data.coffee(), data.rocket())
    crops = [Crop(left=20 + 13 * i, top=5 + 7 * i, side=200).of(photographs[i % 4]) for i in range(8)]
    return torch.from_numpy(np.stack([see(crop, size=size) for crop in crops]))


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of shared data beside the repository; its tests skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs the data folder “shared” beside the repository")
    return SHARED
