"""Who may begin a course, as whoever gives it says: everybody, or whoever has its link, and how many."""

from __future__ import annotations

import streamlit as st

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.enrolment import Enrolment, EnrolmentRefused, enrolment_of, set_enrolment
from pages.parts.session.learners_address import learners_link
from pages.parts.ui.notices import notice

PROLIFIC = "PROLIFIC_PID"
"""What Prolific's own links call the ID of who comes, which becomes their code."""

_MOST = 100_000


def enrolment_panel(course: Course) -> None:
    """Draw who may begin ``course``, and keep what is changed."""
    try:
        now = enrolment_of(course.folder)
    except EnrolmentRefused as error:
        notice("error", str(error))
        now = Enrolment()
    wanted = Enrolment(
        now.key if st.checkbox("Only with its link", bool(now.key), key=f"keyed-{course.digest}") else "",
        int(st.number_input("Places", 1, _MOST, now.most, key=f"places-{course.digest}")),
    )
    if st.session_state[f"keyed-{course.digest}"]:
        wanted = wanted.with_key()
    if wanted != now:
        try:
            set_enrolment(course.folder, wanted)
        except LWiseError as error:
            notice("error", str(error))
            return
    st.caption("The link, after the address of this server:")
    link = learners_link(course.digest, key=wanted.key)
    st.code(link, language=None)
    st.caption("The same for Prolific, which puts in each participant's ID; it becomes their code:")
    st.code(f"{link}&{PROLIFIC}={{{{%{PROLIFIC}%}}}}", language=None)
