"""The rows of a dirmap CSV as a set of labelled pictures.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lwise_core._utils.file_names import composed, shown
from lwise_core.data.dirmap import DirmapFile, Row
from lwise_core.data.entries import PictureEntry
from lwise_core.data.list_columns import CLASS, PATH
from lwise_core.data.listed_paths import ListedPaths
from lwise_core.data.listing import passed_over
from lwise_core.data.one_hot import classes_said
from lwise_core.data.system_files import is_somebodys
from lwise_core.images.codec import MAX_BYTES

LISTS = (".csv", ".tsv")
"""How the names of lists of pictures end."""


@dataclass(frozen=True)
class DirmapSet:
    """The rows of a dirmap CSV, in its order; ``column`` says the class, empty where the guide is to say it."""

    dirmap: DirmapFile
    column: str = "class"

    @property
    def name(self) -> str:
        return self.dirmap.store.name

    @property
    def place(self) -> Path | None:
        folder = self.dirmap.store.place
        return None if folder is None else folder / self.dirmap.name

    def entries(self) -> Iterator[PictureEntry | str]:
        paths, places = ListedPaths(self.dirmap.store), self._class_places
        for row in self.dirmap.rows():
            yield self._found(row, paths, places)

    def _found(self, row: Row, paths: ListedPaths, places: Sequence[int]) -> PictureEntry | str:
        """Return the picture of a row, or the sentence that says why it is passed over."""
        if not row.values[self.dirmap.place(PATH)].strip():
            return f"Row {row.number + 1} of “{self.dirmap.name}” was passed over: it names no picture."
        path = paths.find(self.dirmap.path_of(row))
        if not is_somebodys(path):
            return passed_over(path, "it is hidden, or a file of a system")
        if paths.is_ambiguous(path):
            return passed_over(path, "several pictures are called so; write its path from the CSV's folder on")
        classes = self._classes(row, places)
        if len(classes) > 1:
            return passed_over(path, f"it is said to show “{shown(classes[0])}” and “{shown(classes[1])}”")
        split = "" if self._split is None else composed(row.values[self._split].strip())
        return PictureEntry(path, "".join(classes), split, paths.state(path), row=row.number)

    @cached_property
    def _split(self) -> int | None:
        return self.dirmap.columns.index("split") if "split" in self.dirmap.columns else None

    @property
    def _class_places(self) -> Sequence[int]:
        """Where the columns stand that say the class: one that names it, or one for each class."""
        if self.column == CLASS and self.dirmap.class_columns:
            return self.dirmap.class_columns
        return (self.dirmap.place(self.column),) if self.column else ()

    def _classes(self, row: Row, places: Sequence[int]) -> tuple[str, ...]:
        """Return the classes that a row says; one, or none where it says none."""
        if self.column == CLASS and self.dirmap.class_columns:
            said = classes_said(self.dirmap.columns, row.values, places=places)
        else:
            said = tuple(row.values[place].strip() for place in places)
        return tuple(map(composed, filter(None, said)))

    def read(self, entry: PictureEntry) -> bytes:
        return self.dirmap.store.read(entry.name, at_most=MAX_BYTES + 1)
