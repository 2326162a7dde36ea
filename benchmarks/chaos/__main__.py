"""Bring about faults in the real app, and write down what held.

    make chaos                                              # every row, 20 times each
    PYTHONPATH=. python -m benchmarks.chaos --times 3 --only postgres-in-sitting
    PYTHONPATH=. python -m benchmarks.chaos load --browsers 5 --clients 20 --minutes 15 [--nginx]
    PYTHONPATH=. python -m benchmarks.chaos load --browsers 3 --clients 10 --minutes 120
    PYTHONPATH=. python -m benchmarks.chaos photographs --count 300
    PYTHONPATH=. python -m benchmarks.chaos visits --count 200
    PYTHONPATH=. python -m benchmarks.chaos fuzzing --minutes 60

It needs Chromium, PostgreSQL, libfaketime, nginx, and root for the rows about a full disk, which mount one in memory.
The row about a node of a Ray cluster is left out where Ray is not installed (requirements-ray.txt), and so is fuzzing
where atheris is not (requirements-fuzz.txt).
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.chaos import (
    clock_jumps,
    damage,
    document,
    full_disk,
    fuzz_targets,
    fuzzing,
    kills,
    load,
    pages_killed,
    photographs,
    visits,
)
from benchmarks.chaos.outcome import Broken, Outcome

Row = Callable[[Path, int, random.Random], Outcome]

ROWS: Mapping[str, Row] = {
    "server-in-sitting": kills.server_in_sitting,
    "postgres-in-sitting": kills.postgres_in_sitting,
    "learners-page": pages_killed.sitting,
    "ranking-page": pages_killed.ranking,
    "inspecting-page": pages_killed.inspecting,
    "course-page": pages_killed.making_a_course,
    "course-made": kills.course_being_made,
    "job": kills.job_over_a_data_set,
    "worker": kills.worker_of_a_job,
    "ray-node": kills.node_of_a_cluster,
    "full-disk-answers": full_disk.answers,
    "full-disk-job": full_disk.job,
    "full-disk-course": full_disk.course,
    "damaged-records": damage.records,
    "damaged-paths": damage.path_cache,
    "damaged-card": damage.card,
    "damaged-course": damage.course,
    "damaged-table": damage.ranking,
    "clock": clock_jumps.clock,
}

_ON_RAY = "ray-node"

app = typer.Typer(add_completion=False, invoke_without_command=True)


@app.callback()
def faults(
    context: typer.Context,
    times: Annotated[int, typer.Option(min=1, help="How often each fault is brought about.")] = 20,
    only: Annotated[str, typer.Option(help=f"Rows with commas between: {', '.join(ROWS)}.")] = "",
    seed: Annotated[int, typer.Option(help="Of the moments at which things are killed.")] = 1,
    write: Annotated[bool, typer.Option("--write", help="Put these rows into docs/reliability.md.")] = False,
) -> None:
    """Bring about each fault, print what held, and end with 1 where something broke."""
    if context.invoked_subcommand is not None:
        return
    names = only.split(",") if only else [n for n in ROWS if n != _ON_RAY or find_spec("ray") is not None]
    outcomes = [_run(name, ROWS[name], times, seed) for name in names]
    print(document.table_of(document.rows_of(outcomes)))
    if write:
        document.write(outcomes)
    sys.exit(any(o.broken for o in outcomes))


@app.command("load")
def many_at_once(
    browsers: Annotated[int, typer.Option(min=0, help="Chromiums that use the pages.")] = 5,
    clients: Annotated[int, typer.Option(min=2, help="Half sit a course, half ask for pages by their protocol.")] = 20,
    minutes: Annotated[float, typer.Option(min=0.5, help="How long they stay.")] = 15,
    afterwards: Annotated[float, typer.Option(help="Minutes after all left until memory is looked at again.")] = 10,
    nginx: Annotated[bool, typer.Option("--nginx", help="Reach the server through nginx with TLS.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Put the row into docs/reliability.md.")] = False,
) -> None:
    """Let many people use the pages and sit a course at once, and print what they and the memory went through."""
    row = load.measure(load.Load(browsers, clients, minutes, afterwards, proxied=nginx))
    print(row)
    if write:
        load.write([row])


@app.command("photographs")
def many_photographs(
    count: Annotated[int, typer.Option(min=2, help="Distinct photographs of 12 megapixels, in one session.")] = 300,
) -> None:
    """Bring photographs to one page, one after the other, and print its server's memory."""
    print(photographs.measure(count))


@app.command("visits")
def many_visits(
    count: Annotated[int, typer.Option(min=1, help="People, each of whom asks for one page and leaves.")] = 200,
) -> None:
    """Let people come and leave, without browsers, and print what the server holds afterwards."""
    print(visits.measure(count))


@app.command("fuzzing")
def led_by_coverage(
    minutes: Annotated[float, typer.Option(min=0.1, help="Of the processor, for all readers together.")] = 60,
    only: Annotated[str, typer.Option(help="Readers with commas between; without it, all.")] = "",
    keep: Annotated[
        Path | None, typer.Option(help="A folder for the files found; given again, they are gone on from.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the rows into docs/reliability.md.")] = False,
) -> None:
    """Feed every reader files led by coverage, print what broke, and end with 1 where something did."""
    if not fuzzing.is_there():
        print("Fuzzing is left out: pip install -r requirements-fuzz.txt", file=sys.stderr)
        return
    names = only.split(",") if only else [*fuzz_targets.targets()]
    rows = []
    with tempfile.TemporaryDirectory(prefix="lwise-chaos-") as folder:
        for name in names:
            place = (keep or Path(folder)).resolve() / re.sub(r"\W+", "-", name)
            rows.append(fuzzing.fuzz(name, seconds=60 * minutes / len(names), folder=place))
            print(fuzzing.row_of(rows[-1]), flush=True)
            if write:
                fuzzing.write(rows[-1:])
    sys.exit(any(row.broke for row in rows))


def _run(name: str, row: Row, times: int, seed: int) -> Outcome:
    """Run one row in a folder of its own; what breaks outside of a trial breaks the row."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lwise-chaos-") as folder:
        try:
            outcome = row(Path(folder), times, random.Random(seed))  # noqa: S311 - moments, no secrets
        except Broken as error:
            outcome = Outcome(name, times, "", (str(error),))
    print(f"{name}: {len(outcome.broken)} broken, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return outcome


if __name__ == "__main__":
    app()
