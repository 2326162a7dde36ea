"""How much memory this process holds, and held at most since it was last asked to forget."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")
_PEAK = "5"  # what Linux wants written there to forget the high-water mark


def forget_peak() -> None:
    """Forget the peak so far, where the system can (Linux); elsewhere the peak stays that of the whole process."""
    if _FORGET.exists():
        _FORGET.write_text(_PEAK)


def resident_now() -> float:
    """Return the memory held now, in MiB; where the system does not tell, the most held so far."""
    return _from_status("VmRSS") or _most()


def resident_peak() -> float:
    """Return the most memory held since the peak was forgotten, in MiB.

    Linux' own high-water mark where there is one: getrusage counts what the parent held when it started this process.
    """
    return _from_status("VmHWM") or _most()


def _from_status(field: str) -> float | None:
    found = re.search(rf"{field}:\s+(\d+) kB", _STATUS.read_text()) if _STATUS.is_file() else None
    return int(found[1]) / 1024 if found else None


def _most() -> float:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024
