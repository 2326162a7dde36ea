"""A lesson as a deck for Anki, which asks again after days, and the sooner the less somebody knew.

A deck is a zip with an SQLite database in Anki's schema 11, which every version since 2.0 imports, and the pictures
beside it. A card shows a picture as it is; its back has the class and, where there is one, the enhanced picture with
the strip that says so. The same lesson gives the same cards: imported again, it adds nothing twice.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zipfile import ZipFile

from lwise_core._utils.reproducible_zip import add_file
from lwise_core.images.codec import encode_png
from lwise_core.teaching.languages.catalogue import ENGLISH, Catalogue
from lwise_core.teaching.lessons.slideshow import Lesson, Slide, about, enhanced_of, natural_of, plain, statement

_MODEL = 1_700_000_000_001  # of our kind of note in English: another number is another kind in every collection
_MADE = 1_700_000_000  # seconds; Anki wants a time, and the same lesson is to give the same bytes
_FIELDS = ("Number", "Picture", "Answer", "Enhanced", "Difficulty")
_FRONT = "<p>%s</p>{{Picture}}"
_BACK = (
    "{{FrontSide}}<hr id=answer><p><b>{{Answer}}</b></p>{{#Difficulty}}<p>{{Difficulty}}</p>{{/Difficulty}}{{Enhanced}}"
    "<p>%s</p>"
)
_CSS = ".card { font-family: sans-serif; font-size: 20px; text-align: center; } img { max-width: 100%; }"

_SCHEMA = """
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
    ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
    models text not null, decks text not null, dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
    usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
    flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
    mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null,
    ivl integer not null, factor integer not null, reps integer not null, lapses integer not null,
    left integer not null, odue integer not null, odid integer not null, flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
    ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null,
    type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
