"""What the members of a zip are called: the format leaves open in which encoding their names are written.

It imports no PyTorch, as the processes that only decode pictures import it.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise
from zipfile import ZipInfo

IN_UTF_8 = 0x800
"""The flag of a member whose name is said to be in UTF-8."""

_ENCODINGS = ("cp850", "cp1252", "cp932", "gbk", "cp949", "cp866")
"""What the systems of most people write names in, where they do not write UTF-8; of equals the first counts."""

_UNICODE_PATH = 0x7075  # the extra field in which WinRAR and Info-ZIP write a name in UTF-8 too
_ENOUGH = 20_000  # bytes of names by which an encoding is judged: letter by letter, a whole directory takes minutes
_COMMON = frozenset("äöüßéèêëàâáãåæçíîïñóôøúûœÄÖÜÉÅØ")
_COMMON_HANZI = (0xB0, 0xD7)  # lead bytes of the 3,755 characters of GB 2312 that are met most
_COMMON_HANGUL = (0xB0, 0xC8)  # lead bytes of the 2,350 syllables of KS X 1001


def names_of(members: Sequence[ZipInfo]) -> tuple[str, ...]:
    """Return the names of all members, as far as can be told.

    A name that is flagged or also written as UTF-8 is read as that. The others are read in one encoding: UTF-8 where
    all are that, else the one in which they look most like words.
    """
    raw = [_raw(member) for member in members]
    written = [_in_utf_8(member, name) for member, name in zip(members, raw, strict=True)]
    unsaid = [name for name, said in zip(raw, written, strict=True) if said is None and not name.isascii()]
    encoding = _encoding_of(unsaid)
    return tuple(name.decode(encoding) if said is None else said for name, said in zip(raw, written, strict=True))


def _raw(member: ZipInfo) -> bytes:
    """Return a name's bytes: zipfile reads those without the flag in cp437, in which every byte is a character."""
    name = member.orig_filename
    return name.encode("utf-8") if member.flag_bits & IN_UTF_8 else name.encode("cp437")


def _in_utf_8(member: ZipInfo, raw: bytes) -> str | None:
    """Return the name that a member says in UTF-8, None where it says none."""
    if member.flag_bits & IN_UTF_8:
        return raw.decode("utf-8")
    extra = member.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return None


def _encoding_of(names: Sequence[bytes]) -> str:
    """Return the encoding of names that are not all ASCII, cp437 where they are in no other."""
    if all(_reads(name, "utf-8") for name in names):
        return "utf-8"
    possible = [e for e in _ENCODINGS if all(_reads(name, e) for name in names)]
    judged = [name for name, so_far in zip(names, accumulate(map(len, names)), strict=True) if so_far <= _ENOUGH]
    return max(possible, key=lambda e: sum(_likeness(name, e) for name in judged or names[:1]), default="cp437")


def _reads(name: bytes, encoding: str) -> bool:
    try:
        name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _likeness(name: bytes, encoding: str) -> float:
    """Return how much a name looks like words when it is read in ``encoding``: what its letters are, and beside what.

    Each byte counts, so that one encoding's two letters weigh no more than another's one. A word of two scripts, a
    capital within small letters, and a backslash beside slashes speak against an encoding.
    """
    text = name.decode(encoding)
    likeness = sum(_letter(c, encoding) * len(c.encode(encoding)) for c in text if not c.isascii())
    for before, after in pairwise(text):
        mixed = before.isalpha() and after.isalpha() and _script(before) != _script(after)
        capital = before.islower() and after.isupper() and not (before.isascii() and after.isascii())
        likeness -= 3 * (mixed + capital)
    return likeness - 3 * text.count("\\") * ("/" in text)


def _letter(letter: str, encoding: str) -> float:
    """Return how much one letter looks like one of a word: 2 for those that are met most."""
    script, data = _script(letter), letter.encode(encoding)
    if not letter.isalpha() or "HALFWIDTH" in unicodedata.name(letter, ""):
        return -2.0
    match script:
        case "CJK":
            hanzi = encoding == "gbk" and _COMMON_HANZI[0] <= data[0] <= _COMMON_HANZI[1] and data[-1] > 0xA0
            return 1.5 if hanzi or encoding == "cp932" else -1.0
        case "HANGUL":
            return 2.0 if _COMMON_HANGUL[0] <= data[0] <= _COMMON_HANGUL[1] and data[-1] > 0xA0 else -1.0
        case "LATIN":
            return 2.0 if letter in _COMMON else 0.5
        case "CYRILLIC":
            return 2.0 if "А" <= letter <= "я" else 0.5
        case _:
            return 2.0


def _script(letter: str) -> str:
    """Return the script of a letter; kana and kanji stand in one word."""
    script = unicodedata.name(letter, " ").partition(" ")[0]
    return "CJK" if script in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else script
