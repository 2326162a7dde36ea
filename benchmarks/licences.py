"""List the licence of every package that is installed here and of every guide that ships, and check them.

    make licences                      # or: python -m benchmarks.licences

What is allowed stands in ``licences.toml``. A package's licence is what its metadata say: an expression of SPDX's, else
a licence in a line, else the classifiers, all of which then count. A guide's is the sentence of its card, and every
weight file under ``assets`` lies beside one. It ends with 1, and a sentence about each, where a licence is not allowed.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import distributions
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[1]
LIST = ROOT / "licences.toml"
LOCK = ROOT / "requirements.lock"
SCRIPT_TOOLS = ROOT / "package-lock.json"
WEIGHTS = ROOT / "assets"

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_WORD = re.compile(r"[()]|[^\s()]+")
_OPERATORS = frozenset({"AND", "OR", ")"})
_LONGEST_NAME = 80  # characters; what is longer is the text of a licence
_NOT_SAID = "UNKNOWN"


@dataclass(frozen=True, order=True)
class Licensed:
    """Something that is used or shipped: ``kind`` and ``name`` say what, ``licence`` is empty where none is stated."""

    kind: str
    name: str
    licence: str


@dataclass(frozen=True)
class AllowList:
    """What ``licences.toml`` says: the licences of packages, what others call them, and the sentences of cards.

    ``read`` has package → licence for those whose metadata do not say it, ``purposes`` a card's sentence → what the
    weights are for.
    """

    packages: Container[str]
    names: Mapping[str, str]
    read: Mapping[str, str]
    purposes: Mapping[str, str]

    @classmethod
    def of(cls, file: Path) -> AllowList:
        """Read the list from a file."""
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(
            packages=frozenset(said["packages"]),
            names=said["names"],
            read={name: entry["licence"] for name, entry in said["read"].items()},
            purposes={entry["says"]: entry["for"] for entry in said["guides"]},
        )

    def refusal(self, thing: Licensed) -> str | None:
        """Return one sentence on why ``thing`` may not be here, None where it may."""
        if not thing.licence:
            return f"The {thing.kind} “{thing.name}” states no licence; read what it brings, and say it in {LIST.name}."
        allowed = thing.licence in self.purposes if thing.kind == "guide" else is_allowed(thing.licence, self.packages)
        if allowed:
            return None
        return (
            f"The {thing.kind} “{thing.name}” has the licence “{thing.licence}”, which is not in {LIST.name}; read it, "
            "and add it there or take the other out."
        )


def is_allowed(expression: str, allowed: Container[str]) -> bool:
    """Return whether a licence may be followed that is written with AND, OR, WITH and brackets, as SPDX has it."""
    words = deque(_WORD.findall(expression))
    try:
        return _either(words, allowed) and not words
    except IndexError:  # it ends too early
        return False


def _either(words: deque[str], allowed: Container[str]) -> bool:
    found = _all(words, allowed)
    while words and words[0] == "OR":
        words.popleft()
        other = _all(words, allowed)
        found = found or other
    return found


def _all(words: deque[str], allowed: Container[str]) -> bool:
    found = _one(words, allowed)
    while words and words[0] == "AND":
        words.popleft()
        other = _one(words, allowed)
        found = found and other
    return found


def _one(words: deque[str], allowed: Container[str]) -> bool:
    name = words.popleft()
    if name == "(":
        found = _either(words, allowed)
        words.popleft()
        return found
    while words and words[0] not in _OPERATORS:  # such as “Apache-2.0 WITH LLVM-exception”
        name += f" {words.popleft()}"
    return name in allowed


def installed_packages(known: AllowList) -> Iterator[Licensed]:
    """Yield every package of this environment."""
    for package in distributions():
        name = _canonical(package.metadata["Name"])
        stated = stated_licence(cast("Message", package.metadata), known.names)
        yield Licensed("package", name, known.read.get(name, stated))


def stated_licence(metadata: Message, names: Mapping[str, str]) -> str:
    """Return the licence that a package's metadata state, under the names that are used here; empty where none is."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    said = str(metadata.get("License") or "").strip()
    if said and said != _NOT_SAID and "\n" not in said and len(said) <= _LONGEST_NAME:
        return names.get(said, said)
    classifiers = (c.split(" :: ") for c in metadata.get_all("Classifier") or () if c.startswith("License :: "))
    found = [parts[-1] for parts in classifiers if parts[-1] not in ("OSI Approved", "DFSG approved")]
    return " AND ".join(dict.fromkeys(names.get(name, name) for name in found))


def not_installed(lock: Path, found: Iterable[Licensed]) -> list[str]:
    """Return what the lock names and this environment lacks: other systems' packages, or other hardware's."""
    return sorted({_canonical(name) for name in _PIN.findall(lock.read_text())} - {thing.name for thing in found})


def script_tools(lock: Path) -> Iterator[Licensed]:
    """Yield the tools that check the scripts, as npm's lock names them."""
    for place, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if place:
            yield Licensed("tool", place.removeprefix("node_modules/"), entry.get("license", ""))


def shipped_guides(folder: Path) -> Iterator[Licensed]:
    """Yield every folder with weights below ``folder``, with what its card says."""
    for place in sorted({file.parent for file in folder.rglob("*.safetensors")}):
        card = place / "card.json"
        said = json.loads(card.read_text(encoding="utf-8")).get("licence", "") if card.is_file() else ""
        yield Licensed("guide", place.name, said)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print the licence of everything and return 1 if one is not allowed, else 0."""
    known = AllowList.of(LIST)
    packages = sorted(set(installed_packages(known)))
    everything = [*packages, *script_tools(SCRIPT_TOOLS), *shipped_guides(WEIGHTS)]
    for thing in everything:
        purpose = known.purposes.get(thing.licence)
        print(f"{thing.kind} {thing.name}: {thing.licence or 'not stated'}{f' [for {purpose}]' if purpose else ''}")
    if lacking := not_installed(LOCK, packages):
        print(f"Not looked at, since they are not installed here: {', '.join(lacking)}.")
    refused = [why for thing in everything if (why := known.refusal(thing))]
    for why in refused:
        sys.stderr.write(f"{why}\n")
    if not refused:
        print(f"All {len(everything)} licences are allowed.")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
