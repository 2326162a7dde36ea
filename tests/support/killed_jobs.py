"""A job that is killed at seeded moments, again and again, until it may finish; see :func:`main`.

Moments are counted, not timed: every file that is opened, renamed or removed in the job's folder is one. Each run is a
fork of one process that has everything imported, so that fifty kills do not take fifty starts of Python. That process
computes nothing itself: PyTorch's threads do not survive a fork.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lwise_core.batch.executors import LocalExecutor
from lwise_core.batch.job import Job
from tests.support.jobs import finished, job

Asked = Callable[[Path, Path], Job]
"""What makes a job of a set and a folder."""

WATCHED = ("open", "os.rename", "os.remove", "os.mkdir")


class Watch:
    """Counts the moments of a folder, and kills this process at the one that is ``fatal``."""

    def __init__(self) -> None:
        self.folder = ""
        self.moments = 0
        self.fatal = 0
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if self.folder and event in WATCHED and str(args[0]).startswith(self.folder):
            self.moments += 1
            if self.moments == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)


def killed(watch: Watch, source: Path, out: Path, *, asked: Asked, fatal: int, workers: int) -> bool:
    """Run the job in a fork that dies at the moment ``fatal``; return whether it did."""
    child = os.fork()
    if not child:
        watch.folder, watch.moments, watch.fatal = str(out), 0, fatal
        finished(asked(source, out), LocalExecutor(workers))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status and not os.WIFSIGNALED(status):
        raise RuntimeError("the job failed")
    return status != 0


def main(source: str, out: str, kills: int, seed: int, moments: int, asked: Asked = job) -> None:
    """Kill ``kills`` runs at seeded moments of the ``moments`` of a whole run, let one finish, print how many died.

    Every third run decodes in another process.
    """
    watch, places = Watch(), (Path(source), Path(out))
    random = np.random.default_rng(seed)
    latest = max(25, 2 * moments // (kills + 1))  # so that there is something left for the last
    died = [
        killed(watch, *places, asked=asked, fatal=int(random.integers(1, latest)), workers=int(i % 3 == 1))
        for i in range(kills)
    ]
    killed(watch, *places, asked=asked, fatal=0, workers=1)
    sys.stdout.write(f"{sum(died)}\n")
