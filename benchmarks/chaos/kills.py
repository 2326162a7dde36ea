"""kill -9 of the server, of PostgreSQL, of a course being made, of a job, its workers and nodes, at random moments."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from benchmarks.chaos.app_server import ROOT, app_server, environment_of, wait_for
from benchmarks.chaos.classroom import Classroom, classroom
from benchmarks.chaos.outcome import Outcome, require, tried
from lwise_core.batch import preparing
from lwise_core.batch.job import LOG
from lwise_core.teaching.courses.course import read_course
from lwise_core.teaching.records.store import VARIABLE, address
from tests.support.jobs import phantom_set
from tests.support.postgres import Cluster, postgres

_SITTING_S = 300
_JOB_S = 900
_LATE_S = 0.03
_EVERY_ANSWER = "every confirmed answer is there once, as it was given; learners go on"
_SAME_BYTES = "the same bytes as undisturbed, nothing half-written"


def server_in_sitting(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill the server while learners answer."""
    home = folder / "home"
    with app_server(home) as server, classroom(server.address, home / "courses" / "c", address(home=home)) as room:

        def killed(_: int) -> None:
            _after_some_answers(room, lottery)
            server.kill()
            server.start()
            _goes_on(room)

        return tried("the server is killed while learners answer", times, killed, held=_EVERY_ANSWER)


