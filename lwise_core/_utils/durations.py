"""How long something takes, in words."""

from __future__ import annotations


def in_words(seconds: float) -> str:
    """Return ``seconds`` as people say them: up to a minute and a half in seconds, then in minutes, then in hours."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
