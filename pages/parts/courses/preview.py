"""What a course shows to whom, before anybody sits it."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.trial_sampling import CurriculumError, Trial, TrialKind
from lwise_core.teaching.design.trials import LEFT, RIGHT
from pages.parts.courses.block_words import listed, share_in_words, title_of, titles_of
from pages.parts.courses.terms_fields import terms_preview
from pages.parts.ui.notices import notice, plain

EATEN_BELOW = 0.9
"""Share of the gain that 8-bit pictures must keep, in the median, for a block to go without a warning."""

_THUMBNAIL = 84


def course_preview(course: Course) -> None:
    """Draw what rounding has left of each budget, and every trial of a learner of a chosen group."""
    _rounding(course)
    terms_preview(course.design.terms)
    design = course.design
    group = st.selectbox("Trials of a learner in the group", design.group_names, key=f"of-{course.digest}")
    try:
        trials = course.trials(next(i for i in range(len(design.slots)) if design.name_of(i) == group))
    except CurriculumError as error:
        notice("info", str(error))
        return
    for name, block in groupby(trials, key=lambda t: t.block):
        _block(course, name, list(block))
    st.caption("In files of answers the blocks are called " + plain(_names_in_files(course)) + ".")


def _rounding(course: Course) -> None:
    """Warn of blocks whose enhancement is lost in rounding to 8 bits: in plain words, figures on demand."""
    eaten = {epsilon: kept for epsilon, kept in course.kept().items() if kept < EATEN_BELOW}
    if not eaten:
        return
    schedule = course.design.schedule
    for epsilon, kept in eaten.items():
        titles = [title_of(schedule, b.name) for b in schedule.blocks if b.epsilon_224 == epsilon]
        notice(
            "caution",
            f"{listed(titles) or 'Some groups'}: learners see only {share_in_words(kept)} of the enhancement "
            "that was planned. It is so weak there that storing the pictures takes the rest away. The course can be "
            "sat all the same.",
        )
    with st.popover("The figures"):
        for epsilon, kept in eaten.items():
            st.markdown(
                f"- ε₂₂₄ = {epsilon:g}: pictures of 8 bits keep {kept:.0%} of the gain in the median; the rest is "
                "rounded away."
            )


def _block(course: Course, name: str, everything: list[Trial]) -> None:
    trials = [t for t in everything if not t.shows_shapes]
    calibration = len(everything) - len(trials)
    budgets = sorted({t.epsilon_224 for t in trials})
    treated = next((t.treatment for t in trials if t.treatment), "")
    said = treated or ("natural" if budgets == [0.0] else "enhanced, ε₂₂₄ " + ", ".join(f"{e:g}" for e in budgets))
    feedback = "with feedback" if trials and trials[0].feedback else "without feedback"
    pairs = bool(trials) and trials[0].foil is not None
    title = title_of(course.design.schedule, name)
    st.markdown(f"**{plain(title)}**, {len(trials)} {'pairs of pictures' if pairs else 'pictures'}, {said}, {feedback}")
    if calibration:
        st.caption(f"And {calibration} of a circle or a triangle, which show who is attending.")
    shown = [picture for t in trials for picture in _pictures(course, t)]
    words = [said for _, said in shown]
    st.image([file for file, _ in shown], width=_THUMBNAIL, caption=list(map(plain, words)), alt=words)


def _names_in_files(course: Course) -> str:
    """Return what each block is called in files, beside what it is called here."""
    return ", ".join(f"{name} ({title})" for name, title in titles_of(course.design.schedule).items())


def _pictures(course: Course, trial: Trial) -> list[tuple[str, str]]:
    """Return the files of a trial and what they are, of two pictures from left to right."""
    if sides := course.sides(trial):
        meanings = trial.meanings
        return [(str(sides[s]), f"{meanings[s]}{', the right one' * (s == trial.side)}") for s in (LEFT, RIGHT)]
    repeated = ", repeated" if trial.kind is TrialKind.REPEAT else ""
    return [(str(course.stimulus(trial)), trial.answer + repeated)]
