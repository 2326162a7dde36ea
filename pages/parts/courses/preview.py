"""What a course shows to whom, before anybody sits it."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.trial_sampling import CurriculumError, Trial, TrialKind
from pages.parts.ui.notices import notice, plain

EATEN_BELOW = 0.9
"""Share of the gain that 8-bit pictures must keep, in the median, for a block to go without a warning."""

_THUMBNAIL = 84


def course_preview(course: Course) -> None:
    """Draw what rounding has left of each budget, and every trial of a learner of a chosen group."""
    _rounding(course)
    slots = {group: course.design.slots.index(group) for group in course.design.slots}
    group = st.selectbox("Trials of a learner in the group", list(slots), format_func=str, key=f"of-{course.digest}")
    try:
        trials = course.trials(slots[group])
    except CurriculumError as error:
        notice("info", str(error))
        return
    for name, block in groupby(trials, key=lambda t: t.block):
        _block(course, name, list(block))


def _rounding(course: Course) -> None:
    """Warn of blocks whose enhancement is lost when pictures are rounded to 8 bits."""
    for epsilon, kept in course.kept().items():
        if kept < EATEN_BELOW:
            blocks = ", ".join(b.name for b in course.design.schedule.blocks if b.epsilon_224 == epsilon)
            notice(
                "caution",
                f"{blocks}: at ε₂₂₄ = {epsilon:g}, pictures of 8 bits keep {kept:.0%} of the gain in the median; the "
                "rest is rounded away, so learners see less than the schedule says.",
            )


def _block(course: Course, name: str, everything: list[Trial]) -> None:
    trials = [t for t in everything if t.kind is not TrialKind.CALIBRATION]
    calibration = len(everything) - len(trials)
    budgets = sorted({t.epsilon_224 for t in trials})
    said = "natural" if budgets == [0.0] else "ε₂₂₄ " + ", ".join(f"{e:g}" for e in budgets)
    feedback = "with feedback" if trials and trials[0].feedback else "without feedback"
    st.markdown(f"**{plain(name)}**, {len(trials)} pictures, {said}, {feedback}")
    if calibration:
        st.caption(f"And {calibration} of a circle or a triangle, which show who is attending.")
    files = [str(file) for t in trials if (file := course.stimulus(t)) is not None]
    st.image(
        files,
        width=_THUMBNAIL,
        caption=[plain(t.answer) + (", repeated" if t.kind is TrialKind.REPEAT else "") for t in trials],
    )