def postgres_in_sitting(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill PostgreSQL, whose clients then lose their connections, while learners answer."""
    home = folder / "home"
    with (
        postgres() as cluster,
        app_server(home, settings={VARIABLE: cluster.url}) as server,
        classroom(server.address, home / "courses" / "c", cluster.url) as room,
    ):

        def killed(_: int) -> None:
            _after_some_answers(room, lottery)
            _kill_postgres(cluster)
            cluster.start()
            _goes_on(room)

        return tried("PostgreSQL is killed while learners answer", times, killed, held=_EVERY_ANSWER)


def course_being_made(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill what makes a course, and give the same command again."""
    words = ("course", "make", "phantom", "--guide", "phantom4-64", "--creature-size", "64", "--exact", "--out")
    few = ("--creatures", "12", "--test-creatures", "4", "--per-class", "1", "--per-class-in-tests", "1")
    undisturbed, disturbed = folder / "undisturbed", folder / "disturbed"
    _run([*words, str(undisturbed), *few], home=folder)
    command = [*words, str(disturbed), *few]

    def killed(_: int) -> None:
        _kill_after_files(command, disturbed, lottery, home=folder)

    def check() -> None:
        read_course(disturbed)
        _compare(undisturbed, disturbed)

    outcome = tried("what makes a course is killed", times, killed, held=_SAME_BYTES)
    return _finished(outcome, command, check, home=folder)


def job_over_a_data_set(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill a job, workers and all, and give the same command again."""
    undisturbed, disturbed = folder / "undisturbed", folder / "disturbed"
    source = phantom_set(folder / "creatures", per_family=30)
    _run(job_command(source, undisturbed), home=folder)
    command = job_command(source, disturbed)

    def killed(_: int) -> None:
        _kill_after_files(command, disturbed, lottery, home=folder)

    outcome = tried("a job over a data set is killed", times, killed, held=_SAME_BYTES)
    return _finished(outcome, command, lambda: _compare(undisturbed, disturbed), home=folder)


def worker_of_a_job(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill one of the processes that decode for a job, which goes on with another one."""
    undisturbed = folder / "undisturbed"
    source = phantom_set(folder / "creatures", per_family=10)  # every job runs to its end
    _run(job_command(source, undisturbed), home=folder)

    def killed(i: int) -> None:
        out = folder / f"disturbed-{i}"
        job = _begun(job_command(source, out), home=folder)
        begun = _count(out)
        wait_for(
            lambda: _count(out) > begun + 4 or job.poll() is not None, seconds=_JOB_S, what="the job's first files"
        )
        workers = [p for p in psutil.Process(job.pid).children(recursive=True) if preparing.__name__ in p.cmdline()]
        require(bool(workers), "the job had no worker that could be killed")
        lottery.choice(workers).kill()
        require(job.wait(timeout=_JOB_S) == 0, "the job did not go on")
        _compare(undisturbed, out)
        shutil.rmtree(out)

    return tried("a worker process of a job is killed", times, killed, held=f"the job goes on; {_SAME_BYTES}")


def node_of_a_cluster(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Kill a node of a Ray cluster that works for a job, which goes on at the other node."""
    undisturbed = folder / "undisturbed"
    source = phantom_set(folder / "creatures", per_family=30)
    _run(job_command(source, undisturbed), home=folder)

    def killed(i: int) -> None:
        out = folder / f"disturbed-{i}"
        with _ray_cluster(home=folder) as cluster:
            nodes = [cluster.add_node(num_cpus=2) for _ in range(2)]
            cluster.wait_for_nodes()
            where = ("--engine", "ray", "--ray-address", cluster.address)
            job = _begun([*job_command(source, out), *where], home=folder)
            begun = _count(out)
            wait_for(
                lambda: _count(out) > begun + 4 or job.poll() is not None, seconds=_JOB_S, what="the job's first files"
            )
            at_work = [node for node in nodes if _works(node)]
            require(bool(at_work), "no node worked for the job")
            cluster.remove_node(lottery.choice(at_work), allow_graceful=False)
            require(job.wait(timeout=_JOB_S) == 0, "the job did not go on")
        _compare(undisturbed, out)
        shutil.rmtree(out)

    return tried("a node of a Ray cluster is killed", times, killed, held=f"the job goes on; {_SAME_BYTES}")


@contextmanager
def _ray_cluster(*, home: Path) -> Iterator[Any]:
    """Start a cluster on this machine whose head does no work, and end it."""
    with patch.dict(os.environ, environment_of(home)):
        head = {"num_cpus": 0, "include_dashboard": False}
        cluster = import_module("ray.cluster_utils").Cluster(initialize_head=True, head_node_args=head)
        try:
            yield cluster
        finally:
            cluster.shutdown()


def _works(node: Any) -> bool:  # noqa: ANN401 - Ray is not there for the type checker
    """Return whether a node has a worker for a job."""
    (raylet,) = node.all_processes["raylet"]
    below = psutil.Process(raylet.process.pid).children(recursive=True)
    return any("_Actor" in " ".join(process.cmdline()) for process in below)


def job_command(source: Path, out: Path) -> list[str]:
    """Return the command that enhances every picture of ``source`` at two budgets."""
    how = ("--guide", "phantom4-64", "--eps-224", "1,2", "--threads", "1", "--workers", "2", "--batch", "4")
    return ["enhance-set", str(source), "--out", str(out), *how]


def _after_some_answers(room: Classroom, lottery: random.Random) -> None:
    """Wait for one to four more answers and then a moment, so that the next one may be half-way."""
    wanted = room.confirmed + lottery.randint(1, 4)
    wait_for(lambda: room.confirmed >= wanted or bool(room.broken), seconds=_SITTING_S, what="answers")
    time.sleep(lottery.uniform(0, _LATE_S))


def _goes_on(room: Classroom) -> None:
    before = room.confirmed
    wait_for(lambda: room.confirmed > before, seconds=_SITTING_S, what="an answer after the restart")


def _kill_postgres(cluster: Cluster) -> None:
    first = psutil.Process(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]))
    others = first.children()
    first.send_signal(signal.SIGKILL)
    psutil.wait_procs([first, *others], timeout=60)  # the others notice that the first is gone, and end


def _begun(words: Sequence[str], *, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "lwise_core", *words],
        cwd=ROOT,
        env=environment_of(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _run(words: Sequence[str], *, home: Path) -> None:
    require(_begun(words, home=home).wait(timeout=_JOB_S) == 0, f"“{words[0]}” failed")


def _kill_after_files(words: Sequence[str], out: Path, lottery: random.Random, *, home: Path) -> None:
    """Begin a command, and kill it after it has written some more files; from the start where it was finished."""
    wanted = _count(out) + lottery.randint(1, 12)
    process = _begun(words, home=home)
    wait_for(lambda: _count(out) >= wanted or process.poll() is not None, seconds=_JOB_S, what="files of the job")
    time.sleep(lottery.uniform(0, _LATE_S))
    workers = []
    with suppress(psutil.NoSuchProcess):
        workers = psutil.Process(process.pid).children(recursive=True)
    finished = process.poll() is not None
    process.kill()
    process.wait()
    _, left = psutil.wait_procs(workers, timeout=30)
    require(not left, f"{len(left)} worker processes outlived the job")
    require(process.returncode in {0, -signal.SIGKILL}, f"the command ended by itself with {process.returncode}")
    if finished:
        shutil.rmtree(out)


def _finished(outcome: Outcome, words: Sequence[str], check: Callable[[], None], *, home: Path) -> Outcome:
    """Let the last command finish and look at what it left."""

    def last(_: int) -> None:
        _run(words, home=home)
        check()

    ended = tried(outcome.fault, 1, last, held=outcome.held)
    return Outcome(outcome.fault, outcome.times, outcome.held, (*outcome.broken, *ended.broken))


def _count(folder: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def contents(folder: Path) -> dict[str, str]:
    """Return every file of a folder but a job's log, which has times in it → the hash of its bytes."""
    files = (f for f in folder.rglob("*") if f.is_file() and f.name != LOG)
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def _compare(undisturbed: Path, disturbed: Path) -> None:
    """Make sure that two folders hold the same."""
    wanted, found = contents(undisturbed), contents(disturbed)
    other = sorted(n for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n))
    require(not other, f"{len(other)} files differ, such as {other[:3]}")
