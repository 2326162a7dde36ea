"""Which classes a folder's name may speak of where it is called after none: more generally, or more specially.

“cat” may mean the class “house cat” or “big cat”, “Siamese kittens” means “house cat”, “slugs” means “snail or slug”.
What is found is proposed to a person, and decides nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lwise_core.data.kinds import more_general, place_among_kinds

MOST_PROPOSED = 3
"""Of more classes than these a folder's name is too general to speak of any."""

_BETWEEN = re.compile(r"[\W_]+")
_OR = re.compile(r"\s*,\s*(?:or\b|and\b)?|\s+or\s+|\s+and\s+|/")
_AROUND = frozenset({"my", "our", "the", "a", "of", "photo", "photograph", "picture", "image", "img", "pic", "class"})
_ALIKE = 0.84  # a slip of the pen; less alike, “boar” would be proposed as “bear”
_SHORTEST = 4  # letters of a name in which a slip can be told from another word
_LONGEST = 255
_ODD_ONES = {"mice": "mouse", "geese": "goose", "oxen": "ox", "wolves": "wolf", "calves": "calf"}


class _Kinship(NamedTuple):
    """How a folder's name speaks of a class, the closer the smaller: in what way, and how far off."""

    way: int
    distance: int


_NAMED, _SPECIAL, _GENERAL, _PART = range(4)
_LAST = 1000  # among parts: behind those that people mean by the word alone


def spoken_of(folder: str, classes: Sequence[str]) -> tuple[str, ...]:
    """Return the ``classes`` that the name of a folder may speak of, the likeliest first; empty where it does of none.

    In this order count a class that is named in it, a class that what it names is a kind of, a slip of the pen, a class
    that is a kind of what it names, and one that it names in part. Of more than three nothing is proposed, nor for a
    name that is longer than a file system takes: every word of it is looked up with all that follow.
    """
    if len(folder) > _LONGEST:
        return ()
    words = tuple(w for w in _words(folder) if w not in _AROUND)
    if not words:
        return ()
    found = {c: min(near) for c in classes if (near := tuple(_kinships(words, c)))}
    way = min((kinship.way for kinship in found.values()), default=_PART)
    closest = sorted((kinship.distance, c) for c, kinship in found.items() if kinship.way == way)
    names = tuple(c for _, c in closest)
    if way in (_NAMED, _SPECIAL):  # one of these is meant, and the others are only near it
        return names[:1]
    return _misspelt(words, classes) or (names if len(names) <= MOST_PROPOSED else ())


def _kinships(folder: tuple[str, ...], class_name: str) -> Iterator[_Kinship]:
    """Yield in what ways a folder of these words speaks of a class, whose name may join several by “or”."""
    phrase, head = " ".join(folder), folder[-1]
    for part in filter(None, map(_words, _OR.split(class_name))):
        named = " ".join(part)
        if _lies_in(part, folder):
            yield _Kinship(_NAMED, -len(part))  # of two that are named, the longer one is meant
            continue
        for special in _heads(folder, general=named):
            yield _Kinship(_SPECIAL, list(more_general(special)).index(named))
        if (place := place_among_kinds(named, phrase)) is not None:
            yield _Kinship(_GENERAL, place)
        elif part[-1] == head or _lies_in(folder, part):
            usual = place_among_kinds(named, head)
            yield _Kinship(_PART, _LAST if usual is None else usual)


def _heads(folder: tuple[str, ...], *, general: str) -> Iterator[str]:
    """Yield what in a folder's name is a kind of ``general``.

    It is the end of the name, as in “wild horses”, or a word before an end that ``general`` is itself a kind of, as
    “tabby” in “tabby cat”; not “tiger” in “tiger moth”.
    """
    for start in range(len(folder)):
        end = " ".join(folder[start:])
        if general in more_general(end):
            yield end
    for word in folder[:-1]:
        if general in more_general(word) and folder[-1] in more_general(general):
            yield word


def _misspelt(words: tuple[str, ...], classes: Sequence[str]) -> tuple[str, ...]:
    name = "".join(words)
    if len(name) < _SHORTEST:
        return ()
    singular = {"".join(_words(c)): c for c in reversed(classes)}
    near = difflib.get_close_matches(name, [c for c in singular if len(c) >= _SHORTEST], n=1, cutoff=_ALIKE)
    return tuple(singular[c] for c in near)


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, each as one of it."""
    return tuple(_one_of(word) for word in _BETWEEN.split(name.casefold()) if word)


def _one_of(word: str) -> str:
    """Return an English plural as one of it, roughly; both names are treated alike, so what is no word does no harm."""
    if word in _ODD_ONES:
        return _ODD_ONES[word]
    if len(word) >= len("flies") and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    ends_like_a_plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if ends_like_a_plural and len(word) > len("gas") else word


def _lies_in(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))
