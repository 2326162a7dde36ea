"""Engines: the same results wherever they are made, and workers that are killed are replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lwise_core.batch import executors as engines
from lwise_core.batch.executors import ExecutorLost, LocalExecutor, RayExecutor, Stages
from tests.support.ray import NEEDS_RAY, cluster, kill_one_actor
from tests.support.stages import Counting, FatalOnce, doubled

__all__ = ["cluster"]

WANTED = [2 * n + 1 for n in range(12)]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_local_results_come_in_order_and_the_guide_is_loaded_once(tmp_path: Path, workers: int) -> None:
    load = Counting(tmp_path)
    assert list(LocalExecutor(workers).run(Stages(doubled, load), range(12))) == WANTED
    assert load.loaded() == [os.getpid()]


def test_a_process_that_dies_is_replaced_and_nothing_is_missing(tmp_path: Path) -> None:
    stages = Stages(FatalOnce(tmp_path, fatal=5), Counting(tmp_path))
    assert list(LocalExecutor(2).run(stages, range(12))) == WANTED
    assert (tmp_path / "tombstone").exists()


def test_a_batch_that_kills_every_process_ends_with_a_sentence(tmp_path: Path) -> None:
    stages = Stages(FatalOnce(tmp_path, fatal=5, always=True), Counting(tmp_path))
    with pytest.raises(ExecutorLost, match="what was done is kept"):
        list(LocalExecutor(1).run(stages, range(12)))


def test_to_stop_is_to_leave_no_process_behind(tmp_path: Path) -> None:
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    results = LocalExecutor(2).run(Stages(doubled, Counting(tmp_path)), range(1000))
    assert next(results) == 1
    results.close()  # type: ignore[attr-defined]
    left = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert left == []


def test_only_so_many_batches_are_under_way(tmp_path: Path) -> None:
    taken = []

    def given() -> object:
        for number in range(100):
            taken.append(number)
            yield number

    results = LocalExecutor(2).run(Stages(doubled, Counting(tmp_path)), given())  # type: ignore[arg-type]
    next(results)
    assert len(taken) <= 5
    results.close()  # type: ignore[attr-defined]


def test_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from lwise_core.batch.executors import LocalExecutor, Stages
from tests.support.stages import Counting, doubled
import psutil
results = LocalExecutor(2).run(Stages(doubled, Counting(Path(sys.argv[1]))), range(50))
next(results)
print(*[p.pid for p in psutil.Process().children(recursive=True)], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    dead = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own code
    assert dead.returncode == -9, dead.stderr
    processes = []
    for pid in dead.stdout.split():
        try:
            processes.append(psutil.Process(int(pid)))
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert alive == []


def test_a_script_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("""
import sys
from pathlib import Path
from lwise_core.batch.executors import LocalExecutor, Stages
from tests.support.stages import Counting, doubled
print(*LocalExecutor(2).run(Stages(doubled, Counting(Path(sys.argv[1]))), range(3)))
""")
    command = [sys.executable, str(script), str(tmp_path)]
    where = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run(command, check=False, capture_output=True, text=True, env=where)  # noqa: S603 - our own code
    assert (run.stdout, run.stderr) == ("1 3 5\n", "")


class UnreachableRay:
    """What Ray does where there is no cluster, or it asks for a token that nobody has."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def is_initialized(self) -> bool:
        return False

    def init(self, **_: object) -> None:
        raise self.error


@pytest.mark.parametrize("error", [ConnectionError("timeout"), RuntimeError("versions differ"), ValueError("client")])
def test_a_cluster_that_cannot_be_reached_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    monkeypatch.setattr(engines, "_ray", lambda: UnreachableRay(error))
    with pytest.raises(ExecutorLost, match=r"No Ray cluster can be had at “ray://head:10001”; see that it runs"):
        next(RayExecutor(2, address="ray://head:10001").run(Stages(doubled, Counting(tmp_path)), []))


def test_without_ray_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(engines.importlib, "import_module", missing)
    with pytest.raises(ExecutorLost, match=r"requirements-ray\.txt"):
        next(RayExecutor(2).run(Stages(doubled, Counting(tmp_path)), range(3)))


@NEEDS_RAY
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("workers", [2, 4])
def test_ray_gives_the_same_and_loads_a_guide_a_worker(tmp_path: Path, workers: int) -> None:
    load = Counting(tmp_path)
    assert sorted(RayExecutor(workers).run(Stages(doubled, load), range(12))) == WANTED
    assert len(set(load.loaded())) == len(load.loaded()) == workers


@NEEDS_RAY
@pytest.mark.usefixtures("cluster")
def test_a_ray_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    results = RayExecutor(2).run(Stages(doubled, Counting(tmp_path)), range(12))
    found = [next(results)]
    kill_one_actor()
    assert sorted([*found, *results]) == WANTED


@NEEDS_RAY
@pytest.mark.usefixtures("cluster")
def test_a_worker_that_dies_of_its_batch_is_replaced_too(tmp_path: Path) -> None:
    stages = Stages(FatalOnce(tmp_path, fatal=5), Counting(tmp_path))
    assert sorted(RayExecutor(2).run(stages, range(12))) == WANTED
