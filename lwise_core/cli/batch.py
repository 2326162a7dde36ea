"""``python -m lwise_core score-set``, ``enhance-set`` and ``inspect-set``: whole data sets, here or on Ray."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from lwise_core.batch.enhance_task import task_for
from lwise_core.batch.executors import Executor, LocalExecutor, RayExecutor
from lwise_core.batch.fast_enhance_task import FastEnhanceTask
from lwise_core.batch.folder_job import this_machine
from lwise_core.batch.job import MANIFEST, BatchProgress, Cost, Job, JobSettings, Naming
from lwise_core.batch.tasks import Task, TaskSettings
from lwise_core.batch.upload_results import ResultsUpload
from lwise_core.batch.wobble_task import WobbleTask
from lwise_core.cli.fast_mode import check_fast_mode
from lwise_core.cli.option_groups import grouped
from lwise_core.cli.options import (
    GOES_ON,
    PICTURES,
    GuideChoice,
    Refused,
    StoppedByHand,
    listed_names,
    pictures_at,
)
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import Labels, PictureSet
from lwise_core.data.object_storage import Storage
from lwise_core.enhancement.objectives import DEFAULT_OBJECTIVE, OBJECTIVES, with_rivals
from lwise_core.guides.guide import GuideModel


class Where(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


Source = Annotated[str, typer.Argument(help=PICTURES, show_default=False)]
Out = Annotated[
    Path, typer.Option("--out", help="A folder for the results; the same command goes on where it stopped.")
]
CopyTo = Annotated[
    str,
    typer.Option("--copy-to", help="An address for the finished results too, such as s3://bucket/results."),
]
Eps = Annotated[str, typer.Option("--eps", metavar="A,B,…", help="Budgets ε in the guide's own units.")]
Eps224 = Annotated[str, typer.Option("--eps-224", metavar="A,B,…", help="Budgets of equal RMS at 224 px instead.")]
LabelsOf = Annotated[
    Labels | None,
    typer.Option("--labels", help="Who says the classes: the folder, the CSV's column, or the guide, which guesses."),
]
Column = Annotated[
    str, typer.Option("--label-column", help="The CSV's column; a name that ends in _num holds the guide's indices.")
]
Split = Annotated[str, typer.Option("--split", help="Only this split, such as train; all if not given.")]
EngineOf = Annotated[Where, typer.Option("--engine", help="This machine, or a Ray cluster (requirements-ray.txt).")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=0, help="Processes that decode, or workers of the cluster.")
]
Address = Annotated[str, typer.Option("--ray-address", help="A cluster that runs; else one of its own is started.")]
Gpus = Annotated[float, typer.Option("--ray-gpus", min=0, help="GPUs for each worker of the cluster.")]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Threads of PyTorch a worker; part of the plan, as bits depend on it."),
]
BatchOf = Annotated[int | None, typer.Option("--batch", min=1, help="Pictures in a batch; part of the plan too.")]


MakeTask = Callable[[TaskSettings], Task[Any]]


@dataclass(frozen=True)
class Budgets:
    """The budgets that were asked for, in one of two units."""

    eps: Eps = ""
    eps_224: Eps224 = ""

    def of(self, guide: GuideModel) -> tuple[float, ...]:
        """Return the budgets in the guide's units, rising.

        Raises:
            Refused: Both were given, or neither, or a word is no number.
        """
        asked = self.eps or self.eps_224
        if bool(self.eps) == bool(self.eps_224):
            said = "Give the budgets once" if self.eps else "Say the budgets"
            raise Refused(f"{said}: --eps in the guide's units, or --eps-224, such as --eps-224 1,2,4.")
        try:
            numbers = {float(word) for word in asked.split(",")}
        except ValueError:
            numbers = {math.nan}
        if not all(map(math.isfinite, numbers)):
            raise Refused(f"Budgets are numbers with commas between them, not “{asked}”.")
        return tuple(sorted(e if self.eps else guide.epsilon_scale.from_224(e) for e in numbers))


@dataclass(frozen=True)
class SetOptions:
    """How a set is read, where the work is done, and where its results go besides."""

    copy_to: CopyTo = ""
    labels: LabelsOf = None
    column: Column = ""
    split: Split = ""
    engine: EngineOf = Where.LOCAL
    workers: Workers = None
    address: Address = ""
    gpus: Gpus = 0.0
    threads: Threads = None
    batch: BatchOf = None

    def executor(self) -> Executor:
        """Return what does the work."""
        if self.engine is Where.LOCAL:
            return this_machine() if self.workers is None else LocalExecutor(self.workers)
        workers = 2 if self.workers is None else max(1, self.workers)
        return RayExecutor(workers, address=self.address, gpus_each=self.gpus)

    def job(self, source: str, out: Path, guide: GuideChoice, settings: JobSettings, task: MakeTask) -> Job:
        """Return the job of doing ``task`` with the pictures at ``source``.

        Raises:
            DatasetError: There is no such set.
            StoreUnavailable: The storage that holds it cannot be reached.
        """
        pictures = pictures_at(source, labels=self.labels, column=self.column)
        return Job(
            pictures=pictures,
            labels=self.labels or _usual_labels(pictures),
            load_guide=guide.load_quietly,
            order=replace(settings, split=self.split),
            folder=out,
            threads=self.threads,
            batch=self.batch,
            task=task,
        )


@grouped
def score_set_command(
    source: Source,
    out: Out,
    *,
    wobble: Annotated[
        bool, typer.Option("--wobble", help="Say too by how much each rank changes with small crops, mirroring, JPEG.")
    ] = False,
    how: SetOptions,
    guide: GuideChoice,
) -> None:
    """Rank a whole data set: logits, both official difficulties, percentiles, and the dirmap with these columns."""
    _do(how.job(source, out, guide, JobSettings(), WobbleTask if wobble else task_for), how, guide)


@grouped
def enhance_set_command(
    source: Source,
    out: Out,
    budgets: Budgets,
    objective: Annotated[str, typer.Option("--objective", help=f"One of {', '.join(OBJECTIVES)}.")] = DEFAULT_OBJECTIVE,
    diverge_from: Annotated[
        str,
        typer.Option(
            metavar="A,B,…",
            help=f"For {with_rivals()}: these classes as rivals, without their own pictures; else all.",
        ),
    ] = "",
    harder: Annotated[bool, typer.Option("--harder", help="The reverse direction.")] = False,
    naming: Annotated[
        Naming, typer.Option("--naming", help="A folder for each ε as official code names it, or one for all.")
    ] = Naming.OFFICIAL,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="Find the paths in bf16, where a check of the guide on this machine trusts it: other bytes."
        ),
    ] = False,
    *,
    how: SetOptions,
    guide: GuideChoice,
) -> None:
    """Enhance a whole data set at many ε from one path an image, beside its originals, and rank it too."""
    loaded = guide.load_quietly()
    settings = JobSettings(
        epsilons=budgets.of(loaded),
        objective=objective,
        diverge_from=tuple(listed_names(diverge_from)),
        harder=harder,
        naming=naming,
    )
    if fast:
        check_fast_mode(loaded)
    _do(how.job(source, out, guide, settings, FastEnhanceTask if fast else task_for), how, guide)


@grouped
def inspect_set_command(
    source: Source,
    out: Out,
    budgets: Budgets,
    reports: Annotated[bool, typer.Option("--reports", help="A page for each picture that is flagged, too.")] = False,
    further: Annotated[
        bool,
        typer.Option("--further", help="The indicators that are shown and not counted, too: several times as long."),
    ] = False,
    *,
    how: SetOptions,
    guide: GuideChoice,
) -> None:
    """Say of a whole data set how far to trust what each ε paints: both lights, their indicators, how it looks."""
    # Captum, behind inspections, takes a second to import: only who inspects waits for it.
    from lwise_core.batch.inspect_task import InspectTask  # noqa: PLC0415

    settings = JobSettings(epsilons=budgets.of(guide.load_quietly()))
    _do(how.job(source, out, guide, settings, partial(InspectTask, reports=reports, further=further)), how, guide)


def _usual_labels(pictures: PictureSet) -> Labels:
    """Return the source of the classes where none was named."""
    return Labels.COLUMN if isinstance(pictures, DirmapSet) else Labels.FOLDER


def _do(job: Job, how: SetOptions, choice: GuideChoice) -> None:
    """Do a job and say how far it is, to people on standard error and at last on standard output."""
    delivery = ResultsUpload(job.folder, Storage.at(how.copy_to)) if how.copy_to else None
    if delivery is not None:
        delivery.check(job.pictures)
    for sentence in choice.load().cautions:
        typer.echo(f"Note: {sentence}", err=True)
    with _stopped_in_a_sentence():
        for progress in job.run(how.executor()):
            for line in _lines(progress):
                typer.echo(line, err=True)
    if progress.cost is not None:
        typer.echo(_price(progress.cost))
    typer.echo(str(job.folder / MANIFEST))
    if delivery is not None:
        _deliver(delivery, job.pictures)
    if progress.done and progress.failed == progress.done:
        raise typer.Exit(2)


def _deliver(delivery: ResultsUpload, pictures: PictureSet) -> None:
    """Copy the results of a job and say how far it is."""
    with _stopped_in_a_sentence():
        for delivered in delivery.run(pictures):
            there = delivered.done - delivered.copied
            before = f", {there:,} of them were there before" if there else ""
            typer.echo(f"{delivered.done:,} files are at {delivery.storage.url}{before}.", err=True)
    typer.echo(f"{delivery.storage.url}/{MANIFEST}")


@contextmanager
def _stopped_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        raise StoppedByHand(GOES_ON) from error
    except torch.OutOfMemoryError as error:
        raise Refused(
            "The device has too little memory for so large a batch; what was done is kept, and with a smaller --batch "
            "a job begins in another --out."
        ) from error


def _lines(progress: BatchProgress) -> Iterator[str]:
    """Yield what people read after a batch."""
    yield from (f"Error: {s}" for s in progress.sentences)
    yield from (f"Note: {s}" for s in progress.notes)
    if progress.cost is None:
        without = f", {progress.failed:,} of them without a result" if progress.failed else ""
        speed = "" if progress.rate is None else f"; {progress.rate:.1f} a second{_time_left(progress.seconds_left)}"
        yield f"{progress.done:,} of {progress.total:,} pictures{without}{speed}."


def _time_left(seconds: float | None) -> str:
    if not seconds:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{rest} s"
    return f", about {words} left"


def _price(cost: Cost) -> str:
    memory = f"at most {cost.peak_mib:,.0f} MiB of memory in the main process"
    if cost.seconds_per_1000 is None:
        return f"Nothing was left to do; {memory}."
    return f"{cost.images:,} pictures in {cost.seconds:,.1f} s: {cost.seconds_per_1000:,.1f} s for 1,000; {memory}."
