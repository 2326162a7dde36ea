"""What is written in a learner's language: sentences by their English, plurals, numbers.

The English sentence is the key, as is usual with gettext, and English needs no file. A catalogue is a value that is
handed to whoever writes; nothing is switched for a whole process, for two learners may read two languages.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from lwise_core.teaching.languages.po_file import LanguageError, translations_in

FOLDER = Path(__file__).parent
"""Where the catalogues lie, one .po file a language, named by its code."""

_LOG = logging.getLogger("lwise_core")
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Language:
    """A language: its code as in ``<html lang>``, its own name, and the marks of its numbers."""

    code: str
    name: str
    decimal_mark: str = "."
    group_mark: str = ","

    def number(self, value: float, form: str = "g") -> str:
        """Return a number as this language writes it; ``form`` is a format of Python's, such as ``.1f``."""
        marks = {".": self.decimal_mark, ",": self.group_mark}
        return "".join(marks.get(c, c) for c in format(value, form))

    def filled(self, template: str, values: Mapping[str, object]) -> str:
        """Return ``template`` with values where it says “{name}”; a name that is not among them stays.

        Numbers are written as this language writes them, whole ones with their thousands apart.
        """
        return _PLACE.sub(lambda place: self._as_text(values.get(place[1], place[0])), template)

    def _as_text(self, value: object) -> str:
        match value:
            case int():
                return self.number(value, ",d")
            case float():
                return self.number(value)
            case _:
                return str(value)


_ENGLISH = Language("en", "English")


class Message(str):
    """An English sentence with its values filled in, which a catalogue can still say in another language.

    It marks the sentence for the tool that collects what is to be translated, so ``template`` is written out where it
    is used. ``values`` stand where the template says “{name}”.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Message:
        made = super().__new__(cls, _ENGLISH.filled(template, values))
        made.template = template
        made.values = values
        return made


# Translators: the name of your language, as it is called in itself.
_OWN_NAME = Message("English")
# Translators: this number, as it is written in your language.
_SAMPLE = Message("1,234.5")
_MARKS = re.compile(r"1(\D*)234(\D+)5")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The sentences of one language; what it lacks is said in English."""

    language: Language
    translations: NullTranslations = field(default_factory=NullTranslations, repr=False)

    def translate(self, message: str, **values: object) -> str:
        """Return ``message`` in this language, with ``values`` where it says “{name}”.

        Numbers are written as the language writes them, anything else as its text. A ``Message`` brings its own values.
        """
        if not message:  # whose translation would be the catalogue's header
            return message
        if isinstance(message, Message):
            return self.translate(message.template, **message.values)
        return self._filled(self.translations.gettext(message), values)

    def translate_count(self, one: str, many: str, *, count: int, **values: object) -> str:
        """Return the sentence for ``count`` things, which it may say as “{count}”, by the language's rule for plurals.

        ``one`` and ``many`` are the English for one thing and for any other number.
        """
        said = self.translations.ngettext(one, many, count)
        return self._filled(said, {"count": count, **values})

    def translate_error(self, error: Exception) -> str:
        """Return what an error says: in this language where its sentence is a ``Message``, else as it is."""
        said = error.args[0] if error.args else ""
        return self.translate(said) if isinstance(said, Message) else str(error)

    def number(self, value: float, form: str = "g") -> str:
        """Return a number as this language writes it; ``form`` is a format of Python's, such as ``.1f``."""
        return self.language.number(value, form)

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        said = {name: self.translate(value) if isinstance(value, Message) else value for name, value in values.items()}
        return self.language.filled(template, said)


ENGLISH = Catalogue(_ENGLISH)
"""What everything is written in at first."""


def languages(folder: Path | None = None) -> Mapping[str, Language]:
    """Return code → language of every catalogue in ``folder``, the package's if none is given, and English."""
    known = {ENGLISH.language.code: ENGLISH.language}
    for catalogue in _catalogues(folder or FOLDER):
        known[catalogue.language.code] = catalogue.language
    return known


def catalogue_for(*wanted: str, folder: Path | None = None) -> Catalogue:
    """Return the catalogue of the first language that is wanted and that there is, English where there is none.

    Args:
        *wanted: Codes, as a browser or a course names languages: “de”, “de-AT”, or empty. Of a list as in the header
            Accept-Language the first counts.
        folder: Where the catalogues lie, the package's own folder if not given.
    """
    known = {ENGLISH.language.code: ENGLISH, **{c.language.code: c for c in _catalogues(folder or FOLDER)}}
    by_code = {_plain(code): catalogue for code, catalogue in known.items()}
    for tag in wanted:
        whole = _plain(tag)
        for code in (whole, whole.partition("-")[0]):
            if code in by_code:
                return by_code[code]
    return ENGLISH


def read_catalogue(file: Path) -> Catalogue:
    """Return the catalogue in a .po file, whose name is the code of its language.

    Raises:
        LanguageError: It cannot be read as one.
    """
    try:
        translations = translations_in(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LanguageError(f"The catalogue “{file.name}” cannot be read; save it as UTF-8.") from error
    marks = _MARKS.fullmatch(translations.gettext(_SAMPLE.template))
    if marks is None:
        raise LanguageError(f"The catalogue “{file.name}” does not write 1,234.5 as one number; correct that entry.")
    name = translations.gettext(_OWN_NAME.template)
    code = file.stem.replace("_", "-")
    own_name = code if name == _OWN_NAME else name
    return Catalogue(Language(code, own_name, decimal_mark=marks[2], group_mark=marks[1]), translations)


def _catalogues(folder: Path) -> Iterator[Catalogue]:
    """Yield the catalogues that can be read, by code."""
    for file in sorted(folder.glob("*.po")):
        stat = file.stat()
        if catalogue := _read_once(file, (stat.st_mtime_ns, stat.st_size)):
            yield catalogue


@lru_cache(maxsize=64)
def _read_once(file: Path, _stamp: tuple[int, int]) -> Catalogue | None:
    """Return the catalogue in ``file``, read again only when its time or size changes; the log says what is wrong."""
    try:
        return read_catalogue(file)
    except LanguageError as error:
        _LOG.warning("The language of “%s” is left out. %s", file.name, error)
        return None


def _plain(tag: str) -> str:
    return re.split(r"[,;]", tag, maxsplit=1)[0].strip().replace("_", "-").lower()
