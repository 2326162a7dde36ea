"""What one person did in one course, with what joins it to another: which pictures were met, and when the test was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from lwise_core.teaching.courses.course import Course, natural_of
from lwise_core.teaching.design.trial_sampling import TrialKind
from lwise_core.teaching.records.store import Records
from lwise_core.teaching.records.values import Response


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One person in one course.

    ``tested`` is, for every scored test trial, what was shown and whether the answer was right. ``met`` says of
    everything that was shown when that was first. What was shown is known by its contents, or by the thing that several
    pictures show, such as one lesion, so that it is the same in every course. Moments are those of the server.
    """

    participant: str
    group: str
    tested: tuple[tuple[str, bool], ...]
    met: Mapping[str, datetime]
    began: datetime | None
    ended: datetime | None

    @property
    def accuracy(self) -> float:
        """The share of right answers in the test, 0 to 1.

        Raises:
            ZeroDivisionError: There was no test.
        """
        return sum(right for _, right in self.tested) / len(self.tested)


def attempts_in(records: Records, course: Course) -> tuple[Attempt, ...]:
    """Return what everybody did in a course, by slot.

    Raises:
        RecordsError: The records do not know the course, or cannot be reached.
    """
    known = {p.candidate.name: p.candidate.origin or natural_of(p).file for p in course.manifest.pictures}
    people = groupby(records.responses(course=course.digest), key=lambda r: r.participant)
    return tuple(_attempt(list(found), known, course) for _, found in people)


def _attempt(responses: Sequence[Response], known: Mapping[str, str], course: Course) -> Attempt:
    shown = [r.record for r in responses if r.record.trial.kind is not TrialKind.CALIBRATION]
    met: dict[str, datetime] = {}
    for record in shown:
        met.setdefault(known.get(record.trial.picture, record.trial.picture), record.stored_at)
    tests = [r for r in shown if r.trial.scored and not r.trial.feedback]
    return Attempt(
        participant=responses[0].participant,
        group=course.design.name_of(responses[0].condition),
        tested=tuple((known.get(r.trial.picture, r.trial.picture), r.correct) for r in tests),
        met=met,
        began=tests[0].stored_at if tests else None,
        ended=tests[-1].stored_at if tests else None,
    )
