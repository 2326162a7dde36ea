"""Everything that the runner can say is handed over in the learner's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lwise_core.teaching.languages.catalogue import ENGLISH, catalogue_for
from lwise_core.teaching.languages.runner_words import extract, runner_words, words_in

SCRIPTS = Path(__file__).parents[3] / "assets" / "runner"
MESSAGES = SCRIPTS / "messages.js"


def test_every_entry_of_the_table_is_read() -> None:
    table = MESSAGES.read_text(encoding="utf-8").partition("export const MESSAGES = {")[2].partition("\n};")[0]
    names = re.findall(r"^  (\w+):", table, re.MULTILINE)
    assert len(names) > 40
    assert list(runner_words(ENGLISH)) == names


def test_every_message_that_a_script_asks_for_is_there() -> None:
    asked = {
        name
        for script in SCRIPTS.glob("*.js")
        for name in re.findall(r"\bmessages\??\.(\w+)", script.read_text(encoding="utf-8"))
    } - {"js"}  # messages.js
    assert asked <= set(runner_words(ENGLISH))


def test_the_words_keep_their_places_for_values() -> None:
    german = runner_words(catalogue_for("de"))
    assert german["trial"] == "Bild {number} von {total}"
    assert german["correct"] == "Richtig"


def test_babel_is_told_every_sentence_with_its_line() -> None:
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    with MESSAGES.open("rb") as file:
        found = list(extract(file, (), (), options={}))
    assert [message for _, _, message, _ in found] == list(runner_words(ENGLISH).values())
    line, _, message, _ = found[1]
    assert message in lines[line - 1]


def test_a_script_without_the_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="no table"):
        list(words_in("export const WORDS = {};"))
