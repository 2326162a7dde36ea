"""Texts of others in one form of Unicode, in a time that grows with their length and no faster.

To bring marks on one letter into their order takes the square of their number: a name of 64 kB of them half a second.
No writing has more than thirty (Unicode Standard Annex 15, Stream-Safe Text Format), so that further ones are left out.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

_MOST_MARKS = 30
_SHORT = 1000  # letters, for which the square is no time; no file system has longer names


def in_form(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """Return ``text`` in a form of Unicode; where it is longer than a name, with at most thirty marks on a letter."""
    return unicodedata.normalize(form, text if len(text) <= _SHORT or text.isascii() else _with_few_marks(text))


def _with_few_marks(text: str) -> str:
    kept, marks = list[str](), 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