CREATE INDEX ix_notes_usn on notes (usn);
CREATE INDEX ix_cards_usn on cards (usn);
CREATE INDEX ix_revlog_usn on revlog (usn);
CREATE INDEX ix_cards_nid on cards (nid);
CREATE INDEX ix_cards_sched on cards (did, queue, due);
CREATE INDEX ix_revlog_cid on revlog (cid);
CREATE INDEX ix_notes_csum on notes (csum);
"""


@dataclass(frozen=True)
class _Note:
    """One card: what stands in its fields, and the files that these name."""

    fields: tuple[str, ...]
    files: Mapping[str, bytes]

    @property
    def guid(self) -> str:
        """What tells it from every other note, in every collection: its pictures and its answer."""
        return hashlib.sha256("\x1f".join((self.fields[2], *self.files)).encode()).hexdigest()[:16]


def anki_deck(lesson: Lesson) -> bytes:
    """Return the lesson as an .apkg file: open it with Anki, or import it there."""
    notes = list[_Note]()
    for number, slide in enumerate(lesson.slides, start=1):
        note = _note(lesson, slide, number)
        if all(note.guid != known.guid for known in notes):  # else it would be asked twice
            notes.append(note)
    files = {name: content for note in notes for name, content in note.files.items()}
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        add_file(archive, "collection.anki2", _database(lesson, notes))
        add_file(archive, "media", json.dumps({str(i): name for i, name in enumerate(files)}).encode())
        for i, content in enumerate(files.values()):
            add_file(archive, str(i), content)
    return stream.getvalue()


def _note(lesson: Lesson, slide: Slide, number: int) -> _Note:
    natural = encode_png(natural_of(slide))
    files = {_called(natural): natural}
    enhanced = ""
    if slide.enhanced is not None:
        sentence = statement(lesson, slide)
        altered = encode_png(enhanced_of(slide, sentence=sentence), text={"Description": sentence})
        files[_called(altered)] = altered
        enhanced = _shown(altered, alt=sentence)
    fields = (
        f"{number:04}",
        _shown(natural, alt=lesson.words.translate("Picture {number}, original", number=number)),
        html.escape(plain(slide.class_name)),
        enhanced,
        html.escape(plain(lesson.words.translate(slide.difficulty_sentence))),
    )
    return _Note(fields, files)


def _called(png: bytes) -> str:
    """Return a file's name that no other picture of somebody's collection has."""
    return f"lwise-{hashlib.sha256(png).hexdigest()[:32]}.png"


def _shown(png: bytes, *, alt: str) -> str:
    return f'<img src="{_called(png)}" alt="{html.escape(alt)}">'


def _database(lesson: Lesson, notes: Sequence[_Note]) -> bytes:
    """Return the collection as SQLite stores it."""
    deck = int.from_bytes(hashlib.sha256(plain(lesson.title).encode()).digest()[:5]) + 2  # 1 is Anki's own
    model = _model_of(lesson.words)
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(_SCHEMA)
        connection.execute(
            "INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')",
            (
                _MADE,
                _MADE * 1000,
                _MADE * 1000,
                json.dumps({"activeDecks": [deck], "curDeck": deck, "curModel": str(model), "nextPos": len(notes) + 1}),
                json.dumps({str(model): _model(deck, lesson.words)}),
                json.dumps({"1": _deck(1, "Default"), str(deck): _deck(deck, plain(lesson.title), _described(lesson))}),
                json.dumps({"1": _OPTIONS}),
            ),
        )
        for i, note in enumerate(notes, start=1):
            _add(connection, note, number=i, deck=deck, model=model)
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _add(connection: sqlite3.Connection, note: _Note, *, number: int, deck: int, model: int) -> None:
    """Add a note and its card, which are shown for the first time in the order of the lesson."""
    identity = int(note.guid[:12], 16)  # far from another lesson's in the same collection
    tag = " " + html.unescape(note.fields[2]).replace(" ", "-") + " "
    connection.execute(
        "INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, 0, 0, '')",
        (identity, note.guid, model, _MADE, tag, "\x1f".join(note.fields), note.fields[0]),
    )
    connection.execute(
        "INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')",
        (identity, identity, deck, _MADE, number),
    )


def _described(lesson: Lesson) -> str:
    return "".join(f"<p>{html.escape(sentence)}</p>" for sentence in about(lesson))


def _model_of(words: Catalogue) -> int:
    """Return the number of our kind of note in a language: its cards ask in that language."""
    code = words.language.code
    return _MODEL if code == ENGLISH.language.code else _MODEL + 1 + int.from_bytes(code.encode())


def _model(deck: int, words: Catalogue) -> dict[str, object]:
    field = {"font": "Arial", "media": [], "rtl": False, "size": 20, "sticky": False}
    front = _FRONT % html.escape(words.translate("What is this?"))
    back = _BACK % html.escape(words.translate("Not for diagnosis."))
    template = {"name": "What is it?", "ord": 0, "qfmt": front, "afmt": back, "bqfmt": "", "bafmt": "", "did": None}
    return {
        "id": _model_of(words),
        "name": "L-WISE picture" if words.language == ENGLISH.language else f"L-WISE picture ({words.language.code})",
        "type": 0,
        "mod": _MADE,
        "usn": -1,
        "sortf": 0,
        "did": deck,
        "flds": [{**field, "name": name, "ord": i} for i, name in enumerate(_FIELDS)],
        "tmpls": [template],
        "css": _CSS,
        "latexPre": "",
        "latexPost": "",
        "req": [[0, "any", [1]]],
        "tags": [],
        "vers": [],
    }


def _deck(identity: int, name: str, described: str = "") -> dict[str, object]:
    today = {name: [0, 0] for name in ("newToday", "revToday", "lrnToday", "timeToday")}
    return {
        "id": identity,
        "name": name,
        "desc": described,
        "mod": _MADE,
        "usn": -1,
        "conf": 1,
        "dyn": 0,
        "collapsed": False,
        "extendNew": 0,
        "extendRev": 50,
        **today,
    }


_OPTIONS = {
    "id": 1,
    "name": "Default",
    "mod": 0,
    "usn": 0,
    "autoplay": True,
    "maxTaken": 60,
    "replayq": True,
    "timer": 0,
    "new": {
        "bury": True,
        "delays": [1, 10],
        "initialFactor": 2500,
        "ints": [1, 4, 7],
        "order": 1,
        "perDay": 20,
        "separate": True,
    },
    "lapse": {"delays": [10], "leechAction": 0, "leechFails": 8, "minInt": 1, "mult": 0},
    "rev": {
        "bury": True,
        "ease4": 1.3,
        "fuzz": 0.05,
        "ivlFct": 1,
        "maxIvl": 36500,
        "minSpace": 1,
        "perDay": 100,
    },
}
"""Anki's own options of a new collection; a person's collection keeps its own."""
