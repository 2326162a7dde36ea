"""How far a job is: for people who wait, for programs that watch, and at last what it cost."""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What the work of one call took: ``images`` done in ``seconds``; ``peak_mib``, the most memory held here, in MiB.

    Processes that decode hold a photograph at a time and are not counted, nor are those of a cluster.
    """

    images: int
    seconds: float
    peak_mib: float

    @classmethod
    def of(cls, images: int, *, seconds: float) -> Cost:
        """Return the cost of work that has just ended."""
        return cls(images, seconds, _peak_mib())

    @property
    def seconds_per_1000(self) -> float | None:
        """Seconds for a thousand images, None where nothing was left to do."""
        return 1000 * self.seconds / self.images if self.images else None


@dataclass(frozen=True)
class BatchProgress:
    """How far a job is: ``done`` of ``total`` pictures, ``failed`` of them without a result.

    ``rate`` is pictures a second of this call and ``seconds_left`` what follows from it, None before the first batch.
    ``sentences`` are those about the last batch. The last progress carries the ``cost`` and the ``notes``.
    """

    done: int
    total: int
    failed: int
    rate: float | None = None
    seconds_left: float | None = None
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cost: Cost | None = None

    def further(self, pictures: int, sentences: tuple[str, ...], *, rate: float) -> BatchProgress:
        """Return the progress ``pictures`` later, of which those that failed have left a sentence each."""
        done = self.done + pictures
        return BatchProgress(
            done=done,
            total=self.total,
            failed=self.failed + len(sentences),
            rate=rate,
            seconds_left=(self.total - done) / rate,
            sentences=sentences,
        )


class Log:
    """What happened, one JSON object a line, for programs that watch; the only file with times in it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with file.open("ab+") as log:
            log.seek(0, os.SEEK_END)
            if log.tell():
                log.seek(-1, os.SEEK_END)
                if log.read(1) != b"\n":  # the process before this one was killed while it wrote
                    log.write(b"\n")

    def say(self, event: str, **details: object) -> None:
        """Append an event with its time."""
        with self._file.open("ab") as log:
            said = {"time": datetime.now(UTC).isoformat(), "event": event, **details}
            log.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")


def _peak_mib() -> float:
    """Return the most memory this process held, in MiB.

    Linux' own high-water mark where there is one: getrusage counts what the parent held when it started this process.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return (float(found[1]) if found else most) / 1024
