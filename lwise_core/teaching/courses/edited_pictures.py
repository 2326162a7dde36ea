"""Pictures that somebody made of a course's originals by hand: found by name, and laid upon their originals.

An edit has the file name of its original, whatever its ending; where a name comes more than once, the folders that it
lies in say which is meant. It may have another size and may be moved by a little; where only the original has pixels,
the original's stay (:mod:`lwise_core.images.alignment`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath

import numpy as np

from lwise_core._utils.arrays import Pixels
from lwise_core._utils.class_names import canonical
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.images.alignment import aligned
from lwise_core.images.codec import Photograph
from lwise_core.images.geometry import Crop, see, to_8_bit
from lwise_core.teaching.courses.course_design import CourseError

_NAMED = 3  # pictures that a sentence names


@dataclass(frozen=True)
class EditedPictures:
    """A set of edited pictures, laid out in any way."""

    pictures: PictureSet

    @property
    def key(self) -> str:
        """What tells these edits from others: it changes when one of them does."""
        entries = sorted((e.name, e.state) for found in self._by_stem.values() for e in found)
        return hashlib.sha256(repr((self.pictures.name, entries)).encode()).hexdigest()

    def check(self, originals: Sequence[str]) -> None:
        """Make sure that each of ``originals`` has an edit of its own.

        Raises:
            CourseError: One has none or several, or two have the same.
        """
        taken: dict[str, str] = {}
        for original in originals:
            entry = self._found(original)
            if entry is None:
                continue
            if (other := taken.setdefault(entry.name, original)) != original:
                raise CourseError(
                    f"“{entry.name}” would be the edit of “{other}” and of “{original}”; put the edits into folders "
                    "named as those of the originals."
                )
        lacking = [name for name in originals if self._found(name) is None]
        if lacking:
            few = ", ".join(f"“{name}”" for name in lacking[:_NAMED]) + ", …" * (len(lacking) > _NAMED)
            raise CourseError(
                f"{len(lacking)} of {len(originals)} pictures to learn from have no edit in “{self.pictures.name}” "
                f"({few}); add files of their names, or leave these pictures out of the course."
            )

    def read(self, original: str) -> bytes:
        """Return the bytes of the edit of ``original``, untrusted.

        Raises:
            CourseError: There is none, or there are several.
            LWiseError, OSError, EOFError, zlib.error: It cannot be read.
        """
        entry = self._found(original)
        if entry is None:
            raise CourseError(f"“{original}” has no edit in “{self.pictures.name}”; add a file of its name.")
        return self.pictures.read(entry)

    def _found(self, original: str) -> PictureEntry | None:
        """Return the edit of ``original``: of those of its name, the one that shares most folders with it."""
        same = self._by_stem.get(_stem(original), ())
        if len(same) < 2:
            return next(iter(same), None)
        shared = [_folders_shared(original, entry.name) for entry in same]
        best = [entry for entry, count in zip(same, shared, strict=True) if count == max(shared)]
        if len(best) > 1:
            raise CourseError(
                f"“{best[0].name}” and “{best[1].name}” may both be the edit of “{original}”; put the edits into "
                "folders named as those of the originals."
            )
        return best[0]

    @cached_property
    def _by_stem(self) -> Mapping[str, tuple[PictureEntry, ...]]:
        found: dict[str, list[PictureEntry]] = defaultdict(list)
        for entry in self.pictures.entries():
            if isinstance(entry, PictureEntry):
                found[_stem(entry.name)].append(entry)
        return {stem: tuple(entries) for stem, entries in found.items()}


def edit_upon(original: Photograph, edited: Photograph) -> Pixels:
    """Return the central square of ``original``, ``(S, S, 3)``, as it was edited.

    Raises:
        NotAPair: ``edited`` has another shape, or shows something else.
    """
    square = Crop.central(original)
    pixels = square.of(original.pixels).copy()
    pair = aligned(original, edited)
    altered, side = pair.altered, pair.crop.side
    if len(altered) != side:
        altered = np.ascontiguousarray(to_8_bit(see(altered, size=side)).transpose(1, 2, 0))
    left, top = pair.crop.left - square.left, pair.crop.top - square.top
    pixels[top : top + side, left : left + side] = altered
    return pixels


def _stem(name: str) -> str:
    return canonical(PurePosixPath(name).stem)


def _folders_shared(one: str, other: str) -> int:
    """Return how many folders both lie in, counted from the file up."""
    folders = [[canonical(part) for part in reversed(PurePosixPath(name).parts[:-1])] for name in (one, other)]
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*folders, strict=False)))
