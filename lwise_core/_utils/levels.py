"""How hard something is in five levels, as people say it."""

from __future__ import annotations

_LEVELS = ("very easy", "easy", "middling", "hard", "very hard")


def level_in_words(harder_than: float) -> str:
    """Return the level of what is harder than a share ``harder_than`` of others, in [0, 1], and its number of five."""
    level = min(len(_LEVELS), int(harder_than * len(_LEVELS)) + 1)
    return f"{_LEVELS[level - 1]} ({level} of {len(_LEVELS)})"
