"""From the records of a course to the table that every analysis takes."""

from __future__ import annotations

from itertools import groupby

from lwise_core.study.responses import Responses, responses_of, together
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.records.store import Records


def responses_in(records: Records, course: Course) -> Responses:
    """Return every answer that was given in a course, by people; what they were shown is as it was recorded.

    Raises:
        ResponsesError: There are no answers yet.
        RecordsError: The records do not know the course, or cannot be reached.
    """
    people = []
    for participant, found in groupby(records.responses(course=course.digest), key=lambda r: r.participant):
        rows = list(found)
        people.append(
            responses_of(
                [r.record.trial for r in rows],
                [r.record.answer for r in rows],
                participant=participant,
                group=course.design.name_of(rows[0].condition),
                condition_idx=rows[0].condition,
                aliases=course.labels(participant),
            )
        )
    return together(people)
