"""The tables of the records: moments are UTC both ways, and every constraint has a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from lwise_core.teaching.records.tables import AnswerRow, CourseRow, SittingRow, Table, Utc

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def course_row(name: str) -> CourseRow:
    return CourseRow(digest=name, name=name, manifest="{}", added_at=MOMENT)


def sitting_row(course: CourseRow, number: int, **changes: object) -> SittingRow:
    settled = {"token": f"t{number}", "participant": f"P{number}", "group_name": "g", "condition": 0, "slot": number}
    return SittingRow(course_id=course.id, seed=2**32, enrolled_at=MOMENT, **{**settled, **changes})


def answer_row(sitting: SittingRow) -> AnswerRow:
    words = dict.fromkeys(("block", "kind", "picture", "class_name", "split", "towards", "choice"), "x")
    numbers = dict.fromkeys(("epsilon_224", "onset_ms", "choices_ms", "frames_dropped"), 0)
    flags = dict.fromkeys(("feedback", "correct", "left_page"), True)
    return AnswerRow(sitting_id=sitting.id, trial=0, relabelled=["a"], stored_at=MOMENT, **words, **numbers, **flags)


def test_a_moment_of_another_zone_is_kept_as_utc() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    kept = Utc().process_bind_param(moment, sqlite.dialect())
    assert kept is not None
    assert kept.isoformat() == "2026-03-01T10:00:00+00:00"


@given(seconds=st.integers(-(10**9), 10**9), zone=ZONES)
def test_a_moment_comes_back_as_the_same_moment_with_its_zone(seconds: int, zone: timezone) -> None:
    moment = (MOMENT + timedelta(seconds=seconds)).astimezone(zone)
    kept = Utc().process_bind_param(moment, sqlite.dialect())
    assert kept is not None
    without_zone = kept.replace(tzinfo=None)  # as SQLite returns it
    for returned in (kept, without_zone):
        back = Utc().process_result_value(returned, sqlite.dialect())
        assert back == moment
        assert back is not None
        assert back.tzinfo is UTC


def test_no_moment_stays_none() -> None:
    assert Utc().process_bind_param(None, sqlite.dialect()) is None
    assert Utc().process_result_value(None, sqlite.dialect()) is None


def test_every_constraint_has_a_name_that_a_revision_can_refer_to() -> None:
    assert set(Table.metadata.tables) == {"courses", "sittings", "answers"}
    assert all(c.name for table in Table.metadata.tables.values() for c in table.constraints)


@pytest.mark.parametrize("same", [{"participant": "P0"}, {"slot": 0}, {"token": "t0"}])
def test_a_course_has_one_sitting_of_a_code_a_slot_and_a_token(session: Session, same: dict[str, object]) -> None:
    course = course_row("a")
    session.add(course)
    session.flush()
    session.add_all([sitting_row(course, 0), sitting_row(course, 1, **same)])
    with pytest.raises(exc.IntegrityError):
        session.flush()


def test_answers_go_with_their_sitting_and_a_yoked_one_stays(session: Session) -> None:
    course = course_row("a")
    session.add(course)
    session.flush()
    first = sitting_row(course, 0)
    session.add(first)
    session.flush()
    session.add_all([answer_row(first), sitting_row(course, 1, yoked_to=first.id)])
    session.flush()
    session.delete(first)
    session.flush()
    session.expire_all()
    assert session.query(AnswerRow).count() == 0
    (left,) = session.query(SittingRow)
    assert (left.slot, left.yoked_to) == (1, None)
