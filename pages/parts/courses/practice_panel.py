"""A practice as its learner sees it: what it is, which kinds are known, and when they come back."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.practice import is_practice_of
from lwise_core.teaching.design.spacing import Practice, in_a_row_for
from lwise_core.teaching.enrolment import EnrolmentRefused, enrolment_of
from lwise_core.teaching.server import Coming
from pages.parts.courses.enrolment_panel import COURSE, KEY
from pages.parts.session.course_server import course_library
from pages.parts.ui.notices import plain

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


def practice_in_words(course: Course) -> str:
    """Return what a learner should know of a practice before it begins."""
    kinds = len(course.classes)
    return (
        f"You practise {kinds} kinds until you know them. What you do not know yet comes back soon, what you know "
        f"rests: a kind is known after {in_a_row_for(kinds)} right and quick answers in a row. After every answer you "
        "are told what was right. When every kind is known you are done for the day; come back after a day or more "
        "with the same code, and what is due again is practised."
    )


def known_line(coming: Coming, practice: Practice) -> str:
    """Return how many kinds are known now."""
    kinds = len(practice.classes)
    return f"{kinds - len(practice.due(now_s=coming.now_s))} of {kinds} kinds are known."


def practice_state(coming: Coming, practice: Practice) -> None:
    """Draw a practice of which nothing is due: every kind, and when it comes back."""
    labels = coming.course.labels(coming.sitting.participant)
    waits = {name: practice.rests_s(name, now_s=coming.now_s) for name in practice.classes}
    st.title("You know them for now")
    st.markdown(f"{known_line(coming, practice)} The first is due again in {_in_words(min(waits.values()))}.")
    ordered = sorted(waits, key=labels.__getitem__)
    st.markdown("\n".join(f"- {plain(labels[name])}: back in {_in_words(waits[name])}" for name in ordered))
    st.markdown(
        f"Come back then with the code **{plain(coming.sitting.participant)}**. The longer you have known a kind "
        "without a wrong answer, the later it comes back."
    )
    real = {name: label for name, label in labels.items() if name != label}
    if real:
        named = ", ".join(f"{plain(label)} is {plain(name)}" for name, label in real.items())
        st.markdown(f"What the names stand for: {named}.")


def practice_offer(coming: Coming) -> None:
    """Offer the practice of the course that was sat, where whoever gives it has made one."""
    for digest, course in course_library().courses().items():
        if is_practice_of(course, coming.course):
            st.button("Practise, so that it stays", icon=":material/repeat:", on_click=_begin, args=(digest,))
            return


def _begin(digest: str) -> None:
    """Go to the door of a practice, with its key: who sat the course had its link."""
    with suppress(EnrolmentRefused):
        st.query_params.from_dict({COURSE: digest, KEY: enrolment_of(course_library().course(digest).folder).key})


def _in_words(seconds: float) -> str:
    """Return how long something takes: hours within a day, then days."""
    if seconds < _DAY_S:
        hours = max(1, round(seconds / _HOUR_S))
        return f"about {hours} hour{'s' * (hours > 1)}"
    days = round(seconds / _DAY_S)
    return f"about {days} day{'s' * (days > 1)}"
