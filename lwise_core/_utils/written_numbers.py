"""Numbers as people write them into tables, where Python's own notation would read more than they mean."""

from __future__ import annotations


def number_written(text: str) -> float:
    """Return the number that ``text`` says, which may be infinite or NaN.

    Raises:
        ValueError: It is none; “1_000” is one to Python only, and in a table a slip or a name.
    """
    if "_" in text:
        raise ValueError(text)
    return float(text)
