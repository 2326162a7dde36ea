"""docs/reliability.md: what was tried, when, on which machine, and what held; a row that is run again is replaced."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.chaos.app_server import ROOT
from benchmarks.chaos.outcome import Outcome
from benchmarks.report import write_into

DOCUMENT = ROOT / "docs" / "reliability.md"
SECTION = "faults"
_HEAD = "| fault | times | what was checked each time | broke | day |"
_RULE = "|---|---|---|---|---|"


def rows_of(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return fault → its row."""
    day = f"{datetime.now(UTC):%d %B %Y}"
    return {
        o.fault: f"| {o.fault} | {o.times} | {o.held} | {'; '.join(o.broken) or 'nothing'} | {day} |" for o in outcomes
    }


def table_of(rows: Mapping[str, str]) -> str:
    """Return the table with these rows, and the machine."""
    return "\n".join((f"On {machine()}:", "", _HEAD, _RULE, *rows.values()))


def machine() -> str:
    """Return what the faults were tried on."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.system()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def rows_in(document: Path, *, section: str = SECTION) -> dict[str, str]:
    """Return the rows of a section that the document has, by their first cell."""
    if not document.is_file():
        return {}
    _, _, rest = document.read_text(encoding="utf-8").partition(f"<!-- {section}: begin -->")
    lines, _, _ = rest.partition(f"<!-- {section}: end -->")
    _, *rows = [line for line in lines.splitlines() if line.startswith("| ")] or [""]
    return {row.split("|")[1].strip(): row for row in rows}


def write(outcomes: Sequence[Outcome], document: Path = DOCUMENT) -> None:
    """Put what was tried into the document; other rows stay as they are."""
    write_into(document, table_of(rows_in(document) | rows_of(outcomes)), section=SECTION)
