"""Class names: one rule for when two spellings mean the same class, and what to say when none does."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from lwise_core._utils.errors import LWiseError
from lwise_core._utils.short_names import SHORT_NAMES
from lwise_core._utils.unicode_forms import in_form

_SEPARATORS = re.compile(r"[\s_\-]+")
_VARIATIONS = frozenset(map(chr, range(0xFE00, 0xFE10)))  # they choose between two looks of one character
_IGNORED = frozenset({"Pd", "Pc", "Zs", "Zl", "Zp", "Cf", "Cc"})  # dashes, underscores, spaces, joiners, controls
_MOST_COMPARED = 30_000_000  # letters × letters, of which some are compared; a second, where names are alike

SOMETHING_ELSE = "something else"
"""The stated class of a picture that shows none of the guide's classes."""


class UnknownClass(LWiseError):
    """A class name that the guide does not have. The message is one sentence that lists the nearest names."""


def canonical(name: str) -> str:
    """Return the form in which names are compared: case, spaces, hyphens and underscores do not count.

    Nor does the form of Unicode: whether an accent is a character of its own, whether letters are of full width.
    """
    if name.isascii():
        return _SEPARATORS.sub("", name).casefold()
    alike = in_form("NFKC", _letters_of(in_form("NFKC", name)).casefold())
    return _letters_of(alike)


def _letters_of(name: str) -> str:
    return "".join(c for c in name if unicodedata.category(c) not in _IGNORED and c not in _VARIATIONS)


def places_by_spelling(classes: Sequence[str]) -> Mapping[str, int]:
    """Return the form in which names are compared → the index of the class that is meant, the first of one name.

    What a public data set calls a class for short means it where no class is called so itself: “nv” a nevus.
    """
    own = {canonical(name): index for index, name in reversed([*enumerate(classes)])}
    short = {name: own[words] for name, written in SHORT_NAMES.items() if (words := canonical(written)) in own}
    return {**short, **own}


def has_class(classes: Sequence[str], name: str) -> bool:
    """Return whether :func:`find_class` finds ``name`` among ``classes``."""
    return canonical(name) in places_by_spelling(classes)


def find_class(name: str, classes: Sequence[str]) -> int:
    """Return the index of ``name`` among ``classes``, by :func:`places_by_spelling`.

    Raises:
        UnknownClass: No class has that name; the message names up to three that come near.
    """
    place = places_by_spelling(classes).get(canonical(name))
    if place is not None:
        return place
    names = ", ".join(f"“{c}”" for c in nearest(name, classes))
    hint = f"Did you mean {names}?" if names else f"It has {len(classes)} classes, such as “{classes[0]}”."
    raise UnknownClass(f"This guide has no class “{name}”. {hint}")


def nearest(name: str, classes: Sequence[str], *, alike: float = 0.4) -> tuple[str, ...]:
    """Return up to three of ``classes`` whose names come near to ``name``, the nearest first.

    ``alike`` in [0, 1] is how near that must be (``difflib``'s ratio, 1 for the same letters). Where none is, or names
    are so many and so long that to compare them would take seconds, those that hold the name as a part are returned.
    """
    wanted = canonical(name)
    known = [canonical(c) for c in classes]
    comparable = len(wanted) * sum(map(len, known)) <= _MOST_COMPARED
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=alike) if comparable else []
    near = near or [k for k in known if wanted and wanted in k][:3]
    return tuple(classes[known.index(k)] for k in near)
