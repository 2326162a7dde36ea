"""Reading a .po file, the text form of a gettext catalogue, into what the standard library translates with.

The standard library reads the compiled form (.mo) only, and the tools that compile are for developers. Compiled here
when it is read, a catalogue stays one text file, and another language is added as a file.
"""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Iterator, Mapping
from gettext import GNUTranslations

from lwise_core._utils.errors import LWiseError

_MAGIC = 0x950412DE
_HEADER_BYTES = 28
_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr)(?:\[(\d)\])?\s+)?("(?:[^"\\]|\\.)*")')


class LanguageError(LWiseError, ValueError):
    """A catalogue that cannot be read. The message is one sentence."""


def translations_in(text: str) -> GNUTranslations:
    """Return the translations of a .po file; what is empty or marked as fuzzy stays in English.

    Args:
        text: The file's content.

    Raises:
        LanguageError: A line is not of this format, or the file lacks its header or a rule for plurals.
    """
    entries = dict(_entries(text))
    if "Plural-Forms" not in entries.get("", ""):
        raise LanguageError("The catalogue has no header with “Plural-Forms”; begin with a copy of another one.")
    try:
        return GNUTranslations(io.BytesIO(_compiled(entries)))
    except (ValueError, LookupError) as error:
        raise LanguageError(
            f"The header of the catalogue cannot be read ({error}); compare it with that of another one."
        ) from error


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield each message with its translation, both as the compiled form holds them: plurals joined by NUL."""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        parts = _parts([line for line in lines if not line.startswith("#")])
        translated = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if translated and all(translated) and not (fuzzy and parts["msgid"]):  # the header of a new file is fuzzy, too
            yield "\0".join(parts[name] for name in ("msgid", "msgid_plural") if name in parts), "\0".join(translated)


def _parts(lines: list[str]) -> Mapping[str, str]:
    """Return the strings of one entry by keyword; a string that takes several lines is joined."""
    parts: dict[str, str] = {}
    keyword = ""
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or not (found[1] or keyword):
            raise LanguageError(f"The catalogue has a line that cannot be read: {line[:60]}")
        if found[1]:
            keyword = found[1] + (found[2] or "")
        parts[keyword] = parts.get(keyword, "") + _string(found[3])
    return parts


def _string(quoted: str) -> str:
    """Return what a string in quotes says; its escapes are those of JSON."""
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError as error:
        raise LanguageError(f"The catalogue has a string that cannot be read: {quoted[:60]}") from error


def _compiled(entries: Mapping[str, str]) -> bytes:
    """Return the catalogue as a .mo file holds it: two tables of lengths and places, then the strings."""
    pairs = sorted((message.encode(), translation.encode()) for message, translation in entries.items())
    texts = [message for message, _ in pairs] + [translation for _, translation in pairs]
    at = _HEADER_BYTES + 8 * len(texts)
    table, strings = b"", b""
    for text in texts:
        table += struct.pack("<2I", len(text), at + len(strings))
        strings += text + b"\0"
    header = struct.pack("<7I", _MAGIC, 0, len(pairs), _HEADER_BYTES, _HEADER_BYTES + 8 * len(pairs), 0, at)
    return header + table + strings
