"""Lists that have a column for every class, with a 1 in that of the picture and a 0 in all others, as ISIC's have."""

from __future__ import annotations

from collections.abc import Sequence

from lwise_core.data.list_columns import PATH, READ

_FEWEST = 2
_VALUES = {"0": False, "0.0": False, "1": True, "1.0": True}


def one_hot_columns(names: Sequence[str], row: Sequence[str]) -> tuple[int, ...]:
    """Return where the columns of the classes stand; none where the list is of another kind.

    Every column is one but those that this program reads otherwise, and the one without a name in which rows are
    numbered: where only some columns are of 0 and 1, those may say anything.

    Args:
        names: What the columns are called, in this program's words.
        row: The first one below.
    """
    places = tuple(place for place, name in enumerate(names) if name and name not in READ)
    cells = [row[place].strip() if place < len(row) else "" for place in places]
    whole = len(places) >= _FEWEST and all(cell in _VALUES for cell in cells)
    return places if PATH in names and whole and sum(map(_VALUES.__getitem__, cells)) == 1 else ()


def classes_said(names: Sequence[str], values: Sequence[str], *, places: Sequence[int]) -> tuple[str, ...]:
    """Return the classes that a row has no 0 for: one where it says what its picture shows."""
    return tuple(names[place] for place in places if not _is_zero(values[place].strip()))


def _is_zero(cell: str) -> bool:
    return not cell or _VALUES.get(cell) is False
