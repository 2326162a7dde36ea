"""Lists that lie beside pictures in what a person hands over, where no folders say the classes.

Kaggle and ISIC hand out one folder of pictures and a CSV that says what each shows; whoever drops both on a page means
the classes of the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from lwise_core._utils.counting import counted
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_names import shown
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import LISTS, DirmapSet
from lwise_core.data.entries import PictureEntry
from lwise_core.data.folder_labels import folder_of
from lwise_core.data.names_store import NamesStore
from lwise_core.data.system_files import is_somebodys

MAX_LIST_BYTES = 2 * 2**20
"""Of lists that somebody sends to a server, together: that of ISIC 2019, 25,331 pictures, has 1.3 MB."""

_MOST_ROWS = 30_000
_MOST_LISTS = 3  # more are no lists of all pictures, but what some tool wrote of each


@dataclass(frozen=True)
class HandedList:
    """A list by its path among what was handed over, and its bytes, untrusted."""

    path: str
    data: bytes


@dataclass(frozen=True)
class ListedClasses:
    """What ``lists`` say: path of a picture → its class; those that they do not name have none."""

    lists: tuple[str, ...]
    classes: Mapping[str, str]

    def class_of(self, path: str) -> str:
        """Return the class of a picture, empty where no list names it."""
        return self.classes.get(path, "")

    def filed(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return path → where the picture would lie in a folder for each class; every picture in a place of its own."""
        places = {path: f"{self.class_of(path)}/{PurePosixPath(path).name}".lstrip("/") for path in paths}
        times = Counter(places.values())
        whole = {path: f"{self.class_of(path)}/{path.replace('/', '_')}".lstrip("/") for path in paths}
        return {path: place if times[place] == 1 else whole[path] for path, place in places.items()}

    def sentence(self, pictures: int) -> str:
        """Say where the classes of so many ``pictures`` come from."""
        names = " and ".join(f"“{shown(PurePosixPath(name).name)}”" for name in self.lists)
        say = "says" if len(self.lists) == 1 else "say"
        of_all = counted(pictures, "photograph")
        classes = counted(len(set(self.classes.values())), "class", "classes")
        return f"{names} {say} what {len(self.classes):,} of {of_all} show: {classes}."


def may_be_a_list(path: str, *, size: int) -> bool:
    """Tell whether a file that was handed over may be a list that is read."""
    return path.lower().endswith(LISTS) and is_somebodys(path) and 0 < size <= MAX_LIST_BYTES


def listed_classes(lists: Sequence[HandedList], paths: Sequence[str]) -> ListedClasses | None:
    """Return what lists say of the pictures at ``paths``; None where the folders say it, or no list does.

    A list counts for the folder that it lies in and those below. Lists say the classes where they name at least half
    of the pictures and more classes than these have folders.

    Args:
        lists: At most three, and no more bytes than :data:`MAX_LIST_BYTES`; else none is read.
        paths: With slashes, as in what was handed over.
    """
    said: dict[str, str] = {}
    read: list[str] = []
    for handed in lists if _are_few(lists) else ():
        found = dict(_said_by(handed, paths))
        if found:
            read.append(handed.path)
        said = {**found, **said}
    classes, folders = set(said.values()), set(map(folder_of, paths))
    if 2 * len(said) < len(paths) or len(classes) <= len(folders):
        return None
    return ListedClasses(tuple(read), said)


def _are_few(lists: Sequence[HandedList]) -> bool:
    return len(lists) <= _MOST_LISTS and sum(len(handed.data) for handed in lists) <= MAX_LIST_BYTES


def _said_by(handed: HandedList, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield path and class of each picture that a list names with a class; nothing where it is of another kind."""
    place = PurePosixPath(handed.path)
    folder = "".join(f"{part}/" for part in place.parent.parts)
    below = frozenset(path.removeprefix(folder) for path in paths if path.startswith(folder))
    store = NamesStore(place.parent.name, place.name, handed.data, below)
    try:
        entries = list(islice(DirmapSet(DirmapFile(store, store.list_name)).entries(), _MOST_ROWS))
    except (LWiseError, OSError):
        return
    for entry in entries:
        if isinstance(entry, PictureEntry) and entry.class_name and entry.name in below:
            yield folder + entry.name, entry.class_name
