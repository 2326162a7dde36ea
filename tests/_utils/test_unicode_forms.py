"""Forms of Unicode of texts that somebody else wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core._utils.class_names import canonical
from lwise_core._utils.file_names import composed
from lwise_core._utils.unicode_forms import in_form
from lwise_core.images.codec import ImageRejected, open_photograph

MARKS = "\u0301\u0323"  # one above and one below, which are put into another order
ENDLESS = "a" + MARKS * 500_000


@given(st.text(max_size=200))
def test_names_are_in_the_form_that_unicode_says(text: str) -> None:
    assert in_form("NFC", text) == unicodedata.normalize("NFC", text)
    assert in_form("NFKC", text * 20) == unicodedata.normalize("NFKC", text * 20)


def test_of_marks_without_end_thirty_stay() -> None:
    """64 kB of them took half a second of the processor, and twice as many four times that."""
    assert in_form("NFC", ENDLESS) == unicodedata.normalize("NFC", "a" + MARKS * 15)
    assert in_form("NFC", f"{ENDLESS}b") == unicodedata.normalize("NFC", f"a{MARKS * 15}b")


def test_names_of_files_folders_and_classes_are_brought_into_their_form_so() -> None:
    assert len(composed(ENDLESS)) < 100
    assert len(canonical(ENDLESS)) < 100
    with pytest.raises(ImageRejected, match="is empty"):
        open_photograph(b"", name=ENDLESS)
