"""A CUDA device in eight minutes: does it find what the processor finds, and how fast is each row of the speed table?

    PYTHONPATH=. python -m benchmarks.gpu --write docs/results.md

Checks come first, then the rows, small ones first; what would begin after the time is named and left out. Whatever
fails takes its own line, and the others are measured nevertheless. The command ends with 1 where a check does not hold,
and with 2, in one sentence, where there is no device. `benchmarks.peers` says what the other libraries are given; those
that are not installed are named.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, TypeVar

import torch
import typer

from benchmarks.attributions import map_rows, maps_table
from benchmarks.clock import Contender, interleaved
from benchmarks.gpu_checks import (
    Check,
    TwoGuides,
    lights_check,
    map_check,
    page_check,
    path_check,
    training_check,
    twin_check,
)
from benchmarks.ours import Engine
from benchmarks.peers import PEERS, Peer
from benchmarks.report import table_of, write_into
from benchmarks.rows import Entry, Row
from benchmarks.tasks import Task, seeded_resnet50
from lwise_core.enhancement.path import PathRequest
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import why_not
from lwise_core.inspection.attribution_methods import GRAD_CAM, INTEGRATED_GRADIENTS, SALIENCY
from lwise_core.inspection.examine import Question, examine, examine_counted, maps_at, perturbation_at
from lwise_core.inspection.perturbation import perceptual_difference_of

MINUTES = 8
"""How long the whole command may take, until its last part begins."""

NO_DEVICE = "There is no CUDA device that this PyTorch can use, so nothing was measured: run it on a machine with one."

_ROUNDS = 3
_FOUR_224 = (2.5, 5.0, 10.0, 20.0)  # budgets of `inspect-set`
_METHODS = (SALIENCY, INTEGRATED_GRADIENTS, GRAD_CAM)

T = TypeVar("T")

Part = tuple[str, Callable[[], str]]
"""What is measured, and what measures it and returns its lines."""


@dataclass
class Deadline:
    """Until when parts may begin."""

    seconds: float
    now: Callable[[], float] = perf_counter
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.now()

    @property
    def is_over(self) -> bool:
        """Whether nothing more may begin."""
        return self.now() - self.began >= self.seconds


def main(
    write: Annotated[Path | None, typer.Option(help="Put the tables into this document too.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="When the last part may begin.")] = MINUTES - 1,
) -> None:
    """Check the device against the processor, measure, and print the tables as Markdown."""
    if not torch.cuda.is_available():
        typer.echo(NO_DEVICE, err=True)
        raise typer.Exit(2)
    device, deadline = torch.device("cuda"), Deadline(60 * minutes)
    small, checks = catalog.load("animals16-64"), list[Check]()
    parts: list[str] = [_machine(device)]
    for lines in measured([*check_parts(TwoGuides.of(small, device), checks), *speed_parts(device)], deadline):
        typer.echo(lines + "\n")  # what was measured is not lost when something later fails
        parts.append(lines)
    if write is not None:
        write_into(write, "\n\n".join(parts), section="gpu")
    raise typer.Exit(0 if checks and all(check.holds for check in checks) else 1)


def measured(parts: Sequence[Part], deadline: Deadline) -> Iterator[str]:
    """Yield the lines of every part that begins in time; a part that fails says so in its place."""
    for name, measure in parts:
        if deadline.is_over:
            yield f"**{name}**: not measured, the time was over."
            continue
        began = deadline.now()
        try:
            lines = measure()
        except Exception as error:  # noqa: BLE001 - on a device that nobody has tried anything may fail; the rest counts
            lines = f"**{name}**: failed ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''})."
        yield f"{lines}\n\n({name}: {deadline.now() - began:.1f} s in all.)"


def check_parts(guides: TwoGuides, checks: list[Check]) -> list[Part]:
    """Return the parts that compare the device with the processor; what they find is added to ``checks``."""
    device = guides.there.device

    def said(find: Callable[[], Check]) -> Callable[[], str]:
        def lines() -> str:
            checks.append(Check("not finished", float("nan"), 0.0))  # what fails is no check that holds
            checks[-1] = find()
            return checks[-1].line

        return lines

    return [
        ("Path", said(lambda: path_check(guides))),
        ("Fast twin", said(lambda: twin_check(guides))),
        ("Maps", said(lambda: map_check(guides))),
        ("Lights", said(lambda: lights_check(guides))),
        ("Training", said(lambda: training_check(device))),
        ("Pages", said(lambda: page_check({name: partial(opened, file) for name, file in _PAGES.items()}))),
    ]


def speed_parts(device: torch.device) -> list[Part]:
    """Return the parts that measure the rows of the speed table, those of small guides first."""
    bundled: list[Part] = []
    for name in ("animals16-64", "animals16-128"):
        bundled += _parts_of(name, partial(catalog.load, name), device)
    return [*bundled, *_parts_of("ResNet-50, seeded", seeded_resnet50, device)]


def _parts_of(name: str, load: Callable[[], GuideModel], device: torch.device) -> list[Part]:
    def guides() -> TwoGuides:
        return TwoGuides.of(load(), device)

    def one() -> Task:
        return guides().tasks(images=1, epsilon_224=20.0)[1]

    return [
        (f"{name}: one enhancement", lambda: table_of(enhancement_row(one(), PEERS, rounds=_ROUNDS))),
        (f"{name}: maps", lambda: maps_table(map_rows(one(), rounds=_ROUNDS))),
        (f"{name}: Inspect", lambda: inspect_lines(one(), rounds=_ROUNDS)),
        (f"{name}: slider", lambda: slider_line(one(), rounds=_ROUNDS)),
        (f"{name}: inspect-set", lambda: set_line(guides().tasks(images=4, epsilon_224=max(_FOUR_224))[1])),
    ]


def enhancement_row(task: Task, peers: Mapping[str, Peer], *, rounds: int) -> Row:
    """Return the row of one enhancement, ours beside those of ``peers`` that are installed and run on the device."""
    engine = Engine.of(task.guide)
    contenders = [Contender("ours", awaited(engine.enhance(task), task.guide.device), ours=True)]
    missing = []
    for name, peer in peers.items():
        try:
            run = awaited(peer(task), task.guide.device)
            run()
        except Exception:  # noqa: BLE001 - a library that is absent or cannot do it on a device is named
            missing.append(name)
        else:
            contenders.append(Contender(name, run))
    contenders[0].run()
    entries = tuple(Entry(t, tuple(task.gains(t.result).tolist())) for t in interleaved(contenders, rounds=rounds))
    said = f" (not here: {', '.join(missing)})" if missing else ""
    return Row(f"One enhancement, {task.guide.name} at {task.guide.input_size} px{said}", "logit gain", entries)


def inspect_lines(task: Task, *, rounds: int) -> str:
    """Return the seconds from a picture to its verdict, and to everything that Inspect knows of it."""
    verdict = seconds_of(lambda: _verdict(task), task.guide.device, rounds=rounds)
    everything = seconds_of(lambda: _everything(task), task.guide.device, rounds=1)
    return f"**Inspect, {task.guide.name}**: verdict {verdict:.2f} s, everything {everything:.2f} s."


def slider_line(task: Task, *, rounds: int) -> str:
    """Return the seconds until every position of the slider is there."""
    seconds = seconds_of(Engine.of(task.guide).every_position(task), task.guide.device, rounds=rounds)
    return f"**Studio, {task.guide.name}**: the whole slider {seconds:.2f} s."


def set_line(task: Task) -> str:
    """Return the seconds a picture of `inspect-set` at four budgets: path, lights, and what the change is made of."""
    scale = task.guide.epsilon_scale

    def run() -> None:
        for image, target in zip(task.images, task.targets, strict=True):
            *_, path = Walker(task.guide, Engine.of(task.guide).twin).walk(PathRequest(image[None], target[None]))
            *_, _ = examine_counted(path)
            for epsilon in _FOUR_224:
                perceptual_difference_of(perturbation_at(path, epsilon=min(scale.from_224(epsilon), path.reach)))

    seconds = seconds_of(run, task.guide.device, rounds=1) / len(task.images)
    return f"**inspect-set, {task.guide.name}**: {seconds:.2f} s a picture at {len(_FOUR_224)} ε."


def seconds_of(run: Callable[[], object], device: torch.device, *, rounds: int) -> float:
    """Return the median seconds of ``run``, which ran once before unless it runs once only."""
    job = awaited(run, device)
    if rounds > 1:
        job()
    taken = []
    for _ in range(rounds):
        began = perf_counter()
        job()
        taken.append(perf_counter() - began)
    return median(taken)


def awaited(run: Callable[[], T], device: torch.device) -> Callable[[], T]:
    """Return ``run`` as a job that ends when the device has ended it."""

    def job() -> T:
        result = run()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return result

    return job


def opened(page: str) -> int:
    """Return the number of errors of ``page`` after it was opened and its first sample was taken."""
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415 - Streamlit is wanted here alone

    at = AppTest.from_file(str(Path(__file__).resolve().parents[1] / page), default_timeout=120).run()
    samples = [button for button in at.button if str(button.key).startswith("sample")]
    if samples:
        samples[0].click().run()
    while any(button.label == "Stop" for button in at.button):
        at.run()
    return len(at.exception)


_PAGES = {"Studio": "pages/studio.py", "Inspect": "pages/inspection.py"}


def _verdict(task: Task) -> None:
    engine = Engine.of(task.guide)
    *_, path = Walker(task.guide, engine.twin).walk(PathRequest(task.images[:1], task.targets[:1]))
    next(examine_counted(path))


def _everything(task: Task) -> None:
    guide, engine = task.guide, Engine.of(task.guide)
    walker = Walker(guide, engine.twin)
    *_, path = walker.walk(PathRequest(task.images[:1], task.targets[:1]))
    *_, _ = examine(path, walker=walker)
    methods = tuple(method for method in _METHODS if why_not(guide, method) is None)
    *_, _ = maps_at(path, Question(int(task.targets[0]), methods), epsilon=path.reach)


def _machine(device: torch.device) -> str:
    versions = f"Python {platform.python_version()}, PyTorch {version('torch')}, CUDA {torch.version.cuda}"
    how = f"Checks on animals16-64; seconds are medians of {_ROUNDS} after one to warm up."
    return f"### On {torch.cuda.get_device_name(device)}\n\n{versions}. {how}"


if __name__ == "__main__":
    typer.run(main)
