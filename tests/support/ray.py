"""A Ray cluster on this machine, its workers, and stages that are quick; where Ray is not installed tests skip."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

NEEDS_RAY = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install -r requirements-ray.txt"
)


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """One cluster for all tests: starting it takes some seconds."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def actors() -> list[psutil.Process]:
    """Return the processes of this process's Ray cluster that do work."""
    below = psutil.Process().children(recursive=True)
    return [p for p in below if p.is_running() and "_Actor" in " ".join(p.cmdline())]


def kill_one_actor() -> None:
    """End one worker of the cluster as a machine that fails would."""
    found = actors()
    assert found, "there is no worker to kill"
    found[0].send_signal(signal.SIGKILL)


def doubled(number: int) -> int:
    return 2 * number


@dataclass(frozen=True)
class FatalOnce:
    """Prepares a number; the first process that meets ``fatal`` dies of it, every process if ``always``."""

    folder: Path
    fatal: int
    always: bool = False

    def __call__(self, number: int) -> int:
        tombstone = self.folder / "tombstone"
        if number == self.fatal and (self.always or not tombstone.exists()):
            tombstone.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * number


@dataclass(frozen=True)
class Counting:
    """Loads what makes a result, and writes down which process loaded it."""

    folder: Path

    def __call__(self) -> Callable[[int], int]:
        with (self.folder / "loaded").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return lambda number: number + 1

    def loaded(self) -> list[int]:
        return [int(line) for line in (self.folder / "loaded").read_text().split()]
