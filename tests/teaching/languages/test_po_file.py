"""A .po file is read as Babel reads it, and what is no such file is refused with a sentence."""

from __future__ import annotations

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.languages.po_file import LanguageError, translations_in

HEADER = (
    'msgid ""\nmsgstr ""\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]) | st.sampled_from('\n\t"\\'), min_size=1
)


@given(st.dictionaries(TEXT, TEXT, max_size=8))
def test_what_babel_writes_is_read_as_it_was(messages: dict[str, str]) -> None:
    catalog = Catalog(locale="de")
    for message, translation in messages.items():
        catalog.add(message, translation)
    file = io.BytesIO()
    write_po(file, catalog)
    read = translations_in(file.getvalue().decode())
    assert {message: read.gettext(message) for message in messages} == messages


def test_plurals_follow_the_rule_of_the_language() -> None:
    polish = HEADER.replace("nplurals=2; plural=(n != 1);", "nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);")
    entry = '\nmsgid "{count} picture"\nmsgid_plural "{count} pictures"\n'
    forms = 'msgstr[0] "obraz"\nmsgstr[1] "obrazy"\nmsgstr[2] "obrazów"\n'
    read = translations_in(polish + entry + forms)
    said = [read.ngettext("{count} picture", "{count} pictures", n) for n in (1, 3, 9)]
    assert said == ["obraz", "obrazy", "obrazów"]


@pytest.mark.parametrize("entry", ['#, fuzzy\nmsgid "Right"\nmsgstr "Rechts"', 'msgid "Right"\nmsgstr ""'])
def test_what_is_doubtful_or_empty_stays_english(entry: str) -> None:
    assert translations_in(f"{HEADER}\n{entry}\n").gettext("Right") == "Right"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no header"),
        ('msgid "Right"\nmsgstr "Richtig"', "no header"),
        (HEADER + "\nRight = Richtig", "a line that cannot be read: Right"),
        (HEADER + '\n"Right"', "a line that cannot be read"),
        (HEADER + '\nmsgid "Ri\\ght"\nmsgstr "x"', "a string that cannot be read"),
        (HEADER.replace("n != 1", "import os"), "header of the catalogue cannot be read"),
        (HEADER.replace("UTF-8", "none"), "header of the catalogue cannot be read"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(LanguageError, match=said):
        translations_in(text)
