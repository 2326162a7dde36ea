"""A disk that is full while learners answer, a job runs and a course is made: a file system of a few megabytes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.chaos.app_server import ROOT, app_server, environment_of, wait_for
from benchmarks.chaos.classroom import classroom
from benchmarks.chaos.kills import contents, job_command
from benchmarks.chaos.outcome import Outcome, require, tried
from lwise_core.teaching.records.store import address
from tests.support.jobs import phantom_set

_JOB_S = 900
_TOLD_S = 300
_FULL = "is full"
_HOME_KB, _LARGE_KB = 24 * 1024, 64 * 1024
_BLOCK = 4096


def answers(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Fill the disk with the records while learners answer, and make room again."""
    home = folder / "disk"
    with (
        small_disk(home, kilobytes=_HOME_KB),
        app_server(home) as server,
        classroom(server.address, home / "courses" / "c", address(home=home)) as room,
    ):

        def full(_: int) -> None:
            wanted = room.confirmed + lottery.randint(1, 4)
            wait_for(lambda: room.confirmed >= wanted, seconds=_TOLD_S, what="answers")
            learner = room.learners[-1]
            learner.told.clear()
            ballast = _fill(home)
            wait_for(
                lambda: any(_FULL in told for one in room.learners for told in one.told),
                seconds=_TOLD_S,
                what="the sentence that the disk is full",
            )
            wait_for(server.is_healthy, seconds=_TOLD_S, what="the server to answer")
            ballast.unlink()
            before = room.confirmed
            wait_for(lambda: room.confirmed > before, seconds=_TOLD_S, what="an answer after there was room")
            for one in room.learners:
                one.told.clear()

        held = "answers are refused with “The disk … is full”, and given again when there is room; none lost or doubled"
        return tried("the disk is full while learners answer", times, full, held=held)


def job(folder: Path, times: int, _: random.Random) -> Outcome:
    """Run a job on a disk that is too small, make room, and give the same command again."""
    source = phantom_set(folder / "creatures", per_family=12)
    whole = folder / "whole"
    require(ended(job_command(source, whole), home=folder)[0] == 0, "the undisturbed job failed")

    def full(_: int) -> None:
        with small_disk(folder / "disk", kilobytes=_half_of(whole)):
            _full_then_room(job_command(source, folder / "disk" / "out"), folder / "disk", folder)
            _compare(whole, folder / "disk" / "out")

    held = "refused with “The disk is full …”; the same command goes on to the same bytes"
    return tried("the disk is full while a job runs", times, full, held=held)


def course(folder: Path, times: int, _: random.Random) -> Outcome:
    """Make a course on a disk that is too small, make room, and give the same command again."""
    words = ["course", "make", "phantom", "--guide", "phantom4-64", "--creature-size", "64", "--exact"]
    few = ["--creatures", "12", "--test-creatures", "4", "--per-class", "1", "--per-class-in-tests", "1", "--out"]
    whole = folder / "whole"
    require(ended([*words, *few, str(whole)], home=folder)[0] == 0, "the undisturbed course failed")

    def full(_: int) -> None:
        with small_disk(folder / "disk", kilobytes=_half_of(whole)):
            _full_then_room([*words, *few, str(folder / "disk" / "out")], folder / "disk", folder)
            _compare(whole, folder / "disk" / "out")

    held = "refused with “The disk is full …”; the same command goes on to the same bytes"
    return tried("the disk is full while a course is made", times, full, held=held)


def _full_then_room(words: Sequence[str], disk: Path, home: Path) -> None:
    code, said = ended(words, home=home)
    require(code != 0, "the job did not notice that the disk is full")
    require("disk is full" in said and "Traceback" not in said, f"not told in a sentence: {said[-300:]}")
    _system("mount", "-o", f"remount,size={_LARGE_KB}k", str(disk))
    code, said = ended(words, home=home)
    require(code == 0, f"it did not go on: {said[-300:]}")


def _half_of(whole: Path) -> int:
    """Return half of the kilobytes that a folder takes on a disk, so that what fills it is stopped half-way."""
    blocks = sum(-(-f.stat().st_size // _BLOCK) for f in whole.rglob("*") if f.is_file())
    return blocks * _BLOCK // 2048


def _compare(whole: Path, found: Path) -> None:
    left, right = contents(whole), contents(found)
    other = sorted(n for n in left.keys() | right.keys() if left.get(n) != right.get(n))
    require(not other, f"{len(other)} files differ, such as {other[:3]}")


def _fill(disk: Path) -> Path:
    """Write a file that takes all the room that is left, and return it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    os.sync()
    return ballast


@contextmanager
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[None]:
    """Put a file system of so many kilobytes, in memory, at ``folder``: for root only."""
    folder.mkdir(parents=True, exist_ok=True)
    _system("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,nr_inodes=0", "lwise-chaos", str(folder))
    try:
        yield
    finally:
        _system("umount", str(folder))


def _system(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - mount and umount
    require(done.returncode == 0, f"{command[0]} was refused: {done.stderr.strip()}")


def ended(words: Sequence[str], *, home: Path) -> tuple[int, str]:
    """Run a command of this program to its end, and return its status and what it said."""
    command = [sys.executable, "-m", "lwise_core", *words]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=environment_of(home), capture_output=True, text=True, timeout=_JOB_S, check=False
    )
    return done.returncode, done.stdout + done.stderr
