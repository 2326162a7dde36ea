"""What the store asks of its tables more than once, within a transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnExpressionArgument, Dialect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.records.tables import CourseRow, SittingRow, Table
from lwise_core.teaching.records.values import (
    Sitting,
    UnknownCourse,
    UnknownSitting,
)

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

NO_SITTING = Message("Nobody has this link, or its records were deleted; ask for a new one.")


def insert_unless_there(
    session: Session,
    table: type[Table],
    row: dict[str, Any],
    *,
    key: Sequence[InstrumentedAttribute[Any]],
) -> bool:
    """Insert a row unless its key is there, and return whether it was not."""
    insert = _inserts(session.get_bind().dialect)
    statement = insert(table).values(row).on_conflict_do_nothing(index_elements=key).returning(*key)
    return session.execute(statement).first() is not None


def _inserts(dialect: Dialect) -> Callable[[type[Table]], sqlite.Insert | postgresql.Insert]:
    return sqlite.insert if dialect.name == "sqlite" else postgresql.insert


def next_slot(session: Session, course: str) -> int:
    """Return the next slot of a course. Others who enrol wait here until this transaction has ended.

    Raises:
        UnknownCourse: The records know no such course.
    """
    counted = session.scalars(
        update(CourseRow)
        .where(CourseRow.digest == course)
        .values(enrolled=CourseRow.enrolled + 1)
        .returning(CourseRow.enrolled)
    ).one_or_none()
    if counted is None:
        raise UnknownCourse(_NO_COURSE)
    return counted - 1


_NO_COURSE = "The records know no such course: nobody has begun it with these records; let somebody take it first."


def course_row(session: Session, digest: str) -> CourseRow:
    """Return the row of a course.

    Raises:
        UnknownCourse: There is none of this digest.
    """
    row = session.scalars(select(CourseRow).where(CourseRow.digest == digest)).one_or_none()
    if row is None:
        raise UnknownCourse(_NO_COURSE)
    return row


def holds(token: str) -> ColumnExpressionArgument[bool]:
    """Return the condition of holding ``token``, which comes from an address bar and may be anything.

    Raises:
        UnknownSitting: It has not the form of a token.
    """
    if not TOKEN.fullmatch(token):
        raise UnknownSitting(NO_SITTING)
    return SittingRow.token == token


def sitting_id(session: Session, token: str) -> int:
    """Return the key of the sitting that holds ``token``.

    Raises:
        UnknownSitting: There is none.
    """
    found = session.scalars(select(SittingRow.id).where(holds(token))).one_or_none()
    if found is None:
        raise UnknownSitting(NO_SITTING)
    return found


def sitting_where(session: Session, who: ColumnExpressionArgument[bool]) -> Sitting:
    """Return the one sitting of which ``who`` is true.

    Raises:
        UnknownSitting: There is none.
    """
    found = next(sittings_where(session, who), None)
    if found is None:
        raise UnknownSitting(NO_SITTING)
    return found


def sittings_where(session: Session, who: ColumnExpressionArgument[bool]) -> Iterator[Sitting]:
    """Yield the sittings of which ``who`` is true, by slot."""
    partner = aliased(SittingRow)
    rows = (
        select(SittingRow, CourseRow.digest, partner.token)
        .join(CourseRow, CourseRow.id == SittingRow.course_id)
        .outerjoin(partner, partner.id == SittingRow.yoked_to)
        .where(who)
        .order_by(SittingRow.slot)
        .execution_options(populate_existing=True)
    )
    for row, digest, yoked_to in session.execute(rows):
        yield Sitting(
            token=row.token,
            course=digest,
            participant=row.participant,
            group=Group(row.group_name),
            condition=row.condition,
            slot=row.slot,
            seed=row.seed,
            yoked_to=yoked_to,
            enrolled_at=row.enrolled_at,
            consented_at=row.consented_at,
            started=row.started,
            finished=row.finished,
        )
