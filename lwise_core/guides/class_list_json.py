"""Class names in JSON: a list, number → name, name → number, categories, or what holds one of these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

HOLDERS = (
    *("id2label", "idx_to_class", "index_to_class", "id2name", "classes", "class_names", "names", "label_names"),
    *("labels", "vocab", "categories", "label2id", "class_to_idx", "class_indices"),
)
"""What others call that which holds the names, among other things."""

NAME_KEYS = ("name", "class", "class_name", "classname", "label", "category")
"""What others call the name of a class."""

NUMBER_KEYS = ("index", "id", "idx", "number", "class_num", "class_index", "target", "label_id", "class_id")
"""What others call its number."""

_MOST_DIGITS = 9


def read_json(text: str) -> object:
    """Return what ``text`` holds as JSON, or as an object a line; None where it is neither."""
    for read in (json.loads, lambda whole: [json.loads(line) for line in whole.splitlines()]):
        try:
            found: object = read(text)
        except (ValueError, RecursionError):
            continue
        return found
    return None


def names_of(found: object) -> Sequence[str] | None:
    """Return the names in what JSON holds, in the order of the outputs; None where it holds none."""
    if isinstance(found, dict):
        found = next((found[k] for k in HOLDERS if isinstance(found.get(k), (list, dict))), found)
    if isinstance(found, dict):
        found = _in_order(found)
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        found = _of_objects(found)
    if isinstance(found, list) and found and all(map(_is_pair, found)):
        found = _in_order(dict(map(_by_name, found))) if len(dict(map(_by_name, found))) == len(found) else None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        return None
    return found


def _is_pair(one: object) -> bool:
    """Tell whether something is a name with its number, in either order."""
    return isinstance(one, list) and [type(part) for part in one] in ([int, str], [str, int])


def _by_name(pair: list[object]) -> tuple[object, object]:
    first, second = pair
    return (first, second) if isinstance(first, str) else (second, first)


def is_number(text: str) -> bool:
    """Return whether a text is a whole number of no more digits than any class has."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS


def by_number(pairs: Mapping[int, str], *, count: int) -> Sequence[str] | None:
    """Return names by their numbers where there are ``count``, from 0 or 1 on without a gap; None elsewhere."""
    return [pairs[number] for number in sorted(pairs)] if count > 1 and _is_whole(pairs, count=count) else None


def _is_whole(pairs: Mapping[int, object], *, count: int) -> bool:
    return len(pairs) == count and sorted(pairs) in (list(range(count)), list(range(1, count + 1)))


def _in_order(found: Mapping[object, object]) -> list[object] | None:
    """Return number → name, number → [id, name], number → object or name → number by the numbers; None of others."""
    pairs: dict[int, object]
    if found and all(isinstance(v, int) for v in found.values()):
        pairs = {v: name for name, v in found.items() if isinstance(v, int)}
    else:
        pairs = {int(str(k)): _named(v) for k, v in found.items() if is_number(str(k))}
    return [pairs[number] for number in sorted(pairs)] if _is_whole(pairs, count=len(found)) else None


def _named(value: object) -> object:
    if isinstance(value, dict):
        return next((value[k] for k in NAME_KEYS if isinstance(value.get(k), str)), None)
    return value[-1] if isinstance(value, list) and value else value


def _of_objects(found: Sequence[Mapping[object, object]]) -> list[object]:
    """Return the names of objects such as COCO's categories, by their numbers where all have one, else in order."""
    numbers = [next((one[k] for k in NUMBER_KEYS if isinstance(one.get(k), int)), None) for one in found]
    known = {number: one for number, one in zip(numbers, found, strict=True) if isinstance(number, int)}
    return [_named(known[n]) for n in sorted(known)] if len(known) == len(found) else [_named(one) for one in found]
