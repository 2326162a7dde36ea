"""What a learner reads when a course is over: what came out, and what was done."""

from __future__ import annotations

import streamlit as st

from lwise_core.teaching.courses.course import Course, natural_of
from lwise_core.teaching.courses.session import choices
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trial_sampling import TrialKind
from lwise_core.teaching.languages.catalogue import Catalogue, Message
from lwise_core.teaching.records.values import TrialRecord
from lwise_core.teaching.server import Coming
from pages.parts.courses.names_line import what_names_stand_for
from pages.parts.courses.pairs_again import pairs_again
from pages.parts.courses.practice_panel import practice_offer
from pages.parts.courses.terms_shown import completion
from pages.parts.session.course_server import course_server
from pages.parts.ui.notices import notice, plain

GROUPS = {
    Group.CONTROL: Message("control"),
    Group.SELECTION: Message("selection"),
    Group.SELECTION_SHUFFLED: Message("selection, shuffled"),
    Group.ENHANCEMENT: Message("enhancement, tapered"),
    Group.ENHANCEMENT_SHUFFLED: Message("enhancement, shuffled"),
    Group.L_WISE: Message("L-WISE"),
    Group.ADAPTIVE: Message("adaptive"),
    Group.YOKED: Message("yoked to adaptive"),
    Group.WRONG_CLASS: Message("enhancement towards a wrong class"),
    Group.WITHIN: Message("within each learner"),
    Group.PRACTICE: Message("practice"),
    Group.SHOWN_WHERE: Message("L-WISE, shown where"),
    Group.EXPERT: Message("edited by an expert"),
    Group.CLAHE: Message("CLAHE"),
    Group.MSRCR: Message("MSRCR"),
    Group.LEVELS: Message("automatic levels"),
}
"""What learners read of the group that they were in."""


def debriefing(coming: Coming, token: str, words: Catalogue) -> None:
    """Say what came out of the sitting ``token`` and what was done."""
    st.title(words.translate("Thank you"))
    completion(coming.course.design.terms, words)
    everything = course_server().records.answers(token=token)
    records = [r for r in everything if r.trial.scored]
    columns = st.columns(2)
    for column, label, chosen in (
        (columns[0], words.translate("Right while learning"), [r for r in records if r.trial.feedback]),
        (columns[1], words.translate("Right in the test"), [r for r in records if not r.trial.feedback]),
    ):
        if chosen:
            right = sum(r.correct for r in chosen)
            guessed = sum(1 / len(choices(coming.course, r.trial)) for r in chosen)
            column.metric(
                label,
                words.translate("{right} of {all}", right=right, all=len(chosen)),
                help=words.translate("By guessing alone about {right} would be.", right=round(guessed)),
            )
    st.markdown(
        words.translate(
            "Your code was **{code}**. Keep it: a later test asks for the same one.",
            code=plain(coming.sitting.participant),
        )
    )
    _what_it_was(coming, records, words)
    if spotted := [r for r in everything if r.trial.spots]:
        pairs_again(coming.course, spotted, words)
    practice_offer(coming, words)


def _what_it_was(coming: Coming, records: list[TrialRecord], words: Catalogue) -> None:
    st.header(words.translate("What this was about"))
    altered = [r for r in records if r.trial.altered]
    st.markdown(
        " ".join(
            (
                words.translate(
                    "A neural network that was trained to withstand small changes can tell which pictures people find "
                    "hard, and can make them easier. The course asks whether people learn faster from easy and "
                    "enhanced pictures that become harder and natural."
                ),
                words.translate(
                    "You were in the group “{group}”.", group=plain(words.translate(GROUPS[coming.sitting.group]))
                ),
                _how_many(coming.sitting.group, altered=len(altered), of=len(records), words=words)
                if altered
                else words.translate("All your pictures were natural."),
            )
        )
    )
    if single := [r for r in altered if not r.trial.spots]:
        _examples(coming.course, single, words)
    what_names_stand_for(coming, words)
    notice("info", words.translate("What a network painted may never have been there. Nothing here is for diagnosis."))


def _how_many(group: Group, *, altered: int, of: int, words: Catalogue) -> str:
    """Return how many pictures had been altered, and by what."""
    if group.treatment is None:
        return words.translate("Of {all} pictures, {altered} had been altered by the network.", all=of, altered=altered)
    if group is Group.EXPERT:
        return words.translate("Of {all} pictures, {altered} had been edited by a person.", all=of, altered=altered)
    return words.translate(
        "Of {all} pictures, {altered} had been changed by a filter that knows nothing of what they show.",
        all=of,
        altered=altered,
    )


def _examples(course: Course, altered: list[TrialRecord], words: Catalogue) -> None:
    """Show some altered pictures beside what they were."""
    strongest = sorted(altered, key=lambda r: -r.trial.epsilon_224)[:4]
    pictures = {p.candidate.name: p for p in course.manifest.pictures}
    for column, record in zip(st.columns(4), strongest, strict=False):
        trial = record.trial
        shown = course.stimulus(trial)
        if shown is not None and trial.kind is TrialKind.MAIN:
            seen = (
                words.translate("as you saw it")
                if trial.treatment
                else words.translate("as you saw it, ε₂₂₄ {epsilon}", epsilon=trial.epsilon_224)
            )
            column.image(str(shown), caption=seen, width="stretch")
            natural = course.file(natural_of(pictures[trial.picture]).file)
            column.image(str(natural), caption=words.translate("as it was"), width="stretch")
