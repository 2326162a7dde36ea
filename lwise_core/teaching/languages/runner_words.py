"""The words of the trial runner, which its script says in the browser: read from that script, translated here.

They stand in one place, assets/runner/messages.js, in English. Whoever shows a runner hands it the same names with
the sentences of the learner's language, as data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import BinaryIO

from lwise_core._utils.assets import asset
from lwise_core.teaching.languages.catalogue import Catalogue

_TABLE = re.compile(r"^export const MESSAGES = \{\n(.*?)^\};$", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r'^  (\w+):\s+("(?:[^"\\\n]|\\.)*"),$', re.MULTILINE)


def runner_words(catalogue: Catalogue) -> Mapping[str, str]:
    """Return name → sentence of everything that the runner says, in the language of ``catalogue``."""
    return {name: catalogue.translate(english) for name, english in _english().items()}


def words_in(script: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, English and line of every sentence in the table of ``messages.js``.

    Raises:
        ValueError: The script has no such table.
    """
    table = _TABLE.search(script)
    if table is None:
        raise ValueError("The runner's messages.js has no table MESSAGES.")
    for entry in _ENTRY.finditer(script, *table.span(1)):
        yield entry[1], json.loads(entry[2]), script.count("\n", 0, entry.start()) + 1


def extract(
    file: BinaryIO, _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield what Babel collects from ``messages.js`` for the catalogues: line, function, message, comments."""
    for _, english, line in words_in(file.read().decode()):
        yield line, "", english, []


@cache
def _english() -> Mapping[str, str]:
    script = asset("runner/messages.js").read_text(encoding="utf-8")
    return {name: english for name, english, _ in words_in(script)}
