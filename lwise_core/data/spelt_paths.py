"""Paths that a list spells otherwise than the disk: in the other form of Unicode, in other case, with spaces around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lwise_core._utils.file_names import composed
from lwise_core.data.file_stores import FileStore


@dataclass(frozen=True)
class SpeltPaths:
    """Finds files of ``store`` by their paths; it remembers what the folders hold that it has looked into."""

    store: FileStore
    _known: dict[str, Sequence[str]] = field(default_factory=dict, repr=False, compare=False)

    def find(self, path: str) -> str:
        """Return how the store spells ``path``; the path itself where no file is meant, or several may be."""
        found: list[str] = []
        for part in path.split("/"):
            name = _alike(part, self._names("/".join(found)))
            if name is None:
                return path
            found.append(name)
        spelt = "/".join(found)
        return spelt if self.store.holds(spelt) else path

    def _names(self, folder: str) -> Sequence[str]:
        if folder not in self._known:
            try:
                self._known[folder] = [f.name for f in self.store.listed(folder)]
            except OSError:
                self._known[folder] = ()
        return self._known[folder]


def _alike(name: str, names: Sequence[str]) -> str | None:
    """Return the one of ``names`` that is spelt like ``name``, None where there is none or there are several."""
    if name in names:
        return name
    for form in (composed, lambda n: composed(n.strip().casefold())):
        alike = [other for other in names if form(other) == form(name)]
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None
