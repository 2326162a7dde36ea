"""Where learners open a course: what its link names it by, and its address to copy."""

from __future__ import annotations

from urllib.parse import urljoin

import streamlit as st

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.enrolment import EnrolmentRefused, enrolment_of
from pages.parts.session.access import is_served_to_others

COURSE, KEY = "course", "key"
"""What the link of a course names it and its key by."""

_LEARN = "learn"
_HERE_ONLY = (
    "The address for learners. It opens on this machine; others reach it where this program is served to them (README, "
    "“Teaching with it”)."
)


def learners_query(digest: str, *, key: str = "") -> dict[str, str]:
    """Return what the link of the course ``digest`` says, with the ``key`` that the course may ask for."""
    return {COURSE: digest} | ({KEY: key} if key else {})


def learners_link(digest: str, *, key: str = "") -> str:
    """Return the link of a course, after the address of this server."""
    return f"/{_LEARN}?" + "&".join(f"{name}={value}" for name, value in learners_query(digest, key=key).items())


def key_of(course: Course) -> str:
    """Return the key that a course's learners bring in their link, empty where none is asked for."""
    try:
        return enrolment_of(course.folder).key
    except EnrolmentRefused:
        return ""


def where_it_is_sat(course: Course) -> None:
    """Draw the way to a course on the Learn page, and its whole address as this browser knows the server, to copy."""
    key = key_of(course)
    st.page_link(
        "learn.py",
        label="Sit it on the Learn page",
        icon=":material/edit_note:",
        query_params=learners_query(course.digest, key=key),
    )
    st.caption("The address for learners:" if is_served_to_others() else _HERE_ONLY)
    here = str(st.context.url or "")  # of a page, which has the same parent as Learn
    st.code(urljoin(here, learners_link(course.digest, key=key).removeprefix("/")), language=None)
