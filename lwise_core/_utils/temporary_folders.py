"""Folders for a while, under a name by which they are found again where a process was killed before it removed them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_PREFIX = "lwise-studio-"


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a folder in the system's own for such files; it is removed with the block or the object that holds it."""
    return tempfile.TemporaryDirectory(prefix=_PREFIX)


def temporary_folders() -> tuple[Path, ...]:
    """Return the folders of this account that :func:`temporary_folder` made and that are there, by name."""
    found = Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")
    return tuple(sorted(path for path in found if path.lstat().st_uid == _account()))


def _account() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0  # Windows has none, and says 0 of every file
