"""The forms in which others write lists of class names: JSON, YAML, tables, numbered lines, Python's own lists.

A form is taken where the text can be nothing else; any other text stays one name a line.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence

from lwise_core._utils.class_names import canonical

# A number, perhaps in brackets, what separates it, and a name with or without quotes and a dictionary's brackets.
# In none of these can two neighbours take the same space: a line of a million tabs takes no longer than others.
_NUMBERED = re.compile(r"""[{\[(]?(\d{1,6})(?:\s*(?:[:.,;)\]=]|[-=]>)\s*|\s+)(?:(["'])(.+)\2[,}]*|([^"'\s].*))""")
_NUMBER_LAST = re.compile(r"(.*\S)(?:\s*[:,;=]\s*|\s+)(\d{1,6})")
_ITEM = re.compile(r"\s*-\s+(\S(?:.*\S)?)\s*")
_QUOTED = re.compile(r"""(["'])([^"']+)\1,?""")
_HOLDERS = ("id2label", "classes", "class_names", "names", "labels", "categories", "label2id", "class_to_idx")
_NAMES = ("name", "class", "class_name", "classname", "label", "category")
_NUMBERS = ("index", "id", "idx", "number", "class_num", "class_index", "target", "label_id", "class_id")
_MOST_DIGITS = 9


def names_in(text: str) -> Sequence[str] | None:
    """Return the names in ``text``, which has no empty line at its end, in the order of the outputs.

    None where it is JSON of another kind.
    """
    if text.startswith(("[", "{")):
        found = _json(text)
        if found is not None:
            return _names_of(found)
        if (printed := _printed(text)) is not None:
            return printed
    lines = _without_comments(text.splitlines())
    if len(lines) == 1:
        return _in_a_line(lines[0])  # one class is no choice, so that several must stand there
    for form in (_items, _unnumbered, _with_columns, _number_last, _all_quoted) if lines else ():
        if (names := form(lines)) is not None:
            return names
    return lines


def _json(text: str) -> object:
    """Return what ``text`` holds as JSON, or as an object a line; None where it is neither."""
    for read in (json.loads, lambda whole: [json.loads(line) for line in whole.splitlines()]):
        try:
            found: object = read(text)
        except (ValueError, RecursionError):
            continue
        return found
    return None


def _printed(text: str) -> Sequence[str] | None:
    """Return the names in a list or dictionary as Python prints it, None where it is another text."""
    body = text.replace("\n", " ").strip()
    if not body.endswith(("]", "}")):
        return None
    try:
        parts = next(csv.reader([body[1:-1]], quotechar="'", skipinitialspace=True), [])
    except csv.Error:  # a part is longer than any name
        return None
    parts = [part.strip() for part in parts if part.strip()]
    if body.startswith("{"):
        return _unnumbered(parts)
    return [part.strip('"') for part in parts]


def _names_of(found: object) -> Sequence[str] | None:
    """Return the names in what JSON holds, a list, number → name, name → number, or what has one; else None."""
    if isinstance(found, dict):
        found = next((found[k] for k in _HOLDERS if isinstance(found.get(k), (list, dict))), found)
    if isinstance(found, dict):
        found = _in_order(found)
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        found = _of_objects(found)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        return None
    return found


def _in_order(found: Mapping[object, object]) -> list[object] | None:
    """Return number → name, number → [id, name], number → object or name → number by the numbers; None of others."""
    pairs: dict[int, object]
    if found and all(isinstance(v, int) for v in found.values()):
        pairs = {v: name for name, v in found.items() if isinstance(v, int)}
    else:
        pairs = {int(str(k)): _named(v) for k, v in found.items() if _is_number(str(k))}
    complete = len(pairs) == len(found) and sorted(pairs) in (_numbers(len(pairs)), _numbers(len(pairs), first=1))
    return [pairs[number] for number in sorted(pairs)] if complete else None


def _named(value: object) -> object:
    if isinstance(value, dict):
        return next((value[k] for k in _NAMES if isinstance(value.get(k), str)), None)
    return value[-1] if isinstance(value, list) and value else value


def _of_objects(found: Sequence[Mapping[object, object]]) -> list[object]:
    """Return the names of objects such as COCO's categories, by their numbers where all have one, else in order."""
    numbers = [next((one[k] for k in _NUMBERS if isinstance(one.get(k), int)), None) for one in found]
    known = {number: one for number, one in zip(numbers, found, strict=True) if isinstance(number, int)}
    return [_named(known[n]) for n in sorted(known)] if len(known) == len(found) else [_named(one) for one in found]


def _without_comments(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without those on top that begin with ``#`` and a space, unless all of them do."""
    first = next((i for i, line in enumerate(lines) if not line.startswith("# ")), 0)
    return lines[first:]


def _in_a_line(line: str) -> Sequence[str]:
    separator = max(",;\t", key=line.count)
    try:
        found = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # a part is longer than any name
        return [line]
    return found if len(found) > 1 else [line]


def _items(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the items of a list in YAML, under a heading such as “names:” or not."""
    found = [_ITEM.fullmatch(line) for line in lines[lines[0].strip().endswith(":") :]]
    names = [match[1] for match in found if match is not None]
    return [name.strip("\"'") for name in names] if names and len(names) == len(found) else None


def _unnumbered(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names without the numbers in front where all lines have one, in their order.

    A heading above, such as “index,label”, is left out with the numbers.
    """
    if _has_columns(lines, at_least=3):
        return None
    for first in (0, 1):
        found = [_NUMBERED.fullmatch(line.strip()) for line in lines[first:]]
        pairs = {int(match[1]): match[3] or match[4] for match in found if match is not None}
        if (names := _whole(pairs, count=len(found))) is not None:
            return names
    return None


def _number_last(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names without the numbers behind them where all lines have one, in their order.

    They stay where they tell classes apart, as in “grade 0” and “grade 1”.
    """
    for first in (0, 1):
        found = [_NUMBER_LAST.fullmatch(line.strip()) for line in lines[first:]]
        pairs = {int(match[2]): match[1] for match in found if match is not None}
        names = _whole(pairs, count=len(found))
        if names is not None and len(set(map(canonical, names))) == len(names):
            return names
    return None


def _with_columns(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names in a table whose heading says which column has them and which their numbers."""
    if not _has_columns(lines, at_least=2):
        return None
    heading, *rows = _cells(lines)
    name, number = _column(heading, _NAMES), _column(heading, _NUMBERS)
    if name is None or number is None or not all(_is_number(row[number].strip()) for row in rows):
        return None
    return _whole({int(row[number]): row[name] for row in rows}, count=len(rows))


def _has_columns(lines: Sequence[str], *, at_least: int) -> bool:
    rows = _cells(lines)
    same = len({len(row) for row in rows}) == 1 and len(rows[0]) >= at_least
    return same and _column(rows[0], _NAMES) is not None and _column(rows[0], _NUMBERS) is not None


def _cells(lines: Sequence[str]) -> list[list[str]]:
    separator = max(",;\t", key=lines[0].count)
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return [[]]


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MOST_DIGITS


def _column(heading: Sequence[str], called: Sequence[str]) -> int | None:
    names = [name.strip().casefold() for name in heading]
    return next((names.index(name) for name in called if name in names), None)


def _all_quoted(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names without their quotes, and the commas behind them, where all lines but the last have them."""
    found = [_QUOTED.fullmatch(line.strip()) for line in lines]
    if all(found):
        return [match[2] for match in found if match is not None]
    ends = [line.rstrip().endswith(",") for line in lines]
    return [line.rstrip().removesuffix(",") for line in lines] if all(ends[:-1]) else None


def _whole(pairs: Mapping[int, str], *, count: int) -> Sequence[str] | None:
    """Return the names by their numbers where there are ``count``, without a gap; None elsewhere."""
    complete = count > 1 and len(pairs) == count and sorted(pairs) in (_numbers(count), _numbers(count, first=1))
    return [pairs[number] for number in sorted(pairs)] if complete else None


def _numbers(count: int, *, first: int = 0) -> list[int]:
    return list(range(first, first + count))
