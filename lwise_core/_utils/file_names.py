"""Names of files and folders as people meet them: any bytes, either form of Unicode, any length."""

from __future__ import annotations

import hashlib
import unicodedata

from lwise_core._utils.unicode_forms import in_form

LONGEST_NAME = 255
"""Bytes that a file's name may have on nearly every file system."""

_DIGEST = 10  # hexadecimal digits of a name's hash that tell two shortened names apart


def composed(name: str) -> str:
    """Return a name in NFC, the form in which keyboards write it; Macs store names in the other one."""
    return in_form("NFC", name)


def is_text(name: str) -> bool:
    """Return whether a name is one in UTF-8: Python keeps the bytes of any other one as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def shown(name: str) -> str:
    r"""Return a name for a sentence: a byte that is not UTF-8 as ``\xdf``, a control character escaped."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(_escaped(c) if unicodedata.category(c) == "Cc" else c for c in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def shortened(name: str, *, at_most: int = LONGEST_NAME) -> str:
    """Return a name of no more than ``at_most`` bytes of UTF-8; one that is longer is cut and ends in its hash."""
    data = name.encode("utf-8", "surrogateescape")
    if len(data) <= at_most:
        return name
    digest = hashlib.sha256(data).hexdigest()[:_DIGEST]
    return data[: at_most - _DIGEST - 1].decode("utf-8", "ignore") + "-" + digest
