"""How fast one path is, against the libraries that do the same, in one run on one machine.

    make bench                                            (about half an hour on two quiet cores)
    python -m benchmarks.speed --write docs/results.md
    python -m benchmarks.speed --only attributions        (maps against Captum; prints them)

Everything is timed in one process, contenders taking turns: the same network, pictures, ε, step and number of steps for
all, BatchNorm in evaluation mode, parameters frozen. Only the peak memory and the start of the app have processes of
their own. Making the fast twin happens once when a guide is loaded and is stated by itself.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import torch
import typer

from benchmarks.attributions import map_rows, maps_table
from benchmarks.floor import MatrixRates, step_floor
from benchmarks.memory import peak_of
from benchmarks.ours import Engine
from benchmarks.peers import PACKAGES, PEERS
from benchmarks.report import floors_of, peaks_of, table_of, write_into
from benchmarks.rows import every_row
from benchmarks.tasks import GUIDES, LARGEST_224, Task, task_for
from lwise_core.enhancement.fast_twin import fast_dtype, hardware

BATCH = 8
SCORED = 32


class Part(StrEnum):
    """What can be measured by itself."""

    ATTRIBUTIONS = "attributions"


_NOTES = """\
How to read it: every contender enhances the same pictures with the same network, towards the class that it sees first,
at the same ε, step and number of steps, without a random start. Gains are seen by the same network in fp32, image by
image; a peer whose mean gain differs from ours by more than 1% is not compared. Our seconds hold the fp32 scores of the
original and of the result. A peer 1.5 times slower than the fastest peer sits out after the first round.
What each peer was given: ART a loss that is the logit, foolbox the logit in its method for losses; robustness and
torchattacks, whose loss is cross-entropy, two outputs whose cross-entropy has the gradient direction of the logit (the
hook of robustness for other losses would run the network twice a step). Captum got the question that we ask, with its
own defaults for all else."""


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved repeats; at most two for the batch.")] = 3,
    epsilon_224: Annotated[float, typer.Option(help="The budget of every enhancement, as ε at 224 px.")] = LARGEST_224,
    guides: Annotated[list[str] | None, typer.Option("--guide", help="Measure this network only.")] = None,
    only: Annotated[Part | None, typer.Option(help="Measure this part only, and write nothing.")] = None,
    app_python: Annotated[Path | None, typer.Option(help="The Python that the app and Playwright live in.")] = None,
    write: Annotated[Path | None, typer.Option(help="Put the tables into this document too.")] = None,
) -> None:
    """Measure, print the tables as Markdown, and put them into a document."""
    if only is not None and write is not None:
        raise typer.BadParameter("A document gets the whole measurement or nothing; leave --write or --only out.")
    names = guides or list(GUIDES)
    parts: list[str] = []
    whole = _parts(names, rounds=rounds, epsilon_224=epsilon_224, app_python=app_python)
    for part in whole if only is None else _attributions(names, rounds=rounds):
        print(part, end="\n\n", flush=True)  # what was measured is not lost when something later fails
        parts.append(part)
    if write is not None:
        write_into(write, "\n\n".join(parts), section="speed")


def _parts(names: list[str], *, rounds: int, epsilon_224: float, app_python: Path | None) -> Iterator[str]:
    yield _machine()
    yield _NOTES
    yield from _measured(names, rounds=rounds, epsilon_224=epsilon_224)
    yield from _attributions(names, rounds=rounds)
    if app_python is not None:
        yield _first_page(app_python)


def _measured(names: list[str], *, rounds: int, epsilon_224: float) -> Iterator[str]:
    _say("matrix rate")
    rates, floors = MatrixRates.measured(), []
    for name in names:
        guide = GUIDES[name]()
        began = perf_counter()
        engine = Engine.of(guide)
        made = perf_counter() - began
        tasks = [task_for(guide, images=n, epsilon_224=epsilon_224) for n in (1, BATCH, SCORED)]
        yield _heading(tasks[0], made=made)
        for row in every_row(engine, PEERS, tasks, rounds=rounds):
            _say(f"{name}: {row.title}")
            yield table_of(row)
        floors += [step_floor(engine, task, rates=rates) for task in tasks[:2]]
    yield floors_of(floors, rates)
    _say(f"{names[0]}: peak memory")
    yield peaks_of({who: peak_of(names[0], who, epsilon_224=epsilon_224) for who in ("ours", *PEERS)}, guide=names[0])


def _attributions(names: list[str], *, rounds: int) -> Iterator[str]:
    for name in names:
        guide = GUIDES[name]()
        _say(f"{name}: maps")
        yield f"### Maps: {guide.name} at {guide.input_size} px\n\n" + maps_table(
            map_rows(task_for(guide, images=1), rounds=rounds)
        )


def _heading(task: Task, *, made: float) -> str:
    guide = task.guide
    trained = "the bundled guide" if guide.provenance.bundled else "random weights, BatchNorm set on real photographs"
    return (
        f"### {guide.name} at {guide.input_size} px ({trained})\n\n"
        f"ε {task.epsilon:.4g} (ε₂₂₄ {guide.epsilon_scale.at_224(task.epsilon):g}), {task.steps} steps of "
        f"{task.step:.4g}. Making the fast twin ({_twin_kind(task)}) took {made:.2f} s, once."
    )


def _twin_kind(task: Task) -> str:
    dtype = fast_dtype(task.guide.device)
    return "folded, packed, channels last, " + ("bf16" if dtype else "fp32: no bf16 here")


def _first_page(python: Path) -> str:
    _say("start of the app")
    answer = subprocess.run([python, "-m", "benchmarks.first_page"], capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        lines = answer.stderr.strip().splitlines() or ["no reason given"]
        return f"**App start to first usable page:** not measured ({lines[-1]})."
    seconds = json.loads(answer.stdout.splitlines()[-1])
    return (
        f"**App start to first usable page** (from the command to a sample's button in Chromium, warm): "
        f"{median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f}, {len(seconds)} starts)."
    )


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "timm", *PACKAGES))
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"Machine: {_processor()}, {hardware(torch.device('cpu'))}, {os.cpu_count()} logical cores, "
        f"{torch.get_num_threads()} threads of PyTorch, load {load} before the run. "
        f"{platform.system()}, Python {platform.python_version()}, {packages}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _say(what: str) -> None:
    print(f"{perf_counter():9.1f} s  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
