"""Pictures that a list names without folder and ending, as ``ISIC_0024306`` in the lists of dermoscopy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from lwise_core.data.file_stores import FileStore
from lwise_core.data.system_files import is_somebodys, may_be_a_picture

_DEEPEST = 8  # folders below each other: more is a loop of links
_SEVERAL = ""


@dataclass(frozen=True)
class BareNames:
    """Finds pictures of ``store`` by their names alone; the folder is listed once, when it is first asked."""

    store: FileStore

    def find(self, name: str) -> str | None:
        """Return the path of the one picture that is called ``name``, None where none is, or several are."""
        return self._paths.get(name.strip()) or None

    def are_several(self, name: str) -> bool:
        """Tell whether more than one picture is called ``name``."""
        return self._paths.get(name.strip()) == _SEVERAL

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        """Name → path, of several pictures :data:`_SEVERAL`."""
        paths: dict[str, str] = {}
        for path in _pictures(self.store, PurePosixPath(), deepest=_DEEPEST):
            stem = PurePosixPath(path).stem
            paths[stem] = _SEVERAL if stem in paths else path
        return paths


def _pictures(store: FileStore, below: PurePosixPath, *, deepest: int) -> Iterator[str]:
    """Yield the paths of what may be pictures in a folder and below it, links not followed."""
    for found in store.listed(below.as_posix() if below.parts else ""):
        path = (below / found.name).as_posix()
        if found.is_link or not is_somebodys(path):
            continue
        if not found.is_folder:
            if may_be_a_picture(path):
                yield path
        elif deepest:
            yield from _pictures(store, below / found.name, deepest=deepest - 1)
