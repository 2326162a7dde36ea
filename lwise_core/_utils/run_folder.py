"""The folder of a training run: locked while one process works in it, and complete after every epoch.

Whatever kills the process, the folder holds the last finished epoch and nothing half-written: every file is written
beside its place, flushed to the disk and renamed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import DISK_FULL, make_folder

_PLAN, _STATE, _LOCK = "run.json", "state.pt", "run.lock"


class RunRefused(LWiseError):
    """A run that cannot begin or go on. The message is one sentence that says why and what is kept."""


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps its plan, the state after its last epoch, its curves and at last its guide."""

    path: Path

    @property
    def guide(self) -> Path:
        """Where the finished guide lies."""
        return self.path / "guide"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for this process alone; the lock ends with the process, however it ends.

        Raises:
            RunRefused: Another process holds it.
            FileError: It cannot be made.
        """
        make_folder(self.path)
        lock = FileLock(self.path / _LOCK, thread_local=False)  # a job may be stopped by another thread than its own
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise RunRefused(f"A run is at work in “{self.path}”; wait for it or choose another folder.") from error
        try:
            yield
        finally:
            lock.release()

    def agree(self, plan: Mapping[str, object]) -> None:
        """Record the plan of a new run, or make sure that a begun one had the same.

        Raises:
            RunRefused: The folder holds a run with another plan, or files that are no run.
        """
        file = self.path / _PLAN
        text = json.dumps(plan, indent=1, ensure_ascii=False, sort_keys=True)
        if not file.exists():
            others = sorted(f.name for f in self.path.iterdir() if f.name != _LOCK)
            if others:
                raise RunRefused(f"“{self.path}” holds other files, such as “{others[0]}”; choose an empty folder.")
            self.write(_PLAN, text.encode())
            return
        try:
            begun = json.loads(file.read_bytes())
        except ValueError as error:
            raise RunRefused(f"“{file}” is damaged, so the run cannot go on; choose another folder.") from error
        wanted = json.loads(text)
        different = sorted(k for k in begun.keys() | wanted.keys() if begun.get(k) != wanted.get(k))
        if different:
            raise RunRefused(
                f"“{self.path}” holds a run with another plan (it differs in {', '.join(different)}); repeat its "
                "command to resume it, or choose another folder."
            )

    def save(self, state: Mapping[str, object]) -> None:
        """Keep ``state``, which holds weights and plain values only, in place of the one before."""
        buffer = io.BytesIO()
        torch.save(dict(state), buffer)
        self.write(_STATE, buffer.getvalue())

    def load(self) -> dict[str, object] | None:
        """Return the state after the last finished epoch, None before the first."""
        file = self.path / _STATE
        if not file.is_file():
            return None
        state: dict[str, object] = torch.load(file, map_location="cpu", weights_only=True)
        return state

    def write(self, name: str, data: bytes) -> None:
        """Write the file ``name``: afterwards there is the whole new one, or after an error the whole old one.

        Raises:
            RunRefused: The disk is full.
            FileError: It cannot be written for another reason.
        """
        try:
            write_whole(self.path / name, data)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            raise RunRefused(
                f"The disk is full: “{name}” was not written; make room and repeat the command, which goes on "
                "after the last finished epoch."
            ) from error
