"""A deck for Anki: every picture that a card names is in it, and no front gives its answer away."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from dataclasses import replace

from lwise_core.images.codec import open_photograph, read_png_text
from lwise_core.teaching.languages.catalogue import catalogue_for
from lwise_core.teaching.lessons.anki_deck import anki_deck
from lwise_core.teaching.lessons.slideshow import Lesson
from tests.teaching.lessons.test_slideshow import SENTENCE, lesson, natural, okapi

SOURCE = re.compile(r'src="([^"]+)"')


def opened(deck: bytes) -> tuple[list[list[str]], dict[str, bytes], sqlite3.Connection]:
    """Return the fields of the notes in the order in which they are asked, the media by name, and the database."""
    with zipfile.ZipFile(io.BytesIO(deck)) as archive:
        assert archive.testzip() is None
        names = json.loads(archive.read("media"))
        media = {name: archive.read(number) for number, name in names.items()}
        database = sqlite3.connect(":memory:")
        database.deserialize(archive.read("collection.anki2"))
    rows = database.execute("SELECT flds FROM notes JOIN cards ON cards.nid = notes.id ORDER BY cards.due")
    return [fields.split("\x1f") for (fields,) in rows], media, database


def numbers(deck: bytes) -> set[tuple[int, str]]:
    return set(opened(deck)[2].execute("SELECT id, guid FROM notes"))


def test_every_picture_that_a_card_names_is_in_the_deck_and_no_other() -> None:
    fields, media, database = opened(anki_deck(lesson()))
    assert [f[2] for f in fields] == ["okapi", "zebra"]
    assert set(media) == {name for f in fields for field in f for name in SOURCE.findall(field)}
    assert len(media) == 3
    for name, content in media.items():
        assert open_photograph(content, name=name).width >= 320
    (altered,) = SOURCE.findall(fields[0][3])
    assert read_png_text(media[altered])["Description"] == SENTENCE
    assert fields[1][3] == ""
    (decks,) = database.execute("SELECT decks FROM col").fetchone()
    (of_card,) = {did for (did,) in database.execute("SELECT did FROM cards")}
    assert json.loads(decks)[str(of_card)]["name"] == "Hoofed animals"


def test_a_front_holds_nothing_of_the_answer() -> None:
    _, _, database = opened(anki_deck(lesson()))
    (models,) = database.execute("SELECT models FROM col").fetchone()
    (model,) = json.loads(models).values()
    (template,) = model["tmpls"]
    assert re.findall(r"{{(\w+)}}", template["qfmt"]) == ["Picture"]
    fields, _, _ = opened(anki_deck(lesson()))
    assert all("okapi" not in f[1] and "zebra" not in f[1] for f in fields)


def test_names_are_text_and_no_markup() -> None:
    fields, media, _ = opened(anki_deck(lesson(okapi(class_name="<b>&", towards='"<i>'))))
    assert fields[0][2] == "&lt;b&gt;&amp;"
    assert "<i>" not in fields[0][3]
    assert set(media) == {name for field in fields[0] for name in SOURCE.findall(field)}


def test_the_same_lesson_gives_the_same_bytes_and_a_card_keeps_its_identity_among_others() -> None:
    one = lesson()
    assert anki_deck(one) == anki_deck(lesson())
    longer = Lesson(one.title, (natural("gnu", seed=5), *one.slides), one.guide)
    assert numbers(anki_deck(one)) < numbers(anki_deck(longer))
    assert numbers(anki_deck(one)) == numbers(anki_deck(replace(one, title="Another title")))


def test_a_picture_that_is_there_twice_is_asked_once() -> None:
    fields, _, _ = opened(anki_deck(lesson(okapi(), natural(), okapi())))
    assert [f[2] for f in fields] == ["okapi", "zebra"]


def test_cards_ask_in_the_language_of_the_lesson_and_are_a_kind_of_their_own() -> None:
    def kind(of: Lesson) -> tuple[str, dict[str, str]]:
        _, _, database = opened(anki_deck(of))
        (models,) = database.execute("SELECT models FROM col").fetchone()
        ((number, model),) = json.loads(models).items()
        assert {mid for (mid,) in database.execute("SELECT mid FROM notes")} == {int(number)}
        return number, model["tmpls"][0]

    english, asked = kind(lesson())
    german, gefragt = kind(lesson(words=catalogue_for("de")))
    assert english != german  # or a collection that has one kind would ask all in its language
    assert "What is this?" in asked["qfmt"]
    assert "Was zeigt dieses Bild?" in gefragt["qfmt"]
    assert "Nicht zur Diagnose." in gefragt["afmt"]
