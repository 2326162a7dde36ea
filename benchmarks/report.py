"""The table as Markdown, and its place in a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.floor import Floor, MatrixRates
from benchmarks.memory import Peak
from benchmarks.rows import EQUAL, Entry, Row

_HEAD = (
    "| who | seconds, median (least–most, runs) | a second | times as fast as the fastest peer | {figure} "
    "| largest difference of one |\n|---|---|---|---|---|---|"
)


def table_of(row: Row) -> str:
    """Return one row of the benchmark as a table of its contenders, the fastest first."""
    order = sorted(row.entries, key=lambda e: e.timed.median)
    lines = [f"**{row.title}**", "", _HEAD.format(figure=row.figure)]
    lines += [_line(row, entry) for entry in order]
    return "\n".join(lines)


def _line(row: Row, entry: Entry) -> str:
    timed = entry.timed
    name = f"**{timed.name}**" if timed.ours else timed.name
    rate = f"{row.counted / timed.median:.3g} {row.unit}s"
    worst = f"{row.worst_difference(entry):.2%}"
    return f"| {name} | {_seconds(entry)} | {rate} | {_ratio(row, entry)} | {entry.figure:.4f} | {worst} |"


def _seconds(entry: Entry) -> str:
    timed = entry.timed
    spread = f"{min(timed.seconds):.3f}–{max(timed.seconds):.3f}, {len(timed.seconds)}"
    computed = "" if timed.times_its_job == 1 else f"; computed: {timed.times_its_job:g} × its single run"
    return f"{timed.median:.3f} ({spread}{computed})"


def _ratio(row: Row, entry: Entry) -> str:
    ratio = row.ratio(entry)
    if not row.comparable(entry):
        return f"not comparable: differs by {row.difference(entry):.1%}, more than {EQUAL:.0%}"
    return "no comparable peer" if ratio is None else f"{ratio:.2f}"


def floors_of(floors: Sequence[Floor], rates: MatrixRates) -> str:
    """Return the floor beside what a step takes."""
    lines = [
        f"**The floor.** Matrix rate (4096³, fastest of five): fp32 {rates.fp32 / 1e9:.0f}, "
        f"bf16 {rates.bf16 / 1e9:.0f} GFLOP/s.",
        "",
        "| network | images | GFLOP a step | floor, ms | our step, ms (median) | share of the floor |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {f.guide} | {f.images} | {f.work / 1e9:.2f} | {f.floor * 1e3:.2f} | {f.seconds * 1e3:.2f} | {f.share:.0%} |"
        for f in floors
    ]
    return "\n".join(lines)


def peaks_of(peaks: Mapping[str, Peak], *, guide: str) -> str:
    """Return the peak memory of one enhancement, each in a process of its own."""
    lines = [
        f"**Peak memory of one enhancement, {guide}, each in a process of its own**",
        "",
        "| who | MiB held when loaded | MiB held at most in the job | difference |",
        "|---|---|---|---|",
    ]
    lines += [f"| {who} | {p.loaded:.0f} | {p.job:.0f} | {p.job - p.loaded:.0f} |" for who, p in peaks.items()]
    return "\n".join(lines)


def write_into(document: Path, text: str, *, section: str) -> None:
    """Put ``text`` between the two marks of ``section``; a document without them gets both at its end."""
    begin, end = (f"<!-- {section}: {mark} -->" for mark in ("begin", "end"))
    known = document.read_text(encoding="utf-8") if document.is_file() else "# Results\n"
    if begin not in known or end not in known:
        known = f"{known.rstrip()}\n\n## {section.capitalize()}\n\n{begin}\n{end}\n"
    before, _, rest = known.partition(begin)
    _, _, after = rest.partition(end)
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")
