"""Lists of class names for weight files, which carry none: from a text, ImageNet's, or numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from lwise_core._utils.class_names import canonical
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.text_encoding import encoding_of
from lwise_core.guides.class_list_forms import names_in

IMAGENET_CLASSES = 1000
# It has two cranes, two maillots, and a cardigan beside the Cardigan.
_TOLD_APART = {134: "crane (bird)", 264: "Cardigan Welsh corgi", 517: "crane (machine)", 639: "tank suit"}
_LONGEST_NAME = 200
_LONGEST_TEXT = 2_000_000
_NO_TEXTS = (
    (b"PK\x03\x04", "a workbook or another archive"),
    (b"{\\rtf", "a text of a word processor"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<ul", "a part of a web page"),
    (b"<?xml", "an XML file"),
    (b"\x93NUMPY", "an array of NumPy"),
    (b"\x80\x02", "a pickle of Python"),
    (b"\x80\x03", "a pickle of Python"),
    (b"\x80\x04", "a pickle of Python"),
    (b"\x80\x05", "a pickle of Python"),
    (b"\x1f\x8b", "packed with gzip"),
)
_JOINERS = re.compile("(?<=.)[\u200c\u200d](?=.)")  # within a word or an emoji; elsewhere they join nothing
# Where a line may break, marks of byte order, and of the direction of a text; not what turns the direction round.
_NO_ROOM = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202c\u2060\u2066-\u2069\ufeff]")


class ClassListError(LWiseError):
    """A list of class names that cannot be used. The message is one sentence."""


def classes_from_text(data: bytes) -> tuple[str, ...]:
    """Return the class names in ``data`` in the order of the guide's outputs.

    Read are one name a line, numbered or not (“0: tench”, “0,tench”, “tench 0”, under a heading or not), a table whose
    heading says which column is which, a configuration in YAML, a label map, and JSON: a list, a dictionary number →
    name or number → [id, name], name → number, or what holds one, such as the configuration of a model of Hugging Face
    (:mod:`~lwise_core.guides.class_list_forms`). The text is UTF-8, UTF-16 or UTF-32. Spaces of any kind count as one,
    and empty lines at the end do not count.

    Raises:
        ClassListError: Not such text, an empty line between names, a name twice, or too long.
    """
    if len(data) > _LONGEST_TEXT:
        raise ClassListError(f"The list of class names has {len(data):,} bytes; {_LONGEST_TEXT:,} are allowed.")
    text = _decoded(data).strip("\ufeff").rstrip()
    names = names_in(text)
    if names is None:
        raise ClassListError(
            "The list of class names has another form than those that are read; write one name a line, or each "
            "output's number and name."
        )
    lines = [_plain(name) for name in names]
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


def _begins(data: bytes, sign: bytes) -> bool:
    return data.startswith(sign) or (sign.startswith(b"<") and data[:100].lstrip().lower().startswith(sign))


def _decoded(data: bytes) -> str:
    if (kind := next((words for sign, words in _NO_TEXTS if _begins(data, sign)), None)) is not None:
        raise ClassListError(f"The list of class names is {kind}; save it as text in UTF-8, one name a line.")
    try:
        return data.decode(encoding_of(data))
    except UnicodeDecodeError as error:
        raise ClassListError("The list of class names is not UTF-8 text; save it as UTF-8, one name a line.") from error


def _plain(name: str) -> str:
    """Return ``name`` with single plain spaces, without what takes no room and without joiners that join nothing."""
    return " ".join(_NO_ROOM.sub("", name).split()).strip("\u200c\u200d")


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
