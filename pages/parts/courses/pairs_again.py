"""After a study of two pictures of one original: every pair again, with the original and with what was changed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.teaching.courses.debriefed import Debriefing, SeenAgain
from lwise_core.teaching.languages.catalogue import Catalogue, Message
from pages.parts.ui.notices import plain

PAGE = Message("Page")

_ROWS = 8


def pairs_again(shown: Debriefing, words: Catalogue) -> None:
    """Draw the pairs, a few at a time, each with its original."""
    st.subheader(shown.pairs_heading)
    st.markdown(shown.pairs_explained)
    pages = -(-len(shown.pairs) // _ROWS)
    page = st.number_input(words.translate(PAGE), 1, pages, 1) if pages > 1 else 1
    for row in shown.pairs[(page - 1) * _ROWS : page * _ROWS]:
        for column, seen in zip(st.columns(3), row, strict=False):
            column.image(str(seen.file), caption=plain(seen.said), alt=seen.said, width="stretch")


def altered_again(rows: Sequence[Sequence[SeenAgain]]) -> None:
    """Draw some altered pictures, each above what it was."""
    for column, row in zip(st.columns(4), rows, strict=False):
        for seen in row:
            column.image(str(seen.file), caption=plain(seen.said), alt=seen.said, width="stretch")
