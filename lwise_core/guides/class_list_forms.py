"""The forms in which others write lists of class names: JSON, YAML, label maps, tables, numbered lines, Python's lists.

A form is taken where the text can be nothing else; any other text stays one name a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from lwise_core.guides.class_list_json import HOLDERS, by_number, is_number, names_of, read_json
from lwise_core.guides.class_list_lines import items, names_in_lines, printed, unnumbered

# As of lines: no two neighbours take the same space, and no word is begun anew at each of its letters.
_KEY = re.compile(r"(\w++)\s*+:(?:\s(.*))?")
_COMMENT = re.compile(r"(?<!\S)#.*")
# A list as a program's text gives it a name: “CLASSES = [...]”, “export default [...];”.
_ASSIGNED = re.compile(r"(?:export default|(?:const |let |var )?[\w.]++ ?=)\s*+([\[({].*[\])}]);?", re.DOTALL)
# A tuple of Python, or a list as a function of R or NumPy gets it: “c(…)”, “labels <- c(…)”, “np.array([…])”.
_CALLED = re.compile(
    r"""(?:[\w.]++\s*+(?:=|<-)\s*+)?[\w.]*+\(\s*+(\[.*\]|["'].*["'])(?:,\s*dtype=[^()\]]*+)?\s*\);?""", re.DOTALL
)
_MAP_ITEM = re.compile(r"item\s*\{([^{}]*)\}")
_MAP_FIELD = re.compile(r"""\b(\w++)\s*+:\s*+(?:"([^"]*)"|'([^']*)'|(\d+))""")


def names_in(text: str) -> Sequence[str] | None:
    """Return the names in ``text``, which has no empty line at its end, in the order of the outputs.

    None where it is JSON or a label map of another kind.
    """
    if (assigned := _ASSIGNED.fullmatch(text)) is not None and (names := printed(assigned[1])) is not None:
        return names
    if (called := _CALLED.fullmatch(text)) is not None:
        names = printed(called[1] if called[1].startswith("[") else f"[{called[1]}]")
        if names is not None and len(names) > 1:
            return names
    if text.startswith(("[", "{")):
        found = read_json(text)
        if found is not None:
            return names_of(found)
        if (names := printed(text)) is not None:
            return names
    if _MAP_ITEM.search(text) and not _COMMENT.sub("", _MAP_ITEM.sub("", text)).strip():
        return _in_label_map(text)
    lines = _without_comments(text.splitlines())
    return names if (names := _in_configuration(lines)) is not None else names_in_lines(lines)


def _in_label_map(text: str) -> Sequence[str] | None:
    """Return the names in a label map of TensorFlow or Caffe: an item with number and name for each class."""
    found = [
        {key: double or single or number for key, double, single, number in _MAP_FIELD.findall(item)}
        for item in _MAP_ITEM.findall(text)
    ]
    named = {one.get("id", one.get("label", "")): one.get("display_name", one.get("name", "")) for one in found}
    pairs = {int(number): name for number, name in named.items() if is_number(number) and name}
    return by_number(pairs, count=len(found))


def _in_configuration(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names under one key of a configuration in YAML, such as YOLO's “names”; None where it is none."""
    keys = [_KEY.fullmatch(_COMMENT.sub("", line)) for line in lines]
    holders = [i for i, key in enumerate(keys) if key is not None and key[1] in HOLDERS]
    plain = [line for line, key in zip(lines, keys, strict=True) if key is None and not _is_below(line)]
    if len(holders) != 1 or any(_COMMENT.sub("", line).strip() not in ("", "---") for line in plain):
        return None
    (place,) = holders
    below = [_COMMENT.sub("", line).strip() for line in takewhile(_is_below, lines[place + 1 :])]
    key = keys[place]
    value = " ".join(filter(None, [(key[2] or "").strip() if key else "", *below]))
    if value.startswith(("[", "{")):
        return printed(value)
    block = list(filter(None, below))
    return (items(block) or unnumbered(block)) if block else None


def _is_below(line: str) -> bool:
    """Return whether a line belongs to the key above it, as what is indented and a list's items do, and empty lines."""
    return not line.strip() or line.startswith((" ", "\t", "-"))


def _without_comments(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without those on top that begin with ``#`` and a space, unless all of them do."""
    first = next((i for i, line in enumerate(lines) if not line.startswith("# ")), 0)
    return lines[first:]
