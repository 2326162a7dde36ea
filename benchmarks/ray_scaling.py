"""One job on 1, 2 and 4 workers of a Ray cluster on this machine, by processor time, and so how it would grow.

`python -m benchmarks.ray_scaling` (Ray: requirements-ray.txt) prints the table. The clock of a machine of two cores
says nothing of four workers, so seconds of the processor are told apart: those of the workers, which these share, and
those of the process that hands out batches and writes, which is one however many workers there are; both from the
first result on, so that no start counts. Pictures then take max(workers' / N, the one's), each worker with a core.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Annotated, Any

import typer

from benchmarks.many import Network, drawn, ours
from lwise_core.batch.executors import LocalExecutor, RayExecutor, Stages

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class TimedStages:
    """The stages of a job with what they take of the processor beside each result; goes to other processes."""

    stages: Stages[Any, Any, Any]

    def prepare(self, given: object) -> tuple[object, float]:
        """Return a batch, prepared, and the seconds."""
        began = process_time()
        return self.stages.prepare(given), process_time() - began

    def load(self) -> Callable[[tuple[object, float]], tuple[object, float]]:
        """Return what makes a result, and tells its seconds with those of its preparation."""
        make = self.stages.load()

        def timed(prepared: tuple[object, float]) -> tuple[object, float]:
            began = process_time()
            return make(prepared[0]), prepared[1] + process_time() - began

        return timed


@dataclass
class TimedExecutor:
    """An executor that notes what its workers take of the processor for each batch.

    ``waited`` is how long the first result was waited for, ``here`` what this process had taken by then, in seconds.
    """

    inner: RayExecutor | LocalExecutor
    worked: list[float] = field(default_factory=list)
    waited: float = 0.0
    here: float = 0.0

    def run(self, stages: Stages[Any, Any, Any], given: Iterable[Any]) -> Iterator[Any]:
        """Yield what the inner one does."""
        timed, began = TimedStages(stages), perf_counter()
        for result, seconds in self.inner.run(Stages(timed.prepare, timed.load), given):
            if not self.worked:
                self.waited, self.here = perf_counter() - began, process_time()
            self.worked.append(seconds)
            yield result


@app.command()
def table(
    network: str = "animals16-64",
    epsilons: Annotated[str, typer.Option(help="ε₂₂₄ with commas; “none” to score.")] = "none",
    pictures: int = 512,
    workers: Annotated[str, typer.Option(help="Numbers of workers with commas; 0: this process alone.")] = "0,1,2,4",
) -> None:
    """Print what a picture takes with each number of WORKERS."""
    asked = [] if epsilons == "none" else [float(e) for e in epsilons.split(",")]
    print("| workers | workers, ms of the processor a picture | hands out and writes, ms | until the first batch, s |")
    print("|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        source = drawn(Path(folder) / "set", count=pictures, guide=Network(network)())
        for count in map(int, workers.split(",")):
            engine = TimedExecutor(RayExecutor(count) if count else LocalExecutor(0))
            ours(source, Path(folder) / f"out{count}", network=Network(network), epsilons_224=asked, engine=engine)
            if len(engine.worked) < 2:
                raise typer.BadParameter(f"{pictures} pictures fit into one batch, and the first is not counted; more.")
            worked, left = sum(engine.worked[1:]), pictures * (1 - 1 / len(engine.worked)) / 1000
            here = process_time() - engine.here - (0 if count else worked)
            print(f"| {count or 'none'} | {worked / left:.1f} | {here / left:.1f} | {engine.waited:.1f} |", flush=True)


if __name__ == "__main__":
    app()
