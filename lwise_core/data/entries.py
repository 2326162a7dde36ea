"""What a set of labelled pictures is: entries that can be listed without reading them and read in any order.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from lwise_core._utils.file_names import composed


class Labels(StrEnum):
    """Who says what a picture shows: the folder it lies in, a column of the CSV, or the guide, which guesses."""

    FOLDER = "folder"
    COLUMN = "column"
    GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class PictureEntry:
    """One picture of a set.

    ``name`` is its path inside the set, with slashes; ``class_name`` and ``split`` are empty where nothing says them.
    ``row`` is its row of the CSV, ``offset`` its place in an archive (bytes from the start of a tar, its number in the
    directory of a zip), each −1 where there is none; ``state`` changes when the picture does. ``stem`` is what a job
    calls its results.
    """

    name: str
    class_name: str
    split: str
    state: str
    row: int = -1
    offset: int = -1
    stem: str = ""


class PictureSet(Protocol):
    """Pictures that can be listed without reading them, and read one by one in any order."""

    @property
    def name(self) -> str:
        """What the set is called: the folder that holds the pictures, or the archive."""

    @property
    def place(self) -> Path | None:
        """The folder or file here that the pictures come from, None where they lie on no disk of this machine."""

    def entries(self) -> Iterator[PictureEntry | str]:
        """Yield every picture, an archive's from front to back, and a sentence for everything that is passed over."""

    def read(self, entry: PictureEntry) -> bytes:
        """Return the bytes of a picture, no more than the door would look at.

        Raises:
            StoreUnavailable: What holds the pictures cannot be reached, so it says nothing about this one.
            LWiseError, OSError, EOFError, zlib.error: It cannot be read.
        """


def placed(parts: Sequence[str], *, guess: bool) -> tuple[str, str] | None:
    """Return class and split by the folders of a path, in NFC; None where they do not say them."""
    if guess:
        return "", ""
    match tuple(map(composed, parts)):
        case (name, _):
            return name, ""
        case (split, name, _):
            return name, split
        case _:
            return None
