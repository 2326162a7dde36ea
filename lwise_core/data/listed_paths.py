"""From what a list says of a picture to the file that is meant, where it is spelt otherwise or named without folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from lwise_core.data.bare_names import BareNames
from lwise_core.data.file_stores import GONE, FileStore
from lwise_core.data.list_columns import names_a_file
from lwise_core.data.spelt_paths import SpeltPaths


@dataclass(frozen=True)
class ListedPaths:
    """Finds files of ``store``; it remembers what it was told on the way."""

    store: FileStore

    def find(self, path: str) -> str:
        """Return the path of the file that ``path`` means; the path itself where there is none, or several may be."""
        if self.state(path) != GONE:
            return path
        spelt = self._spelt.find(path)
        if self.state(spelt) != GONE or names_a_file(path):
            return spelt
        return self._bare.find(path) or spelt

    def is_ambiguous(self, path: str) -> bool:
        """Tell whether ``path`` names several pictures, which differ in their folders or endings."""
        return not names_a_file(path) and self.state(path) == GONE and self._bare.are_several(path)

    @cached_property
    def state(self) -> Callable[[str], str]:
        """Tells the state of a file by its path."""
        return self.store.states()

    @cached_property
    def _spelt(self) -> SpeltPaths:
        return SpeltPaths(self.store)

    @cached_property
    def _bare(self) -> BareNames:
        return BareNames(self.store)
