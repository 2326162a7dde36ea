"""The names of pictures that were handed over, and one list among them, as a folder that a list can be read in."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lwise_core.data.file_stores import GONE, FileStore, Found


@dataclass(frozen=True)
class NamesStore:
    """A list of ``data`` and the ``paths`` of the pictures beside it, as a store of which only the list is read."""

    name: str
    list_name: str
    data: bytes = field(repr=False)
    paths: frozenset[str] = field(repr=False)

    @property
    def place(self) -> Path | None:
        return None

    def below(self, path: str) -> FileStore:
        inside = frozenset(p.removeprefix(f"{path}/") for p in self.paths if p.startswith(f"{path}/"))
        return NamesStore(PurePosixPath(path).name, "", b"", inside)

    def listed(self, path: str) -> Sequence[Found]:
        return self._folders.get(path, ())

    def states(self) -> Callable[[str], str]:
        return lambda path: "here" if path in self.paths else GONE

    def size(self, path: str) -> int:
        if path == self.list_name:
            return len(self.data)
        if path in self.paths:
            return 1
        raise FileNotFoundError(path)

    def opened(self, path: str) -> BinaryIO:
        return io.BytesIO(self.read(path, at_most=len(self.data)))

    def read(self, path: str, *, at_most: int) -> bytes:
        if path != self.list_name:
            raise FileNotFoundError(path)
        return self.data[:at_most]

    def holds(self, path: str) -> bool:  # noqa: ARG002 - there are no links
        return True

    @cached_property
    def _folders(self) -> Mapping[str, Sequence[Found]]:
        """Folder → what it holds, sorted by name."""
        held: dict[str, dict[str, Found]] = {}
        for path in self.paths:
            parts = path.split("/")
            for depth, part in enumerate(parts):
                is_folder = depth + 1 < len(parts)
                held.setdefault("/".join(parts[:depth]), {})[part] = Found(part, is_folder, "here")
        return {folder: [found[name] for name in sorted(found)] for folder, found in held.items()}
