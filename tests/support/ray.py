"""A Ray cluster on this machine and its workers; where Ray is not installed tests skip."""

from __future__ import annotations

import importlib.util
import signal
from collections.abc import Iterator

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
