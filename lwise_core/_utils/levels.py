"""How hard something is in five levels, as people say it."""

from __future__ import annotations

_LEVELS = ("very easy", "easy", "middling", "hard", "very hard")


def level_of(harder_than: float) -> int:
    """Return the level, 1 to 5, of what is harder than a share ``harder_than`` of others, in [0, 1]."""
    return min(len(_LEVELS), int(harder_than * len(_LEVELS)) + 1)


def level_in_words(harder_than: float) -> str:
    """Return the level of what is harder than a share ``harder_than`` of others, in [0, 1], and its number of five."""
    level = level_of(harder_than)
    return f"{_LEVELS[level - 1]} ({level} of {len(_LEVELS)})"
