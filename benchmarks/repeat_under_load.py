"""Whether tests hold on a busy machine: `python -m benchmarks.repeat_under_load tests/browser tests/pages --times 10`.

Every file of tests is run so many times, round after round, while each core is kept busy by another process. A row is
one file in one round. Rows are kept in a file as they are found: stopped and started again, the command goes on with
those that are lacking, and runs again those that failed. A failure stays in the table, with the revision that had it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_KEEP_BUSY = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): pass"  # it ends with whoever started it
_PASSED = re.compile(r"(\d+) passed")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_NOTHING_TO_RUN = 5
"""Pytest's exit status where every test of a file is left out by its markers."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One file of tests, run once. ``failed`` names the tests, or the file where it did not get so far."""

    file: str
    round: int
    passed: int
    failed: tuple[str, ...]
    seconds: float
    revision: str


def files_in(places: Sequence[Path]) -> list[str]:
    """Return the files of tests in some folders, or those named themselves, sorted."""
    found = (place.rglob("test_*.py") if place.is_dir() else [place] for place in places)
    return sorted({str(path) for paths in found for path in paths})


@contextmanager
def kept_busy(cores: int) -> Iterator[None]:
    """Keep so many cores busy with other processes."""
    command = [sys.executable, "-c", _KEEP_BUSY, str(os.getpid())]
    others = [subprocess.Popen(command) for _ in range(cores)]  # noqa: S603 - our own interpreter on our own script
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def run_once(file: str, *, round_number: int, logs: Path) -> Row:
    """Run the tests of ``file``; what they said when they failed is kept in the folder ``logs``."""
    start = time.monotonic()
    ran = subprocess.run(  # noqa: S603 - our own interpreter on our own tests
        [sys.executable, "-m", "pytest", file, "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - start
    failed = tuple(_FAILED.findall(ran.stdout))
    if ran.returncode not in {0, _NOTHING_TO_RUN}:
        failed = failed or (file,)
        logs.mkdir(parents=True, exist_ok=True)
        log = logs / f"{Path(file).stem}-{round_number}-{time.time_ns()}.txt"
        log.write_text(ran.stdout + ran.stderr, encoding="utf-8")
    passed = _PASSED.search(ran.stdout)
    return Row(
        file=file,
        round=round_number,
        passed=int(passed[1]) if passed else 0,
        failed=failed,
        seconds=round(seconds, 1),
        revision=_revision(),
    )


def _revision() -> str:
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    return said.stdout.strip() or "unknown"


def rows_in(kept: Path) -> list[Row]:
    """Return the rows that were found so far."""
    if not kept.exists():
        return []
    found = (json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines())
    return [Row(**(row | {"failed": tuple(row["failed"])})) for row in found]


def lacking(files: Sequence[str], rows: Sequence[Row], *, times: int) -> list[tuple[int, str]]:
    """Return what is still to be run: the rounds of each file that have no row without a failure, round by round."""
    done = {(row.round, row.file) for row in rows if not row.failed}
    wanted = ((number, file) for number in range(1, times + 1) for file in files)
    return [one for one in wanted if one not in done]


def table(files: Sequence[str], rows: Sequence[Row], *, times: int) -> str:
    """Return the rows as a Markdown table, one line a file, and below it every failure."""
    lines = ["| tests | rounds without a failure | runs with one | longest, s |", "|---|---|---|---|"]
    for file in files:
        own = [row for row in rows if row.file == file]
        good = {row.round for row in own if not row.failed and row.round <= times}
        longest = max((row.seconds for row in own), default=0.0)
        lines.append(f"| `{file}` | {len(good)} of {times} | {sum(bool(r.failed) for r in own)} | {longest:.0f} |")
    lines += [
        f"- round {row.round} at {row.revision}: {name}" for row in rows if row.file in files for name in row.failed
    ]
    return "\n".join(lines)


def repeat(files: Sequence[str], *, times: int, kept: Path, cores: int) -> list[Row]:
    """Run what is lacking while ``cores`` cores are busy, keep each row as it is found, and return all rows."""
    rows = rows_in(kept)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept_busy(cores):
        for number, file in lacking(files, rows, times=times):
            row = run_once(file, round_number=number, logs=kept.with_suffix(".logs"))
            with kept.open("a", encoding="utf-8") as growing:
                growing.write(json.dumps(asdict(row)) + "\n")
            rows.append(row)
            print(
                f"round {number} {file}: {row.passed} passed, {len(row.failed)} failed, {row.seconds:.0f} s", flush=True
            )
    return rows


def main() -> int:
    """Run it from the shell; the exit status is 1 where a round still lacks a run without a failure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("places", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rows", type=Path, default=Path("out/under-load.jsonl"))
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="how many are kept busy; default all")
    asked = parser.parse_args()
    files = files_in(asked.places)
    rows = repeat(files, times=asked.times, kept=asked.rows, cores=asked.cores)
    print(table(files, rows, times=asked.times))
    return int(bool(lacking(files, rows, times=asked.times)))


if __name__ == "__main__":
    sys.exit(main())
