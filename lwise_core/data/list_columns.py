"""What others call the columns of a list of pictures: which one has the paths, which the classes, which the splits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lwise_core._utils.class_names import canonical
from lwise_core.data.listing import USUAL_SPLITS

PATH, CLASS, SPLIT = "im_path", "class", "split"

READ = (PATH, SPLIT, CLASS, "class_num", "origin", "lesion_id")
"""The columns that this program reads by their names."""

_PATHS = frozenset(
    {"path", "paths", "filepath", "filepaths", "file", "files", "filename", "filenames", "relativepath", "relpath"}
    | {f"{what}{end}" for what in ("image", "img", "picture", "photo") for end in ("", "s", "path", "paths", "file")}
    | {f"{what}{end}" for what in ("image", "img", "picture", "photo") for end in ("name", "names", "filename", "id")}
    | {"photograph", "id"}
)
_CLASSES = frozenset(
    {"label", "labels", "classes", "classname", "classlabel", "category", "categories", "target", "groundtruth"}
    | {"species", "breed", "variety", "diagnosis", "dx"}
)
_SPLITS = frozenset({"splits", "set", "subset", "dataset", "partition", "usage", "phase", "fold"})
_OF_A_FILE = re.compile(r"[^\s/\\][^/\\]*\.[A-Za-z][A-Za-z0-9]{1,4}", re.ASCII)


def as_read(names: Sequence[str], row: Sequence[str], *, is_file: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the names of a list's columns with those that this program reads in its own words.

    A column that is called as here in other case, or as others call it where only one can be meant, gets the name that
    it has here, unless another one is called so already.

    Args:
        names: As the list has them.
        row: The first one below, which says whether a column names files or splits.
        is_file: Tells whether a cell names a file that is there; asked where several columns may, and of names
            without an ending.
    """
    cells = [*map(str.strip, row), *[""] * len(names)][: len(names)]
    called = _places(names, _PATHS)
    files = [i for i in called if names_a_file(cells[i])]
    meant = {
        PATH: files if len(files) == 1 else [i for i in files or called if is_file(cells[i])],
        CLASS: _places(names, _CLASSES),
        SPLIT: [i for i in _places(names, _SPLITS) if canonical(cells[i]) in USUAL_SPLITS],
    }
    ours = {name.casefold(): name for name in READ if name not in names}
    read = [ours.get(name.casefold(), name) for name in names]
    for name, places in meant.items():
        if name not in read and len(places) == 1:
            read[places[0]] = name
    return tuple(read)


def names_a_file(cell: str) -> bool:
    """Tell whether a cell ends as a file's name does."""
    return _OF_A_FILE.fullmatch(cell.strip().replace("\\", "/").rpartition("/")[2]) is not None


def _places(names: Sequence[str], called: frozenset[str]) -> list[int]:
    return [place for place, name in enumerate(names) if canonical(name) in called]
