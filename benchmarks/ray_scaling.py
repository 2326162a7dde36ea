"""One job on 1, 2 and 4 workers of a Ray cluster on this machine, by processor time, and how it would grow.

`python -m benchmarks.ray_scaling` (Ray: requirements-ray.txt) prints the table; with `--client` the workers are reached
by an address `ray://`, through a client server that is started for it. The clock of a machine with two cores says
nothing of 4 workers, so seconds of the processor are told apart: those of the workers, which share them, those of the
process that hands out batches and writes, which is one however many workers there are, and those of Ray's own
processes. The model: n pictures take start + n × max(workers' / N, hander's), where every worker has a core.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Annotated, Any

import psutil
import ray
import typer

from benchmarks.many import Network, drawn, ours
from lwise_core.batch.executors import LocalExecutor, RayExecutor, Stages

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class TimedStages:
    """The stages of a job with what they take of the processor beside each result; goes to other processes."""

    stages: Stages[Any, Any, Any]

    def load(self) -> Callable[[Any], tuple[Any, float]]:
        """Return what makes a result, and tells its seconds with those of its preparation."""
        make = self.stages.load()

        def timed(prepared: tuple[Any, float]) -> tuple[Any, float]:
            began = process_time()
            return make(prepared[0]), prepared[1] + process_time() - began

        return timed

    def prepare(self, given: Any) -> tuple[Any, float]:  # noqa: ANN401 - as the stages say
        """Return a batch, prepared, and the seconds."""
        began = process_time()
        return self.stages.prepare(given), process_time() - began


@dataclass
class TimedExecutor:
    """An executor that adds up what its workers take of the processor, and Ray's own processes while they last."""

    inner: RayExecutor | LocalExecutor
    worked: float = 0.0
    first_result: float = 0.0
    others: list[float] = field(default_factory=list)

    def run(self, stages: Stages[Any, Any, Any], given: Iterable[Any]) -> Iterator[Any]:
        """Yield what the inner one does."""
        timed, began = TimedStages(stages), perf_counter()
        for result, seconds in self.inner.run(Stages(timed.prepare, timed.load), given):
            self.first_result = self.first_result or perf_counter() - began
            self.worked += seconds
            self.others.append(_of_children())
            yield result


def _of_children() -> float:
    """Return the seconds that this process's children have taken so far, and theirs."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@contextmanager
def client_server() -> Iterator[str]:
    """Start a cluster with a client server, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ray.scripts.scripts"]
    head = [
        "start",
        "--head",
        "--port=0",
        f"--ray-client-server-port={port}",
        "--num-cpus=4",
        "--include-dashboard=false",
    ]
    subprocess.run([*command, *head], check=True, capture_output=True)  # noqa: S603 - Ray's own program
    try:
        yield f"ray://127.0.0.1:{port}"
    finally:
        subprocess.run([*command, "stop", "--force"], check=False, capture_output=True)  # noqa: S603


@app.command()
def table(
    network: str = "animals16-64",
    epsilons: Annotated[str, typer.Option(help="ε₂₂₄ with commas; “none” to score.")] = "none",
    pictures: int = 256,
    workers: str = "0,1,2,4",
    client: Annotated[bool, typer.Option("--client", help="By an address ray://.")] = False,
) -> None:
    """Print what a picture takes with each number of WORKERS (0: without Ray)."""
    asked = [] if epsilons == "none" else [float(e) for e in epsilons.split(",")]
    print(
        "| workers | pictures | workers, ms of the processor a picture | hands out and writes, ms | Ray's own processes, s | until the first batch, s |"
    )
    print("|---|---|---|---|---|---|")
    place: AbstractContextManager[str] = client_server() if client else nullcontext("")
    with tempfile.TemporaryDirectory() as folder, place as address:
        source = drawn(Path(folder) / "set", count=pictures, guide=Network(network)())
        for count in map(int, workers.split(",")):
            engine = TimedExecutor(RayExecutor(count, address=address) if count else LocalExecutor(0))
            began = process_time()
            ours(source, Path(folder) / f"out{count}", network=Network(network), epsilons_224=asked, engine=engine)
            here = process_time() - began - (0 if count else engine.worked)
            others = engine.others[-1] - engine.worked if count and not client else float("nan")
            print(
                f"| {count or 'none'} | {pictures} | {1000 * engine.worked / pictures:.1f} | {1000 * here / pictures:.1f} | "
                f"{others:.1f} | {engine.first_result:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    app()
