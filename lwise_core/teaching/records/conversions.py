"""Trials and answers as rows of the tables, and back."""

from __future__ import annotations

import math
import re
from dataclasses import asdict
from typing import Any

from lwise_core.teaching.design.timing import MOST_SURE, Answer
from lwise_core.teaching.design.trial_sampling import Foil, Trial, TrialKind
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.records.tables import AnswerRow, CourseRow
from lwise_core.teaching.records.values import AnswerRefused, KnownCourse, TrialRecord

_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # PostgreSQL stores no zero, and neither stores half a character

_MOST_FRAMES = 2**31 - 1
_MOST_MS = 30 * 24 * 3600 * 1000.0
"""No page stays open longer, and a machine that slept in mid-trial gives a long time that is true."""
_ROUNDING_MS = 1.0

NO_MEASUREMENT = Message(
    "This answer does not belong to its trial, or holds what is no measurement; load the page again and answer once "
    "more: what was stored is kept."
)


def course_of(row: CourseRow) -> KnownCourse:
    """Return a course as the records know it."""
    return KnownCourse(digest=row.digest, name=row.name, enrolled=row.enrolled, added_at=row.added_at)


def check_answer(trial: Trial, answer: Answer) -> None:
    """Refuse what was never measured, or what a database would change: pages send answers, and pages may be anything.

    Raises:
        AnswerRefused: It belongs to another trial, or holds a value that is no measurement.
    """
    numbers = (answer.onset_ms, answer.choices_ms, answer.reaction_ms, trial.difficulty)
    frames = (answer.frames_asked, answer.frames_shown, answer.frames_dropped)
    sound = (
        answer.trial == trial.number
        and all(n is None or math.isfinite(n) for n in numbers)
        and all(t is None or 0 <= t <= _MOST_MS for t in (answer.onset_ms, answer.choices_ms, answer.reaction_ms))
        and answer.onset_ms <= answer.choices_ms + _ROUNDING_MS
        and all(n is None or 0 <= n <= _MOST_FRAMES for n in frames)
        and answer.sureness in (None, *range(1, MOST_SURE + 1))
        and not _NO_TEXT.search(answer.choice)
    )
    if not sound:
        raise AnswerRefused(NO_MEASUREMENT)


def columns_of(trial: Trial, answer: Answer) -> dict[str, Any]:
    """Return what a row holds of a trial and its answer."""
    return {
        "trial": trial.number,
        "block": trial.block,
        "kind": trial.kind.value,
        "picture": trial.picture,
        "class_name": trial.answer,
        "split": trial.split,
        "towards": trial.towards,
        "epsilon_224": trial.epsilon_224,
        "difficulty": trial.difficulty,
        "feedback": trial.feedback,
        "relabelled": list(trial.relabelled),
        "foil": None if trial.foil is None else asdict(trial.foil),
        "choice": answer.choice,
        "reaction_ms": answer.reaction_ms,
        "onset_ms": answer.onset_ms,
        "choices_ms": answer.choices_ms,
        "frames_asked": answer.frames_asked,
        "frames_shown": answer.frames_shown,
        "frames_dropped": answer.frames_dropped,
        "left_page": answer.left,
        "sureness": answer.sureness,
        "treatment": trial.treatment or None,
    }


def record_of(row: AnswerRow) -> TrialRecord:
    """Return the trial and the answer that a row holds."""
    return TrialRecord(
        trial=Trial(
            number=row.trial,
            block=row.block,
            kind=TrialKind(row.kind),
            picture=row.picture,
            answer=row.class_name,
            split=row.split,
            feedback=row.feedback,
            epsilon_224=row.epsilon_224,
            towards=row.towards,
            difficulty=row.difficulty,
            relabelled=tuple(row.relabelled),
            foil=None if row.foil is None else Foil(**row.foil),
            treatment=row.treatment or "",
        ),
        answer=Answer(
            trial=row.trial,
            choice=row.choice,
            reaction_ms=row.reaction_ms,
            onset_ms=row.onset_ms,
            choices_ms=row.choices_ms,
            frames_asked=row.frames_asked,
            frames_shown=row.frames_shown,
            frames_dropped=row.frames_dropped,
            left=row.left_page,
            sureness=row.sureness,
        ),
        correct=row.correct,
        stored_at=row.stored_at,
    )
