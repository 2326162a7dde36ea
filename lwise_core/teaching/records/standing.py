"""How a running course stands: who has finished, who is at it, who has left; and which slot a newcomer is given.

A newcomer is given the place in the rotation of groups at which fewest have finished or are at it, so that who leaves
is made up for. To count the finished alone would send everybody who comes while others are still at it to one group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.records.queries import course_row, next_slot
from lwise_core.teaching.records.tables import AnswerRow, SittingRow

AT_IT = timedelta(hours=1)
"""Who has answered nothing for so long and has not finished is taken to have left; if they go on, they are at it again.

A choice of this software: longer than a pause, and short enough that somebody else is given the place on the same day.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseStanding:
    """How many ``begun`` a course, and place in its rotation of groups → how many have finished or are at it."""

    begun: int
    counting: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many have finished or are at it."""
        return sum(self.counting.values())


class SittingState(StrEnum):
    """What somebody who has begun a course is doing."""

    FINISHED = "finished"
    AT_IT = "at it"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingProgress:
    """How far a sitting is, not whose it is: how many trials are ``answered``, and when it was last heard of."""

    group: Group
    condition: int
    answered: int
    last: datetime
    finished: bool

    def state(self, moment: datetime) -> SittingState:
        """Return what whoever sits it is doing at a moment."""
        if self.finished:
            return SittingState.FINISHED
        return SittingState.AT_IT if moment - self.last < AT_IT else SittingState.LEFT


@dataclass(frozen=True, kw_only=True)
class GroupProgress:
    """How far a group is: how many have finished, and how many answers each of those gave who are at it or left."""

    group: str
    finished: int
    at_it: tuple[int, ...]
    left: tuple[int, ...]

    @property
    def begun(self) -> int:
        """How many have begun."""
        return self.finished + len(self.at_it) + len(self.left)


def progress_by_group(
    sittings: Sequence[SittingProgress], *, moment: datetime, name_of: Callable[[int], str] | None = None
) -> tuple[GroupProgress, ...]:
    """Return how far every group is that somebody was put into, in the order of the rotation.

    Args:
        sittings: Of one course.
        moment: Now.
        name_of: What the group at a place in the rotation is called; what the records call it where that is not known.
    """
    groups: dict[str, list[SittingProgress]] = {}
    for sitting in sorted(sittings, key=lambda s: s.condition):
        name = name_of(sitting.condition) if name_of else str(sitting.group)
        groups.setdefault(name, []).append(sitting)
    return tuple(_group_progress(name, mine, moment) for name, mine in groups.items())


def _group_progress(group: str, sittings: Sequence[SittingProgress], moment: datetime) -> GroupProgress:
    answered: dict[SittingState, list[int]] = {state: [] for state in SittingState}
    for sitting in sittings:
        answered[sitting.state(moment)].append(sitting.answered)
    return GroupProgress(
        group=group,
        finished=len(answered[SittingState.FINISHED]),
        at_it=tuple(sorted(answered[SittingState.AT_IT])),
        left=tuple(sorted(answered[SittingState.LEFT])),
    )


def balanced_slot(first: int, places: int, counting: Mapping[int, int]) -> int:
    """Return the slot, from ``first`` on, of that of the ``places`` in the rotation at which fewest count.

    Of equals it is the next in turn, so that while nobody leaves, slots are given one after the other.
    """
    return min(range(first, first + places), key=lambda slot: (counting.get(slot % places, 0), slot))


def take_slot(session: Session, course: str, *, places: int, moment: datetime) -> tuple[int, CourseStanding]:
    """Return the slot of who enrols in a course now, which nobody had before, and how the course stood before.

    Others who enrol wait here until this transaction has ended.

    Raises:
        UnknownCourse: The records know no such course.
    """
    first = next_slot(session, course)
    row = course_row(session, course)
    standing = _standing(session, row.id, since=moment - AT_IT)
    slot = balanced_slot(first, places, standing.counting)
    row.enrolled = slot + 1
    return slot, standing


def _standing(session: Session, course: int, *, since: datetime) -> CourseStanding:
    here = SittingRow.course_id == course
    answered = exists().where(AnswerRow.sitting_id == SittingRow.id, AnswerRow.stored_at > since)
    counts = or_(SittingRow.finished.is_not(None), SittingRow.enrolled_at > since, answered)
    found = select(SittingRow.condition, func.count()).where(here, counts).group_by(SittingRow.condition)
    return CourseStanding(
        begun=session.scalar(select(func.count()).select_from(SittingRow).where(here)) or 0,
        counting={place: int(count) for place, count in session.execute(found)},
    )


def sittings_progress(session: Session, course: int) -> tuple[SittingProgress, ...]:
    """Return how far every sitting of a course is, by slot."""
    rows = (
        select(SittingRow, func.count(AnswerRow.trial), func.max(AnswerRow.stored_at))
        .outerjoin(AnswerRow, AnswerRow.sitting_id == SittingRow.id)
        .where(SittingRow.course_id == course)
        .group_by(SittingRow.id)
        .order_by(SittingRow.slot)
    )
    return tuple(
        SittingProgress(
            group=Group(sitting.group_name),
            condition=sitting.condition,
            answered=answered,
            last=last or sitting.enrolled_at,
            finished=sitting.finished is not None,
        )
        for sitting, answered, last in session.execute(rows)
    )
