"""What else a course gives to the people who sat it: a practice, and a test on the pictures of another course."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.follow_up import make_transfer_test
from lwise_core.teaching.courses.practice import make_practice
from lwise_core.teaching.enrolment import enrolment_of, set_enrolment
from pages.parts.session.course_server import course_library
from pages.parts.session.learners_address import where_it_is_sat
from pages.parts.ui.notices import notice, plain

_PRACTICE = (
    "A course that goes on until every class is known, and again after days. What is not known comes back soon, what "
    "is known rests. Learners give the same code and know every class by the same name."
)
_TRANSFER = (
    "The test blocks of another course of the same classes, under the names and the code that learners know: that is "
    "how to measure whether they recognise other pictures."
)


def further_panel(course: Course) -> None:
    """Draw the buttons that make a practice of ``course``, and a test on other pictures."""
    if course.design.practises:
        return
    columns = st.columns(2)
    if columns[0].button("Make a practice of it", key=f"practice-{course.digest}", help=_PRACTICE):
        _made(course, "practice", lambda folder: make_practice(course, folder))
    further_made(course)
    others = {c.digest: c for c in course_library().courses().values() if _tests_the_same(c, course)}
    if not others:
        columns[1].caption(
            "To test it on other pictures, make another course of the same classes of other photographs; then a button "
            "stands here."
        )
        return
    with columns[1].popover("Test it on other pictures"):
        st.caption(_TRANSFER)
        digest = st.selectbox(
            "Pictures of", list(others), format_func=lambda d: others[d].design.name, key=f"other-{course.digest}"
        )
        if st.button("Make this test", key=f"transfer-{course.digest}"):
            _made(course, f"on-{digest[:8]}", lambda folder: make_transfer_test(course, others[digest], folder))


def remember_made(course: Course, made: Course) -> None:
    """Let the page say beside ``course``, from its next run on, that ``made`` was made of it and where it is sat."""
    st.session_state[_made_of(course)] = made.digest


def further_made(course: Course) -> None:
    """Say what was made of ``course`` last, with the address for its learners; nothing where nothing was."""
    made = course_library().courses().get(st.session_state.get(_made_of(course), ""))
    with st.container():  # always there: what follows keeps its place
        if made is not None:
            notice("done", f"“{plain(made.design.name)}” is made. Give learners its address; they give the same code.")
            where_it_is_sat(made)


def _made_of(course: Course) -> str:
    return f"made-of-{course.digest}"


def _tests_the_same(other: Course, course: Course) -> bool:
    """Whether ``other`` tests the classes of ``course`` and is another course and not a test of the same people."""
    same_names = (other.design.seed, other.design.aliases) == (course.design.seed, course.design.aliases)
    return (
        other.digest != course.digest
        and other.classes == course.classes
        and bool(other.design.schedule.tests)
        and not (same_names and not any(b.feedback for b in other.design.schedule.blocks))
    )


def _made(course: Course, word: str, make: Callable[[Path], Course]) -> None:
    """Make a course beside ``course`` that the same people may begin."""
    folder = course.folder.with_name(f"{course.folder.name}-{word}")
    try:
        made = make(folder)
        set_enrolment(folder, enrolment_of(course.folder))
    except LWiseError as error:
        notice("error", str(error))
    else:
        remember_made(course, made)
        st.rerun()
