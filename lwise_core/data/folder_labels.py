"""What the folders of a set stand for: classes of a guide by their names, or what a person says of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from lwise_core._utils.class_names import UnknownClass, canonical, places_by_spelling
from lwise_core._utils.file_names import composed
from lwise_core.data.spoken_classes import spoken_of
from lwise_core.data.system_files import slashed


class Instead(Enum):
    """What may happen to the pictures of a folder that stands for no class."""

    LEFT_OUT = "left out"
    GUESSED = "guessed"


@dataclass(frozen=True)
class FolderLabels:
    """Which of ``classes`` each folder stands for.

    A folder that is called after a class stands for it; case, spaces, hyphens and underscores do not count, and short
    names of public data sets do, such as “nv”. Of the others ``stated`` says what a person has decided for each, and
    ``others`` for those that it does not name, None until then.

    Raises:
        UnknownClass: A folder is said to stand for what is not one of the classes.
    """

    classes: tuple[str, ...]
    stated: Mapping[str, str | Instead] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    others: Instead | None = None

    def __post_init__(self) -> None:
        for folder, meaning in self.stated.items():
            if isinstance(meaning, str) and meaning not in self.classes:
                raise UnknownClass(f"“{folder}” cannot stand for “{meaning}”: the guide has no class of that name.")

    def match(self, folder: str) -> str | None:
        """Return the class that ``folder`` is called after, as the guide spells it; None where there is none."""
        return self._by_name.get(canonical(folder))

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return {name: self.classes[place] for name, place in places_by_spelling(self.classes).items()}

    @cached_property
    def _stated(self) -> Mapping[str, str | Instead]:
        return {composed(folder): meaning for folder, meaning in self.stated.items()}

    def meaning(self, folder: str) -> str | Instead:
        """Return the class that a folder stands for, or what happens instead.

        Pictures that lie in no folder, ``""``, have no label that could be decided: they are guessed.

        Raises:
            UnknownClass: It is not called after a class, and no class was chosen for it.
        """
        if not folder:
            return Instead.GUESSED
        meaning = self.match(folder) or self._stated.get(composed(folder), self.others)
        if meaning is None:
            raise UnknownClass(f"No class is called “{folder}”; say what this folder stands for, or leave it out.")
        return meaning

    def unknown(self, folders: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``folders`` that are not called after a class, each once, sorted."""
        return tuple(sorted({f for f in folders if f and self.match(f) is None}))

    def undecided(self, folders: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``folders`` that have no class yet, each once, sorted."""
        return () if self.others else tuple(f for f in self.unknown(folders) if composed(f) not in self._stated)

    def suggestions(self, folder: str) -> tuple[str, ...]:
        """Return the classes that a folder's name may speak of, the likeliest first; they decide nothing.

        “Monarch Butterflies” speaks of “monarch”, “cat” of “house cat” and of “big cat”. Empty where none comes near.
        """
        return spoken_of(folder, self.classes)


def folder_of(name: str) -> str:
    """Return the folder that a file lies in, in NFC, by its path as a person's system writes it; empty without one."""
    return composed(slashed(name).parent.name)
