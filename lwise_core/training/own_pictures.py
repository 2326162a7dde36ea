"""A person's own pictures, a folder for each class, from which a guide learns classes that no guide knows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lwise_core._utils.class_names import canonical
from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.system_files import may_be_a_picture

FEWEST_TO_LEARN = 20
"""Pictures that each class needs at least: with fewer, the parts that judge would hold hardly any of it."""

MOST_TO_LEARN = 100
"""Classes that a folder may have at most."""

_LONGEST_NAME = 200
_NAMED = 5


@dataclass(frozen=True)
class OwnPictures:
    """The pictures of ``source`` that lie in a folder which names their class, as one set without splits.

    ``listed`` (N) are their entries there, ``labels`` (N) what their classes are called. ``notes`` are sentences about
    what was left out or put together.
    """

    source: PictureSet
    listed: tuple[PictureEntry, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: PictureSet) -> OwnPictures:
        """Return them; two folders whose names differ only in case, spaces, hyphens or underscores are one class.

        Raises:
            DatasetError: There are fewer than two classes, or too many, or one has a name that no card takes.
        """
        found = list(source.entries())
        named = [e for e in found if isinstance(e, PictureEntry) and e.class_name.strip() and may_be_a_picture(e.name)]
        spelt: dict[str, str] = {}
        for name in sorted({e.class_name.strip() for e in named}):
            spelt.setdefault(canonical(name) or name, name)
        passed_over = next((e for e in found if isinstance(e, str)), "")
        _check_names(tuple(spelt.values()), called=source.name, passed_over=passed_over)
        labels = tuple(spelt[canonical(e.class_name) or e.class_name.strip()] for e in named)
        return cls(source, tuple(named), labels, _notes(named, left_out=len(found) - len(named)))

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def place(self) -> Path | None:
        return self.source.place

    def entries(self) -> Iterator[PictureEntry | str]:
        for entry, label in zip(self.listed, self.labels, strict=True):
            yield PictureEntry(entry.name, label, "", entry.state)

    def read(self, entry: PictureEntry) -> bytes:
        return self.source.read(self._by_name[entry.name])

    def __len__(self) -> int:
        return len(self.listed)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many pictures each class has, sorted by name."""
        return dict(sorted(Counter(self.labels).items()))

    @property
    def missing(self) -> Mapping[str, int]:
        """How many pictures each class lacks of those that it needs at least; classes that have them are not in it."""
        return {name: FEWEST_TO_LEARN - n for name, n in self.counts.items() if n < FEWEST_TO_LEARN}

    @property
    def fingerprint(self) -> str:
        """The hash of what is known of them without reading any: names, states and classes."""
        listed = (f"{e.name}\0{e.state}\0{t}\n" for e, t in zip(self.listed, self.labels, strict=True))
        return hashlib.sha256("".join(listed).encode()).hexdigest()

    def check_enough(self) -> None:
        """Make sure that every class has the pictures that it needs at least.

        Raises:
            DatasetError: One has not; the message says how many are missing.
        """
        missing = self.missing
        if missing:
            rest = f" and {len(missing) - _NAMED:,} more classes" if len(missing) > _NAMED else ""
            said = ", ".join(f"“{name}” {n}" for name, n in list(missing.items())[:_NAMED])
            raise DatasetError(
                f"Each class needs at least {FEWEST_TO_LEARN} pictures; missing are: {said}{rest}. Add them, or take "
                "these folders away."
            )

    @cached_property
    def _by_name(self) -> Mapping[str, PictureEntry]:
        return {entry.name: entry for entry in self.listed}


def _check_names(names: tuple[str, ...], *, called: str, passed_over: str) -> None:
    """Make sure that these names of classes can stand on a card; ``passed_over`` is a sentence on what does not count.

    Raises:
        DatasetError: They cannot.
    """
    if len(names) < 2:
        raise DatasetError(
            f"“{called}” has {'only one class' if names else 'no class'}; it needs a folder for each of at least two "
            f"classes, called after it. {passed_over}".rstrip()
        )
    if len(names) > MOST_TO_LEARN:
        raise DatasetError(f"“{called}” has {len(names):,} classes; at most {MOST_TO_LEARN} can be tuned to here.")
    unfit = next((n for n in names if "/" in n or len(n) > _LONGEST_NAME or not canonical(n)), None)
    if unfit is not None:
        raise DatasetError(
            f"No class can be called “{unfit[:60]}”; a name has letters, no slash, and {_LONGEST_NAME} characters at "
            "most."
        )


def _notes(named: list[PictureEntry], *, left_out: int) -> tuple[str, ...]:
    notes = []
    splits = sorted({e.split for e in named if e.split})
    if splits:
        listed = ", ".join(f"“{s}”" for s in splits)
        notes.append(f"Its parts ({listed}) are put together: which pictures are held out is decided here.")
    if left_out:
        files = "1 file was" if left_out == 1 else f"{left_out:,} files were"
        notes.append(f"{files} left out: no picture, or in no folder that says its class.")
    return tuple(notes)
