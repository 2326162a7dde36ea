"""Many pictures: what an image costs score-set and enhance-set, beside the official way, and memory as sets grow.

`python -m benchmarks.many speed` and `python -m benchmarks.many memory` print the tables. The official way is a run for
each ε over one picture after another, or over batches of 32, without anything that could be resumed; ours writes as it
does for people, every file flushed to the disk. Every figure comes from a process of its own, and rates are slopes
between a small and a large set, so that no start counts. The ways take turns, round by round, and the medians count.
Seconds of the processor are given too, with the ratio by them: they depend least on what else runs. Pictures are
creatures of the phantom.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any

import torch
import typer

from benchmarks import official
from benchmarks.report import write_into
from benchmarks.resident import forget_peak, resident_peak
from benchmarks.tasks import GUIDES
from benchmarks.tasks import Task as Question
from lwise_core.batch.enhance_task import task_for
from lwise_core.batch.executors import Executor, LocalExecutor, RayExecutor
from lwise_core.batch.fast_enhance_task import FastEnhanceTask
from lwise_core.batch.job import Job, JobSettings
from lwise_core.batch.tasks import Task, TaskSettings
from lwise_core.data.entries import Labels
from lwise_core.data.file_stores import LocalStore
from lwise_core.data.phantom import FAMILIES, draw, population
from lwise_core.data.picture_sets import FolderSet
from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks, fast_dtype
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png, open_photograph
from lwise_core.images.geometry import Crop, see, to_8_bit

EPSILONS_224 = (0.5, 1.0, 2.0, 4.0, 8.0)
SIDE = 48
SCORING = {"official, batches of 32": "official:32", "official, one by one": "official:1", "**ours**": "local:1"}
ENHANCING = {**SCORING, "**ours, --fast**": "fast:1"}

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Measured:
    """What one process took for ``images``: seconds by the clock and of the processor, and its peak in MiB."""

    images: int
    seconds: float
    processor: float
    peak: float


@dataclass(frozen=True)
class Slope:
    """What one image more takes, in milliseconds by the clock and of the processor."""

    clock: float
    processor: float

    @classmethod
    def between(cls, small: Measured, large: Measured) -> Slope:
        """Return the slope between a small and a large set."""
        more = (large.images - small.images) / 1000
        return cls((large.seconds - small.seconds) / more, (large.processor - small.processor) / more)


@dataclass(frozen=True)
class Network:
    """The guide that is measured with, by the name that a subprocess is given; goes to other processes itself."""

    name: str

    def __call__(self) -> GuideModel:
        """Return the guide."""
        return GUIDES[self.name]() if self.name in GUIDES else catalog.load(self.name)


def drawn(root: Path, *, count: int, guide: GuideModel) -> Path:
    """Write an ImageFolder of ``count`` creatures to ``root`` and return it.

    The folders are called like the guide's first classes: what is computed does not depend on what a picture shows.
    """
    per_family = count // len(FAMILIES)
    for i, creature in enumerate(population(per_family=per_family, seed=0)):
        folder = root / guide.classes[creature.family]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{i % per_family:06d}.png").write_bytes(encode_png(draw(creature, size=SIDE)))
    return root


def ours(
    source: Path,
    out: Path,
    *,
    network: Network,
    epsilons_224: Sequence[float],
    engine: Executor,
    task: Callable[[TaskSettings], Task[Any]] = task_for,
) -> None:
    """Do the job as the shell does it."""
    scale = network().epsilon_scale
    job = Job(
        pictures=FolderSet(LocalStore(source)),
        labels=Labels.FOLDER,
        load_guide=network,
        order=JobSettings(epsilons=tuple(map(scale.from_224, epsilons_224))),
        folder=out,
        task=task,
    )
    for _ in job.run(engine):
        pass


def the_official_way(source: Path, out: Path, *, guide: GuideModel, epsilons_224: Sequence[float], batch: int) -> None:
    """Do it as official code does: a run for each ε, each decoding everything anew, and plain writing of files."""
    for epsilon in epsilons_224:
        for files, task in _tasks(source, guide, epsilon=guide.epsilon_scale.from_224(epsilon), batch=batch):
            for file, image in zip(files, official.enhance(task)(), strict=True):
                target = out / f"{epsilon:g}" / file.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(encode_png(to_8_bit(image.numpy()).transpose(1, 2, 0).copy()))
    if not epsilons_224:
        for _, task in _tasks(source, guide, epsilon=0.0, batch=batch):
            official.score_in_batches(task, size=batch)()


def _tasks(source: Path, guide: GuideModel, *, epsilon: float, batch: int) -> Iterator[tuple[list[Path], Question]]:
    files = sorted(source.glob("*/*"))
    for start in range(0, len(files), batch):
        part = files[start : start + batch]
        images = torch.stack([_seen(file, size=guide.input_size) for file in part])
        targets = torch.tensor([guide.class_index(file.parent.name) for file in part])
        yield part, Question(guide, images, targets, epsilon)


def _seen(file: Path, *, size: int) -> torch.Tensor:
    photograph = open_photograph(file.read_bytes(), name=file.name)
    return torch.from_numpy(see(Crop.central(photograph).of(photograph.pixels), size=size))


@app.command("one")
def one(who: str, network: str, epsilons: str, source: Path, out: Path, images: int) -> None:
    """Print what WHO takes for SOURCE at EPSILONS (“none” to score), as JSON.

    WHO is “local”, “fast” (as local, from paths of the fast twin, whose check on this machine counts as passed) or
    “ray”, with the number of workers behind a colon, or “official” with the size of its batches.
    """
    asked = [] if epsilons == "none" else [float(e) for e in epsilons.split(",")]
    way, _, number = who.partition(":")
    forget_peak()
    began, busy = perf_counter(), processor_seconds()
    if way == "official":
        guide = Network(network)()
        the_official_way(source, out, guide=guide, epsilons_224=asked, batch=int(number))
    else:
        engine = RayExecutor(int(number)) if way == "ray" else LocalExecutor(int(number))
        task = FastEnhanceTask if way == "fast" else task_for
        if way == "fast":
            TwinChecks.of_this_machine().keep(Network(network)(), TwinCheck(cosine=1.0, gain_error=0.0, pairs=0))
        ours(source, out, network=Network(network), epsilons_224=asked, engine=engine, task=task)
    print(json.dumps(asdict(Measured(images, perf_counter() - began, processor_seconds() - busy, resident_peak()))))


def processor_seconds() -> float:
    """Return the seconds of the processor that this process and its dead children took."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def measured(who: str, network: str, epsilons: str, source: Path, *, images: int) -> Measured:
    """Return what ``who`` takes, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        words = ("one", who, network, epsilons, str(source), f"{out}/out", str(images))
        command = [sys.executable, "-m", "benchmarks.many", *words]
        home = os.environ | {"LWISE_HOME": f"{out}/home"}
        answer = subprocess.run(command, check=True, capture_output=True, text=True, env=home)  # noqa: S603 - our own module
    return Measured(**json.loads(answer.stdout.splitlines()[-1]))


def table(
    ways: Mapping[str, str], *, network: str, epsilons: str, small: int, large: int, rounds: int = 3
) -> Iterator[str]:
    """Yield the lines of a table of ``ways`` (what it is called → who), each beside the first."""
    guide = Network(network)()
    what = "scoring" if epsilons == "none" else f"enhancing at ε₂₂₄ {epsilons}"
    turns = "1 round" if rounds == 1 else f"medians of {rounds} rounds"
    yield f"**{guide.name}, {what}**, {small} to {large} pictures of {SIDE} px, {turns}\n"
    yield "| way | ms an image | images a second | processor, ms an image | times as fast as the first | by processor |"
    yield "|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        sets = {count: drawn(Path(folder) / str(count), count=count, guide=guide) for count in (small, large)}
        runs = {(name, count): list[Measured]() for name in ways for count in sets}
        for _ in range(rounds):
            for (name, count), taken in runs.items():
                taken.append(measured(ways[name], network, epsilons, sets[count], images=count))
    slopes = {name: Slope.between(typical(runs[name, small]), typical(runs[name, large])) for name in ways}
    first = next(iter(slopes.values()))
    for name, slope in slopes.items():
        rate = f"{slope.clock:.1f} | {1000 / slope.clock:.3g} | {slope.processor:.1f}"
        yield f"| {name} | {rate} | {first.clock / slope.clock:.2f} | {first.processor / slope.processor:.2f} |"


def typical(runs: Sequence[Measured]) -> Measured:
    """Return the medians of what runs over the same pictures took."""
    seconds, processor, peak = (median(getattr(run, name) for run in runs) for name in ("seconds", "processor", "peak"))
    return Measured(runs[0].images, seconds, processor, peak)


def ways_of(epsilons: str) -> Mapping[str, str]:
    """Return the ways that are compared at EPSILONS, “none” to score; --fast where this processor can."""
    return SCORING if epsilons == "none" or fast_dtype(torch.device("cpu")) is None else ENHANCING


@app.command("speed")
def speed(
    network: str = "phantom4-64",
    epsilons: str = ",".join(map("{:g}".format, EPSILONS_224)),
    small: int = 16,
    large: int = 64,
    rounds: int = 3,
) -> None:
    """Print what an image takes at EPSILONS (ε₂₂₄ with commas, “none” to score), the official way and ours."""
    for line in table(ways_of(epsilons), network=network, epsilons=epsilons, small=small, large=large, rounds=rounds):
        print(line, flush=True)


@app.command("scaling")
def scaling(
    network: str = "animals16-64", epsilons: str = "4", small: int = 32, large: int = 128, workers: str = "1,2"
) -> None:
    """Print how a job grows with WORKERS of a local Ray cluster (requirements-ray.txt), beside this machine alone."""
    ways = {"local": "local:1", **{f"Ray, workers: {n}": f"ray:{n}" for n in workers.split(",")}}
    for line in table(ways, network=network, epsilons=epsilons, small=small, large=large):
        print(line, flush=True)


@app.command("rows")
def rows(
    write: Annotated[Path | None, typer.Option(help="Put the tables into this document too.")] = None,
    rounds: int = 2,
    share: Annotated[
        float, typer.Option(help="Of the pictures: with 0.5 and one round it takes about six minutes.")
    ] = 1,
) -> None:
    """Print the rows of `make bench`: scoring and enhancing at five ε, with the bundled guide and a ResNet-50."""
    five = ",".join(map("{:g}".format, EPSILONS_224))
    sizes = {("animals16-64", "none"): (64, 640), ("animals16-64", five): (16, 64)}
    sizes |= {("resnet50", "none"): (8, 40), ("resnet50", five): (4, 12)}
    lines = []
    for (network, epsilons), counts in sizes.items():
        small, large = (len(FAMILIES) * max(1, round(share * count / len(FAMILIES))) for count in counts)
        for line in (
            *table(ways_of(epsilons), network=network, epsilons=epsilons, small=small, large=large, rounds=rounds),
            "",
        ):
            print(line, flush=True)
            lines.append(line)
    if write is not None:
        write_into(write, "\n".join(lines), section="many images")


@app.command("memory")
def memory(network: str = "phantom4-64", epsilons: str = "0.5", small: int = 200, large: int = 2000) -> None:
    """Print our peak of memory for a small and a large set, scoring and enhancing at EPSILONS (“none”: scores only)."""
    jobs = {"score": "none"} | ({} if epsilons == "none" else {f"enhance at {epsilons}": epsilons})
    guide = Network(network)()
    with tempfile.TemporaryDirectory() as folder:
        print("| job | pictures | peak of the main process, MiB | seconds |\n|---|---|---|---|")
        for count in (small, large):
            source = drawn(Path(folder) / str(count), count=count, guide=guide)
            for verb, asked in jobs.items():
                found = measured("local:1", network, asked, source, images=count)
                print(f"| {verb} | {count:,} | {found.peak:,.0f} | {found.seconds:.1f} |", flush=True)


if __name__ == "__main__":
    app()
