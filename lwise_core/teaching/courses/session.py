"""One sitting as a state machine: what comes next, whether an answer is right, when it is over.

The state is the answers so far and nothing else: a learner who comes back after a closed tab, a lost network or a
killed server goes on with the very next trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lwise_core._utils.errors import LWiseError
from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.spacing import PracticeAnswer, next_practised
from lwise_core.teaching.design.staircase import ShownTrial, next_adaptive, next_yoked
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import SHAPES, Trial, TrialKind
from lwise_core.teaching.languages.catalogue import Message


class OutOfTurn(LWiseError):
    """An answer to a trial that is not the next one. The message is one sentence."""


@dataclass(frozen=True)
class Answered:
    """A trial that was answered: what it showed, and whether the answer was right."""

    trial: int
    picture: str
    epsilon_224: float
    correct: bool


@dataclass(frozen=True)
class LearnerState:
    """Who sits a course as number ``slot``, and what was ``answered`` so far, in order.

    A yoked learner has the trials of an adaptive one, who came as ``partner_slot`` and was shown ``partner``. In a
    practice, ``practised`` are the answers with what its order depends on.
    """

    slot: int
    answered: tuple[Answered, ...] = ()
    partner_slot: int | None = None
    partner: tuple[ShownTrial, ...] = ()
    practised: tuple[PracticeAnswer, ...] = ()

    @property
    def done(self) -> int:
        """How many trials were answered, which is also the number of the next one."""
        return len(self.answered)


def total(course: Course) -> int:
    """Return how many trials a course has."""
    return course.design.schedule.trials(len(course.classes))


def upcoming(course: Course, learner: LearnerState) -> tuple[Trial, ...]:
    """Return the trials that come next: the rest of the block, only the next one where it depends on the answer.

    Empty when the course is over, which a practice never is: whether anything of it is due depends on the hour.

    Raises:
        CurriculumError: The course's pictures are too few for its schedule.
    """
    if course.design.practises:
        return (next_practised(course.pool, learner.practised, seed=course.design.seed_for(learner.slot)),)
    if learner.done >= total(course):
        return ()
    group = course.design.group(learner.slot)
    if not group.follows_answers:
        rest = course.trials(learner.slot)[learner.done :]
        return tuple(t for t in rest if t.block == rest[0].block)
    return (_following(course, learner, adaptive=group is Group.ADAPTIVE),)


def judge(course: Course, learner: LearnerState, answer: Answer) -> tuple[Trial, bool]:
    """Return the trial that an answer belongs to, and whether it is right; time run out is wrong.

    Raises:
        OutOfTurn: It is not the next trial, or the choice is none of those that were offered.
    """
    coming = upcoming(course, learner)
    if not coming or answer.trial != learner.done:
        raise OutOfTurn(
            Message(
                "Trial {number} is not the next one of this course; reload the page to go on.", number=answer.trial + 1
            )
        )
    trial = coming[0]
    chosen = meant(trial, answer).choice
    if chosen and chosen not in choices(course, trial).values():
        raise OutOfTurn(Message("That answer was not among the choices; reload the page to go on."))
    return trial, chosen == trial.answer


def meant(trial: Trial, answer: Answer) -> Answer:
    """Return the answer with what was chosen: of two pictures, what the one on the chosen side stands for."""
    return replace(answer, choice=trial.meanings.get(answer.choice, answer.choice))


def choices(course: Course, trial: Trial) -> Mapping[str, str]:
    """Return each button → what choosing it means.

    A button is a class, which in calibration perhaps means a shape; where there are two pictures, it is a side.
    """
    if trial.foil is not None:
        return trial.meanings
    meaning = {c: c for c in course.classes}
    if trial.kind is TrialKind.CALIBRATION:
        meaning.update(zip(trial.relabelled, SHAPES, strict=True))
    return meaning


def _following(course: Course, learner: LearnerState, *, adaptive: bool) -> Trial:
    schedule = course.design.schedule
    if adaptive:
        shown = [ShownTrial(a.trial, a.picture, a.epsilon_224) for a in learner.answered]
        correct = [a.correct for a in learner.answered]
        return next_adaptive(
            course.pool, schedule, seed=course.design.seed_for(learner.slot), shown=shown, correct=correct
        )
    partner = learner.slot if learner.partner_slot is None else learner.partner_slot
    return next_yoked(
        course.pool, schedule, seed=course.design.seed_for(partner), partner=learner.partner, done=learner.done
    )
