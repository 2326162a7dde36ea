"""A sitting as a state machine."""

from dataclasses import replace

import pytest

from lwise_core.teaching.courses.course import Course
from lwise_core.teaching.courses.session import (
    Answered,
    LearnerState,
    OutOfTurn,
    choices,
    judge,
    meant,
    total,
    upcoming,
)
from lwise_core.teaching.design.staircase import ShownTrial
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import SHAPES, Trial, TrialKind

CONTROL, L_WISE, ADAPTIVE, YOKED = range(4)


def answer(trial: Trial, *, right: bool = True) -> Answer:
    return Answer(trial.number, trial.answer if right else "", 800.0, onset_ms=100.0, choices_ms=100.0)


def sat(course: Course, learner: LearnerState, *, right: bool = True) -> tuple[LearnerState, list[Trial]]:
    """Return the learner after the whole course, and the trials that they had."""
    trials: list[Trial] = []
    while coming := upcoming(course, learner):
        trial, correct = judge(course, learner, answer(coming[0], right=right))
        assert correct is right
        trials.append(trial)
        done = Answered(trial.number, trial.picture, trial.epsilon_224, correct)
        learner = replace(learner, answered=(*learner.answered, done))
    return learner, trials


def test_a_sitting_goes_through_its_trials_in_order_and_ends(course: Course) -> None:
    learner, trials = sat(course, LearnerState(L_WISE))
    assert tuple(trials) == course.trials(L_WISE)
    assert learner.done == len(trials) == total(course)
    assert upcoming(course, learner) == ()


def test_what_comes_next_is_the_rest_of_the_block(course: Course) -> None:
    coming = upcoming(course, LearnerState(CONTROL))
    assert {t.block for t in coming} == {"train_1"}
    assert len(coming) == course.design.schedule.blocks[0].trials(4)
    assert [t.number for t in coming] == list(range(len(coming)))


@pytest.mark.parametrize("slot", [CONTROL, L_WISE, ADAPTIVE])
def test_whoever_comes_back_goes_on_with_the_very_next_trial(course: Course, slot: int) -> None:
    _, whole = sat(course, LearnerState(slot), right=False)
    answered = tuple(Answered(t.number, t.picture, t.epsilon_224, correct=False) for t in whole[:9])
    assert upcoming(course, LearnerState(slot, answered))[0] == whole[9]


def test_an_adaptive_course_shows_one_trial_ahead_only(course: Course) -> None:
    assert len(upcoming(course, LearnerState(ADAPTIVE))) == 1


def test_yoked_learners_have_their_partners_trials(course: Course) -> None:
    _, trials = sat(course, LearnerState(ADAPTIVE), right=False)
    partner = tuple(ShownTrial(t.number, t.picture, t.epsilon_224) for t in trials)
    _, yoked = sat(course, LearnerState(YOKED, partner_slot=ADAPTIVE, partner=partner))
    assert yoked == trials


def test_a_yoked_learner_without_a_partner_still_has_a_course(course: Course) -> None:
    learner, _ = sat(course, LearnerState(YOKED))
    assert learner.done == total(course)


def test_time_run_out_is_wrong(course: Course) -> None:
    coming = upcoming(course, LearnerState(CONTROL))
    assert judge(course, LearnerState(CONTROL), answer(coming[0], right=False)) == (coming[0], False)


def test_answers_out_of_turn_are_refused(course: Course) -> None:
    first, second, *_ = upcoming(course, LearnerState(CONTROL))
    with pytest.raises(OutOfTurn, match="Trial 2 is not the next one"):
        judge(course, LearnerState(CONTROL), answer(second))
    learner, _ = sat(course, LearnerState(CONTROL))
    with pytest.raises(OutOfTurn, match="not the next one"):
        judge(course, learner, answer(first))


def test_an_answer_that_was_not_offered_is_refused(course: Course) -> None:
    first = upcoming(course, LearnerState(CONTROL))[0]
    with pytest.raises(OutOfTurn, match="not among the choices"):
        judge(course, LearnerState(CONTROL), replace(answer(first), choice="a class of another course"))


def test_calibration_trials_offer_the_shapes_on_relabelled_buttons(course: Course) -> None:
    trial = next(t for t in course.trials(CONTROL) if t.kind is TrialKind.CALIBRATION)
    offered = choices(course, trial)
    assert {offered[c] for c in trial.relabelled} == set(SHAPES)
    assert set(offered) == set(course.classes)
    assert sum(v in SHAPES for v in offered.values()) == 2


def test_of_two_pictures_a_side_is_chosen_and_means_what_stands_there(pair_course: Course) -> None:
    learner = LearnerState(0)
    for number in range(total(pair_course)):
        trial = upcoming(pair_course, learner)[0]
        wrong = next(side for side in choices(pair_course, trial) if side != trial.side)
        said = replace(answer(trial), choice=trial.side if number % 2 else wrong)
        assert judge(pair_course, learner, said) == (trial, bool(number % 2))
        assert meant(trial, said).choice == trial.meanings[said.choice]
        learner = replace(learner, answered=(*learner.answered, Answered(number, trial.picture, 0.0, bool(number % 2))))
    assert upcoming(pair_course, learner) == ()


def test_of_two_pictures_nothing_but_a_side_can_be_chosen(pair_course: Course) -> None:
    trial = upcoming(pair_course, LearnerState(0))[0]
    with pytest.raises(OutOfTurn, match="not among the choices"):
        judge(pair_course, LearnerState(0), replace(answer(trial), choice="middle"))
