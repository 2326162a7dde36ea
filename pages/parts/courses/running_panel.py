"""How far a running course is, group by group: counts, and nothing that says who is where."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.records import store
from lwise_core.teaching.records.database import RecordsError
from lwise_core.teaching.records.standing import AT_IT, GroupProgress, progress_by_group
from pages.parts.session.access import is_teacher
from pages.parts.session.course_server import course_library, course_server
from pages.parts.ui.notices import notice

_EVERY_S = 10


def running_panel(digest: str) -> None:
    """Draw how far the course is, now and, where that is asked for, every ten seconds."""
    follow = st.toggle("Keep this up to date", key=f"follow-{digest}", help=f"It is read again every {_EVERY_S} s.")
    st.fragment(_running, run_every=_EVERY_S if follow else None)(digest)


def _running(digest: str) -> None:
    if not is_teacher():  # drawn again by itself, while the half hour of the word went by
        st.rerun()
    course = course_library().courses().get(digest)
    name_of = course.design.name_of if course else None
    try:
        sittings = course_server().records.progress(course=digest)
    except RecordsError as error:  # a fragment is drawn again outside of the page that would say so
        notice("caution", str(error))
        return
    groups = progress_by_group(sittings, moment=store.now(), name_of=name_of)
    st.markdown(_in_words(groups, target=course.design.terms.target if course else 0))
    if groups:
        st.dataframe(pd.DataFrame([_row(g) for g in groups]), hide_index=True, alt="How far each group is")
        st.caption(_meaning(course))


def _in_words(groups: Sequence[GroupProgress], *, target: int) -> str:
    finished, at_it = sum(g.finished for g in groups), sum(len(g.at_it) for g in groups)
    left, wanted = sum(len(g.left) for g in groups), f" of {target:,}" if target else ""
    return f"**{finished:,}{wanted} finished**, {at_it:,} at it, {left:,} left before the end."


def _row(progress: GroupProgress) -> dict[str, str | int]:
    return {
        "group": progress.group,
        "begun": progress.begun,
        "finished": progress.finished,
        "at it": len(progress.at_it),
        "left": len(progress.left),
        "answers of those at it": _range(progress.at_it),
        "answers of those who left": _range(progress.left),
    }


def _range(answered: tuple[int, ...]) -> str:
    """Return the fewest and the most of sorted numbers of answers."""
    if not answered:
        return ""
    return f"{answered[0]}" if answered[0] == answered[-1] else f"{answered[0]} to {answered[-1]}"


def _meaning(course: Course | None) -> str:
    minutes = round(AT_IT.total_seconds() / 60)
    long = (
        "" if course is None or course.design.practises else f" A whole sitting has {counted(total(course), 'answer')}."
    )
    return (
        f"Who has not finished and has answered nothing for {minutes} min counts as having left.{long} A newcomer gets "
        "the place in the rotation at which fewest have finished or are at it."
    )
