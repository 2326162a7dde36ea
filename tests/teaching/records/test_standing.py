"""How a running course stands, and who gets which slot of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.records.standing import (
    AT_IT,
    GroupProgress,
    SittingProgress,
    SittingState,
    balanced_slot,
    progress_by_group,
    sittings_progress,
    take_slot,
)
from lwise_core.teaching.records.tables import CourseRow, SittingRow
from tests.teaching.records.test_tables import answer_row, course_row, sitting_row

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(places=st.integers(1, 9), people=st.integers(0, 40))
def test_while_nobody_leaves_slots_are_given_in_turn(places: int, people: int) -> None:
    counting: Counter[int] = Counter()
    for slot in range(people):
        assert balanced_slot(slot, places, counting) == slot
        counting[slot % places] += 1


@given(
    first=st.integers(0, 500),
    counting=st.dictionaries(st.integers(0, 6), st.integers(0, 5)),
    newcomers=st.integers(0, 60),
)
def test_newcomers_make_up_for_whoever_left_and_no_slot_comes_twice(
    first: int, counting: Mapping[int, int], newcomers: int
) -> None:
    now, given_before = Counter(counting), first
    for _ in range(newcomers):
        slot = balanced_slot(given_before, 7, now)
        assert slot >= given_before
        assert now[slot % 7] == min(now[place] for place in range(7))
        now[slot % 7] += 1
        given_before = slot + 1
    lacking = sum(max(0, max(counting.values(), default=0) - counting.get(p, 0)) for p in range(7))
    if newcomers >= lacking:
        assert max(now[p] for p in range(7)) - min(now[p] for p in range(7)) <= 1


def enrolled(session: Session, course: CourseRow, places: int, *, at: datetime = NOW) -> SittingRow:
    slot, _ = take_slot(session, course.digest, places=places, moment=at)
    row = sitting_row(course, slot, participant=f"p{slot}", group_name=Group.CONTROL.value, condition=slot % places)
    row.enrolled_at = at
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def moths(session: Session) -> CourseRow:
    row = course_row("moths")
    session.add(row)
    session.flush()
    return row


def test_who_is_silent_for_an_hour_is_made_up_for_and_who_finished_is_not(session: Session, moths: CourseRow) -> None:
    people = [enrolled(session, moths, 3) for _ in range(6)]
    assert [p.slot for p in people] == list(range(6))
    for person in people[:5]:
        person.finished = NOW
    later = NOW + AT_IT + timedelta(seconds=1)
    assert enrolled(session, moths, 3, at=later).condition == 2, "the sixth, at place 2, has left"
    assert enrolled(session, moths, 3, at=later).condition == 0


def test_an_answer_keeps_somebody_at_it(session: Session, moths: CourseRow) -> None:
    people = [enrolled(session, moths, 2) for _ in range(2)]
    later = NOW + 2 * AT_IT
    people[0].finished = NOW
    answered(session, people[1], at=later - timedelta(minutes=1))
    slot, standing = take_slot(session, "moths", places=2, moment=later)
    assert (slot, standing.begun, standing.count) == (2, 2, 2)
    slot, standing = take_slot(session, "moths", places=2, moment=later + AT_IT)
    assert (slot, standing.counting) == (3, {0: 1})


def answered(session: Session, sitting: SittingRow, *, at: datetime) -> None:
    row = answer_row(sitting)
    row.stored_at = at
    session.add(row)
    session.flush()


def test_progress_is_counted_by_group_and_says_nobodys_code(session: Session, moths: CourseRow) -> None:
    people = [enrolled(session, moths, 2) for _ in range(4)]
    groups = (Group.CONTROL, Group.L_WISE)
    for person in people:
        person.group_name = groups[person.condition].value
    people[0].finished = NOW
    answered(session, people[1], at=NOW + AT_IT)
    session.flush()
    found = sittings_progress(session, moths.id)
    assert [s.answered for s in found] == [0, 1, 0, 0]
    assert progress_by_group(found, moment=NOW + AT_IT) == (
        GroupProgress(group=Group.CONTROL, finished=1, at_it=(), left=(0,)),
        GroupProgress(group=Group.L_WISE, finished=0, at_it=(1,), left=(0,)),
    )
    named = progress_by_group(found, moment=NOW, name_of=["first", "second"].__getitem__)
    assert [(g.group, g.begun) for g in named] == [("first", 2), ("second", 2)]
    assert "p1" not in repr(found)
    assert [g.begun for g in progress_by_group(found, moment=NOW)] == [2, 2]


def test_states_change_after_an_hour_of_silence() -> None:
    sitting = SittingProgress(group=Group.CONTROL, condition=0, answered=3, last=NOW, finished=False)
    assert sitting.state(NOW + AT_IT - timedelta(seconds=1)) is SittingState.AT_IT
    assert sitting.state(NOW + AT_IT) is SittingState.LEFT
