"""What learners read is in every catalogue, German is whole, and another language is one file."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from lwise_core.teaching.languages import catalogue as module
from lwise_core.teaching.languages.catalogue import (
    ENGLISH,
    FOLDER,
    Message,
    catalogue_for,
    languages,
    read_catalogue,
)
from lwise_core.teaching.languages.po_file import LanguageError

ROOT = Path(__file__).parents[3]
PLACE = re.compile(r"\{\w+\}")
KEYWORDS = re.search(r'--keywords "(.*?)"', (ROOT / "Makefile").read_text(encoding="utf-8"))

Key = str | tuple[str, str]


@cache
def collected() -> frozenset[Key]:
    """Return every message that `make catalogues` collects."""
    assert KEYWORDS is not None
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        ROOT, methods, options, keywords=parse_keywords(KEYWORDS[1].split()), directory_filter=_holds_messages
    )
    return frozenset(message for _, _, message, _, _ in found)


def _holds_messages(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[0] in ("assets", "lwise_core", "pages")


def german() -> Catalog:
    with (FOLDER / "de.po").open("rb") as file:
        return read_po(file, locale="de")


def pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield every message with its translation, plurals one by one."""
    for entry in catalog:
        if entry.id:
            ids = entry.id if entry.pluralizable else (entry.id,)
            said = entry.string if entry.pluralizable else (entry.string,)
            yield from zip(ids, said, strict=True)


def test_every_message_of_learners_pages_is_in_the_catalogue_and_nothing_else() -> None:
    kept = {entry.id for entry in german() if entry.id}
    assert len(kept) > 100
    assert kept == collected(), "run `make catalogues`, then translate what is new"


def test_german_is_whole_and_certain() -> None:
    assert [entry.id for entry in german() if entry.fuzzy and entry.id] == []
    assert [message for message, said in pairs(german()) if not said] == []


def test_a_translation_has_the_values_and_the_emphasis_of_its_message() -> None:
    for message, said in pairs(german()):
        assert sorted(PLACE.findall(said)) == sorted(PLACE.findall(message)), message
        assert said.count("**") == message.count("**"), message
        assert (said[:1] == " ", said[-1:] == " ") == (message[:1] == " ", message[-1:] == " "), message


def test_german_quotes_as_german_does() -> None:
    assert [said for _, said in pairs(german()) if "”" in said] == []


def test_a_language_is_found_by_what_browsers_and_courses_call_it() -> None:
    for tag in ("de", "DE", "de-AT", "de_CH", "de-DE,de;q=0.9,en;q=0.8"):
        assert catalogue_for(tag).language.name == "Deutsch"
    assert catalogue_for("", "xx", "de-DE").language.code == "de"
    assert catalogue_for("en-GB", "de").language.code == "en"
    for nothing in ((), ("",), ("xx",), ("d",), ("../de",)):
        assert catalogue_for(*nothing) is ENGLISH


def test_numbers_and_counts_are_the_languages_own() -> None:
    de = catalogue_for("de")
    assert [w.number(1234.5, ",.1f") for w in (ENGLISH, de)] == ["1,234.5", "1.234,5"]
    assert de.translate("as you saw it, ε₂₂₄ {epsilon}", epsilon=0.25) == "wie Sie es sahen, ε₂₂₄ 0,25"
    one, many = (
        "It takes about {count} minute, with pauses between the blocks.",
        ("It takes about {count} minutes, with pauses between the blocks."),
    )
    assert "1 Minute," in de.translate_count(one, many, count=1)
    assert "1.200 Minuten," in de.translate_count(one, many, count=1200)
    assert "1,200 minutes," in ENGLISH.translate_count(one, many, count=1200)


def test_what_is_unknown_or_empty_stays_as_it_is() -> None:
    de = catalogue_for("de")
    assert de.translate("") == ""
    assert de.translate("{name} of somebody's own", name="{title}") == "{title} of somebody's own"
    assert de.translate("Picture {number}") == "Bild {number}"  # its value comes later


def test_a_message_is_english_until_a_catalogue_says_it() -> None:
    message = Message("Difficulty: {level} ({number} of {all}).", level=Message("easy"), number=2, all=5)
    assert message == "Difficulty: easy (2 of 5)."
    assert catalogue_for("de").translate(message) == "Schwierigkeit: leicht (2 von 5)."
    assert copy.deepcopy(message).values == message.values  # as it goes through a job
    assert ENGLISH.translate_error(ValueError("as it is")) == "as it is"
    assert catalogue_for("de").translate_error(ValueError(Message("Right"))) == "Richtig"
    assert catalogue_for("de").translate_error(ValueError()) == ""


def test_another_language_is_one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(FOLDER / "de.po", tmp_path / "de.po")
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    header += '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n'
    entries = {"English": "Français", "1,234.5": "1 234,5", "Right": "Juste"}
    (tmp_path / "fr.po").write_text(
        header + "".join(f'\nmsgid "{m}"\nmsgstr "{t}"\n' for m, t in entries.items()), encoding="utf-8"
    )
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    assert [language.name for language in languages().values()] == ["English", "Deutsch", "Français"]
    french = catalogue_for("fr-CA")
    assert (french.translate("Right"), french.translate("Wrong")) == ("Juste", "Wrong")
    assert french.number(1234.5, ",.1f") == "1 234,5"


def test_a_broken_file_is_left_out_and_named_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "fr.po").write_text("nothing of the kind")
    assert list(languages(tmp_path)) == ["en"]
    assert "fr.po" in caplog.text
    (tmp_path / "it.po").write_bytes(b"\xff\xfe")
    with pytest.raises(LanguageError, match="UTF-8"):
        read_catalogue(tmp_path / "it.po")
    mistaken = (FOLDER / "de.po").read_text(encoding="utf-8").replace('"1.234,5"', '"12345"')
    (tmp_path / "nl.po").write_text(mistaken, encoding="utf-8")
    with pytest.raises(LanguageError, match=re.escape("1,234.5")):
        read_catalogue(tmp_path / "nl.po")
