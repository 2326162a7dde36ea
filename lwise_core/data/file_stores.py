"""Folders whose files are listed and read by their paths, wherever they lie.

They lie on this machine's disk, or behind an address (:mod:`lwise_core.data.object_storage`). What is read is not
trusted: a path that leads out of its folder is said to, and no more is read than was asked for.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import file_errors
from lwise_core._utils.file_names import shown

GONE = "none"
"""The state of a file that is not there."""


class StoreUnavailable(LWiseError, OSError):
    """A store that cannot be reached at the moment, whatever it holds. The message is one sentence."""


@dataclass(frozen=True)
class Found:
    """A file or folder by its ``name`` in the folder that holds it; ``state`` changes when the file does."""

    name: str
    is_folder: bool
    state: str
    is_link: bool = False


class FileStore(Protocol):
    """A folder; ``path`` is always a path below it, with slashes. It goes to other processes.

    Every method raises StoreUnavailable where the store cannot be reached, OSError where one file cannot be read.
    """

    @property
    def name(self) -> str:
        """What the folder is called."""

    @property
    def place(self) -> Path | None:
        """Where it lies on this machine, None where it lies elsewhere."""

    def below(self, path: str) -> FileStore:
        """Return the folder ``path`` as a store of its own, whether it is there or not."""

    def listed(self, path: str) -> Sequence[Found]:
        """Return what the folder ``path`` holds, sorted by name, without reading it; hidden files do not count."""

    def states(self) -> Callable[[str], str]:
        """Return what tells the state of a file by its path; it may remember what it was told on the way."""

    def size(self, path: str) -> int:
        """Return the size of a file in bytes."""

    def opened(self, path: str) -> BinaryIO:
        """Open a file for reading from its beginning."""

    def read(self, path: str, *, at_most: int) -> bytes:
        """Return a file's bytes, the first ``at_most`` of them."""

    def holds(self, path: str) -> bool:
        """Whether ``path``, which leads up nowhere by its words, stays below the folder by its links too."""


@dataclass(frozen=True)
class LocalStore:
    """A folder on this machine."""

    folder: Path

    @property
    def name(self) -> str:
        return shown(self.folder.resolve().name)

    @property
    def place(self) -> Path:
        return self.folder

    def below(self, path: str) -> LocalStore:
        return LocalStore(self.folder / path)

    def listed(self, path: str) -> Sequence[Found]:
        with file_errors(self.folder / path), os.scandir(self.folder / path) as found:
            entries = [(e.name, e.is_dir(), Path(e.path), e.is_symlink()) for e in found if e.name[0] != "."]
        return [
            Found(name, is_folder, "" if is_folder else _state(file), is_link)
            for name, is_folder, file, is_link in sorted(entries)
        ]

    def states(self) -> Callable[[str], str]:
        return lambda path: _state(self.folder / path)

    def size(self, path: str) -> int:
        return (self.folder / path).stat().st_size

    def opened(self, path: str) -> BinaryIO:
        return open(self.folder / path, "rb", opener=_ordinary)

    def read(self, path: str, *, at_most: int) -> bytes:
        with self.opened(path) as file:
            return file.read(at_most)

    def holds(self, path: str) -> bool:
        folder = self.folder.resolve()
        return (folder / path).resolve().is_relative_to(folder)


def _ordinary(name: str, flags: int) -> int:
    """Open a file for :func:`open`, without waiting for whoever might write into a pipe.

    Raises:
        OSError: It is a pipe or a device, of which some never end.
    """
    handle = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(mode := os.fstat(handle).st_mode) or stat.S_ISDIR(mode):
        return handle
    os.close(handle)
    raise OSError(errno.EINVAL, "it is no ordinary file", name)


def _state(file: Path) -> str:
    try:
        found = file.stat()
    except OSError:
        return GONE
    return f"{found.st_size}:{found.st_mtime_ns}"
