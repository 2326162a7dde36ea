"""What the records know, and what they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.records.database import RecordsError


class UnknownCourse(RecordsError):
    """A digest of no course that was added."""


class UnknownSitting(RecordsError):
    """A token or a participant code that belongs to no participant, or to a deleted one."""


class CodeTaken(RecordsError):
    """A participant code that is taken in this course."""


class CodeRefused(RecordsError):
    """What cannot be a participant code."""


class AnswerRefused(RecordsError):
    """An answer that belongs to another trial, or holds what is no measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCourse:
    """A course that records know: the SHA-256 of its manifest, its name, and when it was added (UTC)."""

    digest: str
    name: str
    enrolled: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One learner in one course.

    ``token`` lets its holder go on, so it is not in the ``repr`` that finds its way into logs. ``slot`` counts the
    learners of the course from 0, and ``condition`` is its place in the rotation of groups. ``yoked_to`` is the token
    of the learner whose sequence this one gets. Moments are UTC, None until then.
    """

    token: str = field(repr=False)
    course: str
    participant: str
    group: Group
    condition: int
    slot: int
    seed: int
    yoked_to: str | None = field(repr=False)
    enrolled_at: datetime
    consented_at: datetime | None
    started: datetime | None
    finished: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One trial, what the learner did in it, whether that was right, and when it was stored (UTC)."""

    trial: Trial
    answer: Answer
    correct: bool
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the records hold of a trial after storing; after a ``repeat`` that is what was stored first."""

    record: TrialRecord
    repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One row of an analysis: whose it is, and the record."""

    participant: str
    group: Group
    condition: int
    slot: int
    record: TrialRecord
