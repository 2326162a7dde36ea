"""Lists of class names for weight files, which carry none: from a text, ImageNet's, or numbers."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from lwise_core._utils.class_names import canonical
from lwise_core._utils.errors import LWiseError

IMAGENET_CLASSES = 1000
# It has two cranes, two maillots, and a cardigan beside the Cardigan.
_TOLD_APART = {134: "crane (bird)", 264: "Cardigan Welsh corgi", 517: "crane (machine)", 639: "tank suit"}
_LONGEST_NAME = 200
_LONGEST_TEXT = 2_000_000
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_JOINERS = re.compile("(?<=.)[\u200c\u200d](?=.)")  # within a word or an emoji; elsewhere they join nothing
_NO_ROOM = re.compile("[\u00ad\u200b\u2060\ufeff]")  # where a line may break, and marks of byte order
# A number, what separates it, and a name with or without quotes and a dictionary's brackets around.
_NUMBERED = re.compile(r"""\{?(\d{1,6})(?:\s*[:.,;)\t]\s*|\s+)(?:(["'])(.+)\2[,}]*|([^"'\s].*))""")


class ClassListError(LWiseError):
    """A list of class names that cannot be used. The message is one sentence."""


def classes_from_text(data: bytes) -> tuple[str, ...]:
    """Return the class names in ``data`` in the order of the guide's outputs.

    Read are one name a line, numbered or not (“0: tench”, “0,tench”, under a heading or not, and as Python prints a
    dictionary), and JSON: a list, a dictionary number → name or number → [id, name], or name → number. The text is
    UTF-8, or UTF-16 with its mark. Spaces of any kind count as one, and empty lines at the end do not count.

    Raises:
        ClassListError: Not such text, an empty line between names, a name twice, or too long.
    """
    if len(data) > _LONGEST_TEXT:
        raise ClassListError(f"The list of class names has {len(data):,} bytes; {_LONGEST_TEXT:,} are allowed.")
    text = _decoded(data).strip("\ufeff").rstrip()
    names = _from_json(text) if text.startswith(("[", "{")) else None
    lines = [_plain(name) for name in (_unnumbered(text.splitlines()) if names is None else names)]
    for number, line in enumerate(lines, start=1):
        if not 0 < len(line) <= _LONGEST_NAME or not _JOINERS.sub("", line).isprintable():
            raise ClassListError(
                f"Line {number} of the class names must hold 1 to {_LONGEST_NAME} readable characters."
            )
    if not lines:
        raise ClassListError("The list of class names is empty; write one name a line.")
    again = [name for name, times in Counter(map(canonical, lines)).items() if times > 1]
    if again:
        name = next(line for line in lines if canonical(line) == again[0])
        raise ClassListError(f"The class name “{name}” stands twice in the list; every class needs its own.")
    return tuple(lines)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClassListError("The list of class names is not UTF-8 text; save it as UTF-8, one name a line.") from error


def _plain(name: str) -> str:
    """Return ``name`` with single plain spaces, without what takes no room and without joiners that join nothing."""
    return " ".join(_NO_ROOM.sub("", name).split()).strip("\u200c\u200d")


def _from_json(text: str) -> list[str] | None:
    """Return the names in a JSON text, in the order of the outputs; None where it is no JSON."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        found = _in_order(found)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ClassListError(
            "The list of class names is JSON of another form; write a list of names, or each output's number and name."
        )
    return found


def _in_order(found: Mapping[str, object]) -> list[object] | None:
    """Return the names of number → name, number → [id, name] or name → number by their numbers, None of other forms."""
    pairs: dict[int, object]
    if found and all(isinstance(v, int) for v in found.values()):
        pairs = {v: name for name, v in found.items() if isinstance(v, int)}
    else:
        pairs = {int(k): v[-1] if isinstance(v, list) and v else v for k, v in found.items() if k.isdecimal()}
    complete = len(pairs) == len(found) and sorted(pairs) in (_numbers(len(pairs)), _numbers(len(pairs), first=1))
    return [pairs[number] for number in sorted(pairs)] if complete else None


def _unnumbered(lines: Sequence[str]) -> Sequence[str]:
    """Return the names without the numbers in front where all lines have one, in their order; else the lines.

    A heading above, such as “index,label”, is left out with the numbers.
    """
    for first in (0, 1):
        found = [_NUMBERED.fullmatch(line.strip()) for line in lines[first:]]
        pairs = {int(match[1]): match[3] or match[4] for match in found if match is not None}
        count = len(found)
        if count > 1 and len(pairs) == count and sorted(pairs) in (_numbers(count), _numbers(count, first=1)):
            return [pairs[number] for number in sorted(pairs)]
    return lines


def _numbers(count: int, *, first: int = 0) -> list[int]:
    return list(range(first, first + count))


def imagenet_classes() -> tuple[str, ...]:
    """Return ImageNet's 1,000 names in the usual order: the first synonym, made unique."""
    from timm.data.imagenet_info import ImageNetInfo  # noqa: PLC0415 - timm takes 2 s to import, and few need it

    information = ImageNetInfo()
    first = [information.index_to_description(i).split(", ")[0] for i in range(IMAGENET_CLASSES)]
    return tuple(_TOLD_APART.get(i, name) for i, name in enumerate(first))


def imagenet_synsets() -> tuple[str, ...]:
    """Return the WordNet ids of ImageNet's 1,000 classes in the usual order, such as “n01440764”."""
    from timm.data.imagenet_info import ImageNetInfo  # noqa: PLC0415 - as above

    information = ImageNetInfo()
    return tuple(information.index_to_label_name(i) for i in range(IMAGENET_CLASSES))


def imagenet_synonyms() -> Mapping[str, int]:
    """Return the synonyms of ImageNet's 1,000 classes, and each whole description, that mean one class only → index."""
    from timm.data.imagenet_info import ImageNetInfo  # noqa: PLC0415 - as above

    information = ImageNetInfo()
    meant: dict[str, set[int]] = defaultdict(set)
    for index in range(IMAGENET_CLASSES):
        description = information.index_to_description(index)
        for name in (description, *description.split(", ")):
            meant[name].add(index)
    return {name: next(iter(indices)) for name, indices in meant.items() if len(indices) == 1}


def numbered_classes(count: int) -> tuple[str, ...]:
    """Return “class 0”, “class 1”, … for a guide whose classes have no names."""
    return tuple(f"class {i}" for i in range(count))


def default_classes(count: int) -> tuple[str, ...]:
    """Return ImageNet's names for 1,000 outputs, else numbers."""
    return imagenet_classes() if count == IMAGENET_CLASSES else numbered_classes(count)
