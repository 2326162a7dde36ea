"""Trials and answers as rows: what goes in comes back, and what a database would change or reject does not go in."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.records.conversions import check_answer, columns_of, course_of, record_of
from lwise_core.teaching.records.tables import AnswerRow, CourseRow
from lwise_core.teaching.records.values import AnswerRefused, KnownCourse
from tests.support.recorded_rounds import ANSWER, TRIAL, rounds

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(both=rounds(), correct=st.booleans())
def test_a_row_holds_all_of_a_trial_and_its_answer(both: tuple[Trial, Answer], correct: bool) -> None:
    trial, answer = both
    record = record_of(AnswerRow(sitting_id=1, correct=correct, stored_at=MOMENT, **columns_of(trial, answer)))
    assert (record.trial, record.answer, record.correct, record.stored_at) == (trial, answer, correct, MOMENT)


def test_every_column_but_those_of_the_store_is_filled() -> None:
    columns = {column.name for column in AnswerRow.__table__.columns}
    assert columns - set(columns_of(TRIAL, ANSWER)) == {"sitting_id", "correct", "stored_at"}


def test_a_course_is_known_by_what_its_row_says() -> None:
    row = CourseRow(digest="0" * 64, name="Moths", manifest="{}", enrolled=3, added_at=MOMENT)
    assert course_of(row) == KnownCourse(digest="0" * 64, name="Moths", enrolled=3, added_at=MOMENT)


@given(both=rounds())
def test_whatever_both_databases_keep_is_taken(both: tuple[Trial, Answer]) -> None:
    check_answer(*both)


@pytest.mark.parametrize(
    "answer",
    [
        replace(ANSWER, trial=1),
        replace(ANSWER, reaction_ms=float("nan")),
        replace(ANSWER, onset_ms=float("inf")),
        replace(ANSWER, choices_ms=float("-inf")),
        replace(ANSWER, reaction_ms=-1e300),
        replace(ANSWER, reaction_ms=1e300),
        replace(ANSWER, onset_ms=-1.0),
        replace(ANSWER, onset_ms=ANSWER.choices_ms + 2),  # the choices before the picture
        replace(ANSWER, frames_asked=-1),
        replace(ANSWER, frames_shown=2**31),
        replace(ANSWER, frames_dropped=2**63),
        replace(ANSWER, sureness=0),
        replace(ANSWER, sureness=5),
        replace(ANSWER, choice="Tyro\0"),
        replace(ANSWER, choice="\udc80"),
    ],
    ids=lambda answer: next(
        f"{f.name} {getattr(answer, f.name)!a}"
        for f in fields(answer)
        if repr(getattr(answer, f.name)) != repr(getattr(ANSWER, f.name))
    ),
)
def test_what_is_no_measurement_is_refused(answer: Answer) -> None:
    with pytest.raises(AnswerRefused, match="what was stored is kept"):
        check_answer(TRIAL, answer)


def test_a_trial_whose_difficulty_is_no_number_is_refused() -> None:
    with pytest.raises(AnswerRefused, match="no measurement"):
        check_answer(replace(TRIAL, difficulty=float("nan")), ANSWER)
