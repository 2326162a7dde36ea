"""What a learner reads when a course is over: what came out, and what was done."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lwise_core.teaching.courses.debriefed import Debriefing, debriefing_of
from lwise_core.teaching.courses.session import choices
from lwise_core.teaching.languages.catalogue import Catalogue
from lwise_core.teaching.records.values import TrialRecord
from lwise_core.teaching.server import Coming
from pages.parts.courses.pairs_again import altered_again, pairs_again
from pages.parts.courses.practice_panel import practice_offer
from pages.parts.courses.terms_shown import completion
from pages.parts.session.course_server import course_server
from pages.parts.ui.notices import notice, plain


def debriefing(coming: Coming, token: str, words: Catalogue) -> None:
    """Say what came out of the sitting ``token`` and what was done."""
    st.title(words.translate("Thank you"))
    completion(coming.course.design.terms, words)
    everything = course_server().records.answers(token=token)
    records = [r for r in everything if r.trial.scored]
    _scores(coming, records, words)
    st.markdown(
        words.translate(
            "Your code was **{code}**. Keep it: a later test asks for the same one.",
            code=plain(coming.sitting.participant),
        )
    )
    shown = debriefing_of(
        coming.course,
        coming.sitting.group,
        [r.trial for r in everything],
        participant=coming.sitting.participant,
        words=words,
    )
    _what_it_was(shown)
    if shown.pairs:
        pairs_again(shown, words)
    practice_offer(coming, words)


def _scores(coming: Coming, records: Sequence[TrialRecord], words: Catalogue) -> None:
    """Say how often the learner was right while learning and in the test, side by side where there were both."""
    kinds = (
        (words.translate("Right while learning"), [r for r in records if r.trial.feedback]),
        (words.translate("Right in the test"), [r for r in records if not r.trial.feedback]),
    )
    there = [(label, chosen) for label, chosen in kinds if chosen]
    for column, (label, chosen) in zip(st.columns(2), there, strict=False):
        right = sum(r.correct for r in chosen)
        guessed = sum(1 / len(choices(coming.course, r.trial)) for r in chosen)
        column.metric(
            label,
            words.translate("{right} of {all}", right=right, all=len(chosen)),
            help=words.translate("By guessing alone about {right} would be.", right=round(guessed)),
        )


def _what_it_was(shown: Debriefing) -> None:
    st.header(shown.heading)
    about, *names = shown.paragraphs
    st.markdown(plain(about))
    if shown.altered:
        altered_again(shown.altered)
    for sentence in names:
        st.markdown(plain(sentence))
    notice("info", shown.caution)
