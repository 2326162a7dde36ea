"""What the store asks of its tables: slots in turn, rows that are inserted once, and nothing for a token of nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.records.queries import (
    course_row,
    holds,
    insert_unless_there,
    next_slot,
    sitting_id,
    sitting_where,
    sittings_where,
)
from lwise_core.teaching.records.tables import CourseRow, SittingRow
from lwise_core.teaching.records.values import UnknownCourse, UnknownSitting
from tests.teaching.records.test_tables import MOMENT, sitting_row
from tests.teaching.records.test_tables import course_row as new_course

TOKENS = ("a" * 43, "b" * 43)


@pytest.fixture
def course(session: Session) -> CourseRow:
    """Two learners; the second to enrol has the slot before the first, and is yoked to them."""
    added = new_course("moths")
    session.add(added)
    session.flush()
    first = sitting_row(added, 1, token=TOKENS[0], group_name=Group.ADAPTIVE.value)
    session.add(first)
    session.flush()
    session.add(sitting_row(added, 0, token=TOKENS[1], group_name=Group.YOKED.value, yoked_to=first.id))
    session.flush()
    return added


def test_slots_are_given_in_turn_and_by_each_course_for_itself(session: Session, course: CourseRow) -> None:
    session.add(new_course("other"))
    session.flush()
    slots = [next_slot(session, digest) for digest in ("moths", "moths", "other", "moths")]
    assert slots == [0, 1, 0, 2]
    session.refresh(course)
    assert course.enrolled == 3


def test_a_course_that_was_not_added_has_no_row_and_no_slot(session: Session, course: CourseRow) -> None:
    assert course_row(session, "moths") is course
    for asked in (course_row, next_slot):
        with pytest.raises(UnknownCourse, match="let somebody take it first"):
            asked(session, "another")


def test_a_row_whose_key_is_there_is_not_inserted_and_stays_as_it_is(session: Session, course: CourseRow) -> None:
    row = {"digest": "new", "name": "first", "manifest": "{}", "enrolled": 0, "added_at": MOMENT}
    key = [CourseRow.digest]
    assert insert_unless_there(session, CourseRow, row, key=key)
    assert not insert_unless_there(session, CourseRow, {**row, "name": "second"}, key=key)
    assert course_row(session, "new").name == "first"
    assert session.scalar(select(func.count()).select_from(CourseRow)) == 2
    assert course.name == "moths"


def test_sittings_come_by_slot_with_the_token_of_whom_they_are_yoked_to(session: Session, course: CourseRow) -> None:
    found = list(sittings_where(session, SittingRow.course_id == course.id))
    assert [(s.slot, s.token, s.yoked_to) for s in found] == [(0, TOKENS[1], TOKENS[0]), (1, TOKENS[0], None)]
    assert [s.group for s in found] == [Group.YOKED, Group.ADAPTIVE]
    assert {s.course for s in found} == {"moths"}
    assert sitting_where(session, holds(TOKENS[0])) == found[1]


@pytest.mark.usefixtures("course")
def test_a_token_finds_its_sitting_and_that_of_nobody_finds_none(session: Session) -> None:
    ids = [sitting_id(session, token) for token in TOKENS]
    assert [session.get_one(SittingRow, i).token for i in ids] == list(TOKENS)
    for missing in ("c" * 43, "", TOKENS[0][:-1]):
        with pytest.raises(UnknownSitting, match="ask for a new one"):
            sitting_id(session, missing)
    with pytest.raises(UnknownSitting, match="ask for a new one"):
        sitting_where(session, false())


@given(st.text(max_size=50) | st.from_regex(r"[A-Za-z0-9_-]{42,44}\n?", fullmatch=True))
def test_only_what_has_the_form_of_a_token_is_looked_for(token: str) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
    if len(token) == 43 and set(token) <= set(letters):
        asked = select(SittingRow.id).where(holds(token)).compile()
        assert list(asked.params.values()) == [token]
    else:
        with pytest.raises(UnknownSitting):
            holds(token)
