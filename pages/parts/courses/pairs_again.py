"""After a study of two pictures of one original: every pair again, with the original and with what was changed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.languages.catalogue import Catalogue, Message
from lwise_core.teaching.records.values import TrialRecord
from pages.parts.ui.notices import plain

HEADING = Message("Every picture again")
EXPLAINED = Message(
    "Each original stands beside its two versions. Both were altered by a network: the one towards what the picture "
    "shows, the other towards what it does not show."
)
UNCHANGED = Message("Shown unchanged")
PAGE = Message("Page")

_ROWS = 8


def pairs_again(course: Course, records: Sequence[TrialRecord], words: Catalogue) -> None:
    """Draw the pairs of ``records``, a few at a time, each with its original."""
    st.subheader(words.translate(HEADING))
    st.markdown(words.translate(EXPLAINED))
    pages = -(-len(records) // _ROWS)
    page = st.number_input(words.translate(PAGE), 1, pages, 1) if pages > 1 else 1
    for record in records[(page - 1) * _ROWS : page * _ROWS]:
        _pair(course, record, words)


def _pair(course: Course, record: TrialRecord, words: Catalogue) -> None:
    trial, foil = record.trial, record.trial.foil
    right, own = course.stimulus(trial), course.foil(trial)
    if foil is None or right is None or own is None:
        return
    columns = st.columns(3)
    original = words.translate("The original: {shown}", shown=plain(foil.answer))
    columns[0].image(str(course.original(trial)), caption=original, width="stretch")
    for column, file, shown in ((columns[1], own, foil), (columns[2], right, trial)):
        said = words.translate(UNCHANGED)
        if shown.towards:
            said = words.translate(
                "AI-altered towards {towards}, ε₂₂₄ {epsilon}", towards=plain(shown.towards), epsilon=shown.epsilon_224
            )
        column.image(str(file), caption=said, width="stretch")
