"""Class names in lines: numbered in front or behind, in a table, in quotes, after an id of WordNet, or plain."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from lwise_core._utils.class_names import canonical
from lwise_core.guides.class_list_json import NAME_KEYS, NUMBER_KEYS, by_number, is_number

# In no pattern can two neighbours take the same space: a line of a million tabs takes no longer than others.
# A number, perhaps in brackets or quotes, what separates it, and a name with or without quotes and a dictionary's
# brackets.
_NUMBERED = re.compile(
    r"""[{\[(]?(?P<mark>["']?)(?P<number>\d{1,6})(?P=mark)(?:\s*(?:[:.,;)\]=]|[-=]>)\s*|\s+)"""
    r"""(?:(?P<quote>["'])(?P<quoted>.+)(?P=quote)[,}]*|(?P<plain>[^"'\s].*))"""
)
_NUMBER_LAST = re.compile(r"(.*\S)(?:\s*[:,;=]\s*|\s+)(\d{1,6})")
_ITEM = re.compile(r"\s*[-*•]\s+(\S(?:.*\S)?)\s*")
_QUOTED = re.compile(r"""(["'])(?P<name>[^"']+)\1,?""")
_QUOTED_ELSEWHERE = re.compile("[„“”«»‹›‘’‚](?P<name>[^„“”«»‹›]+)[“”«»‹›‘’],?")
_BRANCHES = ("├── ", "└── ", "|-- ", "`-- ")  # as the command tree draws what a folder holds
_TEXT = r"""(?:(?P<quote>["'])(?P<quoted>(?:(?!(?P=quote)).)*)(?P=quote)|(?P<plain>[^,:"'\s](?:[^,:]*[^,:\s])?))"""
_NEXT = r"\s*(?:,\s*|$)"
_LISTED = re.compile(_TEXT.replace("^,:", "^,") + _NEXT)
_BY_NUMBER = re.compile(r"""(?P<mark>["']?)(?P<number>\d{1,6})(?P=mark)\s*:\s*""" + _TEXT + _NEXT)
_BY_NAME = re.compile(_TEXT + r"\s*:\s*(?P<number>\d{1,6})" + _NEXT)
_IN_BRACES = re.compile(r"""(["'])([^"']+)\1\s*(?:[,;]\s*|$)""")
_SPACED = re.compile(r"""(["'])([^"']+)\1(?:\s+|$)""")
_ARROW = re.compile(r"\s*[-=]>$")
_BETWEEN_NUMBERS = re.compile(r"(\d{1,6})\t([^\t]+)\t\d+")
_SYNSET = re.compile(r"n\d{8}[\s,]+(\S.*)")


def names_in_lines(lines: Sequence[str]) -> Sequence[str]:
    """Return the names in ``lines``, without what stands around all of them; one name a line where there is no form."""
    if len(lines) == 1:
        return _in_a_line(lines[0])  # one class is no choice, so that several must stand there
    numbers = (items, _between_numbers, unnumbered, _with_columns, _of_wordnet, _number_last)
    for form in (*numbers, _all_quoted, _of_a_tree) if lines else ():
        if (names := form(lines)) is not None:
            return names
    return lines


def items(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the items of a list in YAML, under a heading such as “names:” or not; None where it is no such list."""
    found = [_ITEM.fullmatch(line) for line in lines[lines[0].strip().endswith(":") :]]
    names = [match[1] for match in found if match is not None]
    return [name.strip("\"'") for name in names] if names and len(names) == len(found) else None


def unnumbered(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names without the numbers in front where all lines have one, in their order; else None.

    A heading above, such as “index,label”, is left out with the numbers.
    """
    if _has_columns(lines, at_least=3):
        return None
    for first in (0, 1):
        found = [_NUMBERED.fullmatch(line.strip()) for line in lines[first:]]
        pairs = {int(match["number"]): _named(match) for match in found if match is not None}
        if (names := by_number(pairs, count=len(found))) is not None:
            return names
    return None


def _between_numbers(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names that stand between their numbers and how many pictures there are, parted by tabs."""
    found = [_BETWEEN_NUMBERS.fullmatch(line.strip()) for line in lines]
    pairs = {int(match[1]): match[2] for match in found if match is not None}
    return by_number(pairs, count=len(found))


def printed(text: str) -> Sequence[str] | None:
    """Return the names in a list or dictionary as Python or YAML prints it, None where it is another text."""
    body = text.replace("\n", " ").strip()
    if not body.endswith(("]", "}", ")")):
        return None
    inside = body[1:-1].strip().rstrip(",")
    if body.startswith(("[", "(")):
        listed = _each(_LISTED, inside)
        if listed is not None:
            return [_named(match) for match in listed]
        spaced = _each(_SPACED, inside) or []  # as NumPy prints them
        return [match[2] for match in spaced] or None
    found = _each(_BY_NUMBER, inside) or _each(_BY_NAME, inside) or []
    pairs = {int(match["number"]): _named(match) for match in found}
    if found:
        return by_number(pairs, count=len(found))
    in_quotes = _each(_IN_BRACES, inside) or []  # as C and MATLAB write a list
    return [match[2] for match in in_quotes] or None


def _each(entry: re.Pattern[str], text: str) -> list[re.Match[str]] | None:
    """Return the entries that follow each other in ``text``, None where anything else stands between them."""
    found, place = list[re.Match[str]](), 0
    while place < len(text):
        match = entry.match(text, place)
        if match is None:
            return None
        found.append(match)
        place = match.end()
    return found


def _named(entry: re.Match[str]) -> str:
    """Return the name of an entry, in quotation marks or without, between which there may be nothing."""
    return entry["quoted"] or entry["plain"] or ""


def _in_a_line(line: str) -> Sequence[str]:
    separator = max(",;\t", key=line.count)
    try:
        found = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # a part is longer than any name
        return [line]
    return found if len(found) > 1 else [line]


def _of_wordnet(lines: Sequence[str]) -> Sequence[str] | None:
    """Return ImageNet's names without their ids in front where all lines have one, in the order of the lines.

    Of synonyms with commas between them the first counts, where that tells the classes apart.
    """
    found = [_SYNSET.fullmatch(line.strip()) for line in lines]
    whole = [match[1].strip("\"'") for match in found if match is not None]
    if len(whole) < len(lines):
        return None
    first = [name.partition(",")[0].strip() for name in whole]
    times = Counter(map(canonical, first))
    return [short if times[canonical(short)] == 1 else long for short, long in zip(first, whole, strict=True)]


def _number_last(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names without the numbers behind them where all lines have one, in their order.

    They stay where they tell classes apart, as in “grade 0” and “grade 1”.
    """
    for first in (0, 1):
        found = [_NUMBER_LAST.fullmatch(line.strip()) for line in lines[first:]]
        pairs = {int(match[2]): _ARROW.sub("", match[1]) for match in found if match is not None}
        names = by_number(pairs, count=len(found))
        if names is not None and len(set(map(canonical, names))) == len(names):
            return names
    return None


def _with_columns(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names in a table whose heading says which column has them and which their numbers."""
    if not _has_columns(lines, at_least=2):
        return None
    heading, *rows = _cells(lines)
    name, number = _column(heading, NAME_KEYS), _column(heading, NUMBER_KEYS)
    if name is None or number is None or not all(is_number(row[number].strip()) for row in rows):
        return None
    return by_number({int(row[number]): row[name] for row in rows}, count=len(rows))


def _has_columns(lines: Sequence[str], *, at_least: int) -> bool:
    rows = _cells(lines)
    same = len({len(row) for row in rows}) == 1 and len(rows[0]) >= at_least
    return same and _column(rows[0], NAME_KEYS) is not None and _column(rows[0], NUMBER_KEYS) is not None


def _cells(lines: Sequence[str]) -> list[list[str]]:
    separator = max(",;\t", key=lines[0].count)
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return [[]]


def _column(heading: Sequence[str], called: Sequence[str]) -> int | None:
    names = [name.strip().casefold() for name in heading]
    return next((names.index(name) for name in called if name in names), None)


def _all_quoted(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the names without their quotes, and the commas behind them, where all lines but the last have them."""
    for quoted in (_QUOTED, _QUOTED_ELSEWHERE):
        found = [quoted.fullmatch(line.strip()) for line in lines]
        if all(found):
            return [match["name"] for match in found if match is not None]
    ends = [line.rstrip().endswith(",") for line in lines]
    return [line.rstrip().removesuffix(",") for line in lines] if all(ends[:-1]) else None


def _of_a_tree(lines: Sequence[str]) -> Sequence[str] | None:
    """Return the folders that a drawing of one folder names, below its own line and above their number or not."""
    drawn = [line.replace("\u00a0", " ") for line in lines]
    branches = [line[len(_BRANCHES[0]) :].strip().rstrip("/") for line in drawn if line.startswith(_BRANCHES)]
    others = [line for line in drawn[1:] if line.strip() and not line.startswith(_BRANCHES)]
    counted = all(line[:1].isdecimal() and "director" in line for line in others)
    return branches if len(branches) > 1 and counted and len(others) < 2 else None
