"""What a block of a course is called for whoever gives it, and how much of its enhancement is left, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from lwise_core.teaching.design.schedules import Schedule

_WHOLE = 0.95
_SHARES = ((0.85, "nine tenths"), (0.7, "three quarters"), (0.58, "two thirds"), (0.42, "half"), (0.29, "a third"))


def title_of(schedule: Schedule, name: str) -> str:
    """Return “Learning 2” or “Test 1” for the block called ``name``, by its place among its kind.

    A block that the schedule does not have keeps its name.
    """
    block = next((b for b in schedule.blocks if b.name == name), None)
    if block is None:
        return name
    alike = [b.name for b in schedule.blocks if b.feedback == block.feedback]
    return f"{'Learning' if block.feedback else 'Test'} {alike.index(name) + 1}"


def titles_of(schedule: Schedule) -> dict[str, str]:
    """Return what every block of a schedule is called, by its name in files."""
    return {b.name: title_of(schedule, b.name) for b in schedule.blocks}


def listed(titles: Sequence[str]) -> str:
    """Return titles as one would say them: “Learning 1, Learning 2 and Test 1”."""
    return " and ".join(filter(None, (", ".join(titles[:-1]), *titles[-1:])))


def share_in_words(share: float) -> str:
    """Return about how much of something is left, ``share`` in [0, 1]."""
    if share >= _WHOLE:
        return "nearly all"
    return next((f"about {words}" for least, words in _SHARES if share >= least), "a quarter or less")
