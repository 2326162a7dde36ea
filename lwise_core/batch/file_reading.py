"""Files on their way to a ranking: opened a few at a time, in their order, and made small at once.

Whole photographs are what takes memory and time: no more than a few are held, and none longer than it is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

import numpy as np

from lwise_core._utils.arrays import FloatImage, Pixels
from lwise_core.batch.named_files import NamedFile
from lwise_core.data.folder_labels import FolderLabels, Instead
from lwise_core.images.codec import ImageRejected, OpenFile, encode_png, open_photograph
from lwise_core.images.geometry import Crop, see, to_8_bit
from lwise_core.images.perceptual_hash import HASHED_SIZE, perceptual_hash

THUMBNAIL, SQUARE = 112, 320
"""Sides of the squares that are kept, in pixels: to look at, and to make a lesson of."""

OPENED_AT_ONCE = 2
"""Files that are opened at a time: the largest take half a gigabyte each meanwhile."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ReadFile:
    """What is kept of a file: ``seen`` ``(3, S, S)`` as the guide sees its central square, and the ``square`` itself.

    The ``square`` ``(S, S, 3)`` uint8 is smaller than the photograph's own where that is large; ``thumbnail`` is a
    small PNG of it, ``hashed`` its perceptual hash. Nothing holds on to the whole photograph.
    """

    name: str
    sha256: str
    seen: FloatImage
    square: Pixels
    thumbnail: bytes
    hashed: int


@dataclass(frozen=True)
class FileReader:
    """Reads files for a guide of ``size`` px; ``open_file`` decodes one, as :func:`open_photograph` does."""

    size: int
    open_file: OpenFile = open_photograph

    def read(self, file: NamedFile, *, sha256: str) -> ReadFile | str:
        """Return what is kept of a file whose hash is known, or a sentence on why it cannot be used."""
        if file.unusable:
            return file.unusable
        try:
            photograph = self.open_file(file.data, name=PurePosixPath(file.name).name)
        except ImageRejected as error:
            return str(error)
        square = Crop.central(photograph).of(photograph.pixels)
        kept = shrunk(square, SQUARE)
        return ReadFile(
            name=file.name,
            sha256=sha256,
            seen=see(square, size=self.size),
            square=kept,
            thumbnail=encode_png(shrunk(kept, THUMBNAIL)),
            hashed=perceptual_hash(see(kept, size=HASHED_SIZE)),
        )


def shrunk(square: Pixels, side: int) -> Pixels:
    """Return ``square`` ``(S, S, 3)`` uint8, at most ``side`` pixels wide, in memory of its own.

    A view would keep the whole photograph.
    """
    small = square if len(square) <= side else to_8_bit(see(square, size=side)).transpose(1, 2, 0)
    return np.array(small, order="C")


def in_order(work: Iterable[Callable[[], T]], *, at_once: int = OPENED_AT_ONCE) -> Iterator[T]:
    """Yield what each call of ``work`` returns, in order, while the next ones are under way in threads.

    No more than ``at_once`` are, beside what was returned and not yet yielded. To stop iterating is to begin no more.
    """
    threads = ThreadPoolExecutor(at_once, thread_name_prefix="reads files")
    under_way: deque[Future[T]] = deque()
    try:
        for call in work:
            under_way.append(threads.submit(call))
            if len(under_way) > at_once:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def said_twice(file: NamedFile, *, first: str, folders: FolderLabels) -> str:
    """Return the sentence on a file that was met before, in the folder ``first``: perhaps as another class.

    Raises:
        UnknownClass: A folder has no class.
    """
    there = f"“{file.name}” is there twice, byte for byte"
    meant = {folders.meaning(first), folders.meaning(file.folder)}
    if len(meant) == 1 or any(isinstance(one, Instead) for one in meant):
        return f"{there}."
    return f"{there}, in “{first}” and in “{file.folder}”: it is ranked as of the first, and one of them is wrong."
