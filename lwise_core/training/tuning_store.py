"""Where guides that are being tuned lie, and under which names they may be kept."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_errors import file_errors, make_folder
from lwise_core._utils.run_folder import RunFolder, RunRefused
from lwise_core.guides.catalog import Catalog

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
_RUN, _PICTURES = "run", "pictures"


@dataclass(frozen=True)
class TuningStore:
    """The tunings of an installation: a folder for each in ``home``/tuning, gone once its guide is in the catalogue."""

    catalog: Catalog

    def check_name(self, name: str) -> None:
        """Make sure that a guide may be called ``name``: it is no path, and there is no such guide.

        Raises:
            RunRefused: It may not.
        """
        if not _NAME.fullmatch(name):
            raise RunRefused(
                f"A guide cannot be called “{name[:60]}”; use Latin letters, digits, dots, hyphens and underscores, at "
                "most 60, with a letter or digit at both ends."
            )
        taken = any(canonical(entry.name) == canonical(name) for entry in self.catalog.entries())
        if taken or self._guide(name).exists():
            raise RunRefused(f"There is already a guide “{name}”; choose another name.")

    def begun(self) -> tuple[str, ...]:
        """Return the names of the tunings that were begun and have not ended."""
        return tuple(sorted(f.name for f in self._root.iterdir() if f.is_dir())) if self._root.is_dir() else ()

    def run(self, name: str) -> RunFolder:
        """Return the run of the tuning that is called ``name``, which was checked."""
        return RunFolder(self._root / name / _RUN)

    def pictures(self, name: str) -> Path:
        """Return where its decoded pictures lie."""
        return self._root / name / _PICTURES

    def check_room(self, needed: int) -> None:
        """Make sure that the disk has room for so many bytes more, with something to spare.

        Raises:
            RunRefused: It has not.
            FileError: The folder cannot be made.
        """
        make_folder(self._root)
        wanted, free = 1.2 * needed, shutil.disk_usage(self._root).free
        if free < wanted:
            raise RunRefused(
                f"Tuning needs about {wanted / 1e6:,.0f} MB on the disk of “{self._root}”, where {free / 1e6:,.0f} MB "
                "are free; make room and try again."
            )

    def finish(self, name: str) -> None:
        """Move the guide of a run that is complete into the catalogue.

        Raises:
            RunRefused: Another guide has taken its name meanwhile.
            FileError: It cannot be moved.
        """
        self.check_name(name)
        target = self._guide(name)
        make_folder(target.parent)
        with file_errors(target):
            self.run(name).guide.rename(target)

    def remove(self, name: str) -> None:
        """Remove what was begun under ``name``, where it was: its pictures and all that its guides had learnt.

        Raises:
            RunRefused: It is at work.
        """
        if name not in self.begun():
            return
        with self.run(name).held():
            pass
        shutil.rmtree(self._root / name, ignore_errors=True)

    def _guide(self, name: str) -> Path:
        return self.catalog.home / "models" / name

    @property
    def _root(self) -> Path:
        return self.catalog.home / "tuning"
