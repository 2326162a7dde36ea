"""Files led by coverage (atheris) for every reader: what it raises beside its own error, and what ends its process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.chaos import document
from benchmarks.chaos.app_server import ROOT, environment_of
from benchmarks.chaos.fuzzed_reader import SUMMARY
from benchmarks.report import write_into

SECTION = "fuzzing"
_HEAD = "| reader | processor time | files | features | the slowest file | broke | day |"
_RULE = "|---|---|---|---|---|---|---|"
_FEATURES = re.compile(r"\bft: (\d+)")
_ONE_FILE_S = 60
_MOST_MB = 4096
_LONGEST = 65_536  # bytes: several times the longest whole file
_MOST_ENDS = 20  # of a reader's process, after which it is not started again


@dataclass(frozen=True)
class Fed:
    """What a process that fed a reader said of itself."""

    files: int = 0
    seconds: float = 0.0
    slowest: float = 0.0


@dataclass(frozen=True)
class Fuzzed:
    """A row: so many files were read within processor ``seconds``; ``features`` of coverage; what ``broke``."""

    reader: str
    seconds: float
    files: int
    features: int
    slowest: float
    broke: tuple[str, ...]


def is_there() -> bool:
    """Return whether atheris is installed."""
    return find_spec("atheris") is not None


def fuzz(reader: str, *, seconds: float, folder: Path) -> Fuzzed:
    """Feed a reader for so many ``seconds`` of the processor; ``folder`` keeps its corpus and what broke it.

    A process that ends (a crash in C, a file that takes a minute, too much memory) is started again with what is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rounds: list[Fed] = []
    features, ends = 0, list[str]()
    while (left := seconds - sum(one.seconds for one in rounds)) > 1 and len(ends) < _MOST_ENDS:
        (folder / SUMMARY).unlink(missing_ok=True)
        code, said = _fed(reader, left, folder, seed=len(ends) + 1)
        rounds.append(_noted(folder))
        features = max([features, *(int(n) for n in _FEATURES.findall(said))])
        if code != 0 or not rounds[-1].files:
            ends.append(_why(said) or f"ended with {code}")
        if not rounds[-1].files:  # it does not even begin, and so would not ever
            break
    return Fuzzed(
        reader,
        sum(one.seconds for one in rounds),
        sum(one.files for one in rounds),
        features,
        max((one.slowest for one in rounds), default=0.0),
        (*ends, *_raised(folder)),
    )


def write(rows: Sequence[Fuzzed]) -> None:
    """Put rows into the document; others stay as they are."""
    known = document.rows_in(document.DOCUMENT, section=SECTION) | {row.reader: row_of(row) for row in rows}
    write_into(document.DOCUMENT, table_of([*known.values()]), section=SECTION)


def table_of(rows: Sequence[str]) -> str:
    """Return the table with these rows, and the machine."""
    return "\n".join((f"On {document.machine()}:", "", _HEAD, _RULE, *rows))


def row_of(row: Fuzzed) -> str:
    """Return a row of the table."""
    broke = "; ".join(row.broke).replace("|", "/") or "nothing"
    minutes = f"{row.seconds / 60:.1f} min"
    day = f"{datetime.now(UTC):%d %B %Y}"
    return f"| {row.reader} | {minutes} | {row.files:,} | {row.features:,} | {row.slowest:.1f} s | {broke} | {day} |"


def _fed(reader: str, seconds: float, folder: Path, *, seed: int) -> tuple[int, str]:
    """Run the process that feeds a reader, and return its status and what libFuzzer said."""
    options = (
        f"-timeout={_ONE_FILE_S}",
        f"-rss_limit_mb={_MOST_MB}",
        f"-max_len={_LONGEST}",
        f"-seed={seed}",
        f"-artifact_prefix={folder}/",
        "-reload=0",
    )
    words = ["-m", "benchmarks.chaos.fuzzed_reader", reader, str(seconds), str(folder)]
    with (folder / "log").open("w+", encoding="utf-8", errors="replace") as log:
        ended = subprocess.run(  # noqa: S603 - our own interpreter on our own program
            [sys.executable, *words, *options],
            cwd=ROOT,
            env=environment_of(folder) | {"TMPDIR": os.environ.get("TMPDIR", "/tmp")},  # noqa: S108
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
        log.seek(0)
        return ended.returncode, log.read()


def _noted(folder: Path) -> Fed:
    try:
        said = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Fed()
    return Fed(said["fed"], said["seconds"], said["slowest"])


def _why(said: str) -> str:
    """Return in a line why libFuzzer ended the process."""
    found = [line for line in said.splitlines() if "ERROR: libFuzzer" in line or line.startswith("SUMMARY:")]
    return found[0].split("libFuzzer: ")[-1].strip() if found else ""


def _raised(folder: Path) -> Iterator[str]:
    """Yield the last line of every trace that a reader left."""
    for trace in sorted(folder.glob("*.txt")):
        yield trace.read_text(encoding="utf-8").strip().splitlines()[-1]
