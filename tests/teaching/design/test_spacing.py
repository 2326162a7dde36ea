"""Practice that spaces classes by how well they are known."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.teaching.design.spacing import (
    FEWEST_IN_PLAY,
    SPACING,
    ClassState,
    Practice,
    PracticeAnswer,
    in_a_row_for,
    next_class,
    next_practised,
    practice_after,
    priority,
)
from lwise_core.teaching.design.trial_sampling import Candidate, Pool

DAY = 24 * 3600.0
CLASSES = tuple("abcdef")
POOL = Pool(tuple(Candidate(f"{c}{i}", c, "train", difficulty=i) for c in CLASSES for i in range(3)))

Answering = list[tuple[bool, float]]
answering = st.lists(st.tuples(st.sampled_from([True] * 9 + [False]), st.floats(0.2, 6.0)), max_size=40)
"""Right or wrong, and the time that it took."""


def practised(how: Answering, *, classes: tuple[str, ...] = CLASSES, seed: int = 0) -> list[PracticeAnswer]:
    """Return the answers of somebody who is shown what the rule says, one every three seconds."""
    answers: list[PracticeAnswer] = []
    for correct, seconds in how:
        shown = next_class(practice_after(classes, answers), seed=seed)
        answers.append(PracticeAnswer(shown, shown, correct, seconds, at_s=3.0 * len(answers)))
    return answers


def until_known(before: list[PracticeAnswer], *, start_s: float, seed: int = 0) -> list[PracticeAnswer]:
    """Return the answers of somebody who is right and quick until everything is known."""
    answers = list(before)
    while practice_after(CLASSES, answers).least_left(now_s=start_s):
        shown = next_class(practice_after(CLASSES, answers), seed=seed)
        answers.append(PracticeAnswer(shown, shown, correct=True, reaction_s=1.0, at_s=start_s))
    return answers


@given(
    since=st.integers(SPACING.delay + 1, 500),
    right_s=st.floats(0.001, 30 * DAY),
    wrong_s=st.floats(0.001, 30 * DAY),
)
def test_a_wrong_answer_comes_before_every_right_one(since: int, right_s: float, wrong_s: float) -> None:
    """However slow the right one was, where both were shown as long ago."""
    right = ClassState(last=0, correct=True, reaction_s=right_s)
    wrong = ClassState(last=0, correct=False, reaction_s=wrong_s)
    assert priority(wrong, trials_since=since) > priority(right, trials_since=since) > 0


@given(quick=st.floats(2.0, 5.0), by=st.floats(1.01, 5.0), since=st.integers(SPACING.delay + 1, 50))
def test_a_class_comes_sooner_the_slower_it_was_named_and_the_longer_it_waits(
    quick: float, by: float, since: int
) -> None:
    state = ClassState(last=0, correct=True, reaction_s=quick)
    slower = replace(state, reaction_s=quick * by)
    assert priority(slower, trials_since=since) > priority(state, trials_since=since)
    assert priority(state, trials_since=since + 1) > priority(state, trials_since=since)


def test_the_formula_is_the_papers() -> None:
    state = ClassState(last=0, correct=True, reaction_s=1.7 * 2.718281828459045)
    assert priority(state, trials_since=5) == pytest.approx(0.1 * 3 * 1.1)
    assert priority(replace(state, correct=False), trials_since=5) == pytest.approx(0.1 * 3 * 20)


@given(answering, st.integers(0, 2**32))
@settings(deadline=None, max_examples=25)
def test_no_class_returns_before_its_delay_where_enough_others_are_left(how: Answering, seed: int) -> None:
    answers = practised(how, seed=seed)
    for n, answer in enumerate(answers):
        before = practice_after(CLASSES, answers[:n])
        if len(before.due()) > SPACING.delay + 1:
            assert answer.class_name not in {a.class_name for a in answers[max(0, n - SPACING.delay) : n]}


@given(answering, st.integers(0, 2**32))
@settings(deadline=None, max_examples=25)
def test_what_is_known_is_not_shown_while_enough_others_are_left(how: Answering, seed: int) -> None:
    answers = practised(how, seed=seed)
    for n, answer in enumerate(answers):
        due = practice_after(CLASSES, answers[:n]).due()
        if len(due) >= FEWEST_IN_PLAY:
            assert answer.class_name in due


@given(answering, st.integers(0, 2**32), st.floats(-1e9, 1e9))
@settings(deadline=None, max_examples=25)
def test_what_comes_next_depends_on_the_answers_and_the_seed_alone(how: Answering, seed: int, origin: float) -> None:
    """Not on when the clock began, nor on the order in which the classes are listed."""
    answers = practised(how, seed=seed)
    moved = [replace(a, at_s=a.at_s + round(origin)) for a in answers]
    same = practice_after(CLASSES[::-1], moved)
    assert next_class(same, seed=seed) == next_class(practice_after(CLASSES, answers), seed=seed)
    trials = [next_practised(POOL, a, seed=seed) for a in (answers, moved)]
    assert trials[0] == trials[1]
    assert trials[0].number == len(answers)


@given(
    st.lists(st.tuples(st.sampled_from(CLASSES), st.booleans(), st.floats(0, 1e9)), max_size=40),
    st.floats(max(SPACING.gaps_days) * DAY, 1e9) | st.floats(-1e9, -3700.0),
)
def test_no_clock_that_is_set_keeps_anything_back(told: list[tuple[str, bool, float]], later_s: float) -> None:
    answers = [PracticeAnswer(c, c, right, 1.0, at_s=at) for c, right, at in told]
    now = (answers[-1].at_s if answers else 0.0) + later_s
    assert practice_after(CLASSES, answers).due(now_s=now) == CLASSES


def test_a_clock_that_is_set_back_makes_everything_due_and_one_that_is_adjusted_nothing() -> None:
    practice = practice_after(CLASSES, until_known([], start_s=400 * DAY))
    assert practice.due(now_s=400 * DAY - 60) == ()
    assert practice.due(now_s=0.0) == CLASSES


def test_the_gaps_grow_and_a_wrong_answer_starts_them_anew() -> None:
    answers, now = list[PracticeAnswer](), 0.0
    for days in SPACING.gaps_days:
        answers = until_known(answers, start_s=now)
        practice = practice_after(CLASSES, answers)
        assert {practice.rests_s(c, now_s=now) for c in CLASSES} == {days * DAY - 8 * 3600}
        assert practice.due(now_s=now + (days - 0.5) * DAY) == ()
        now += days * DAY
        assert practice.due(now_s=now) == CLASSES
    answers.append(PracticeAnswer("a", "a", correct=False, reaction_s=1.0, at_s=now))
    practice = practice_after(CLASSES, until_known(answers, start_s=now))
    assert practice.rests_s("a", now_s=now) == DAY - 8 * 3600
    assert practice.rests_s("b", now_s=now) == max(SPACING.gaps_days) * DAY - 8 * 3600


@pytest.mark.parametrize("classes", range(2, 17))
def test_guessing_makes_a_class_known_once_in_a_hundred_rows_at_most(classes: int) -> None:
    assert (1 / classes) ** in_a_row_for(classes) <= 0.01 + 1e-12
    assert in_a_row_for(classes) >= 3


def test_whoever_is_right_and_quick_is_done_after_the_least_number_of_answers() -> None:
    """And those who are right but slow never are."""
    least = practice_after(CLASSES, []).least_left(now_s=0.0)
    assert least == 6 * in_a_row_for(6)
    answers = until_known([], start_s=0.0)
    company = sum(practice_after(CLASSES, answers[:n]).classes[a.class_name].known for n, a in enumerate(answers))
    assert len(answers) == least + company
    slow = practice_after(CLASSES, practised([(True, 6.0)] * 60))
    assert not any(s.known for s in slow.classes.values())


def test_an_answer_without_a_time_that_can_be_relied_on_is_not_a_quick_one() -> None:
    answers = [PracticeAnswer("a", "a", correct=True, reaction_s=None, at_s=0.0)] * 5
    assert practice_after(CLASSES, answers).classes["a"] == ClassState(last=4, correct=True)


@pytest.mark.parametrize("classes", [2, 3])
def test_with_few_classes_the_order_gives_nothing_away(classes: int) -> None:
    shown = [a.class_name for a in practised([(True, 6.0)] * 60, classes=CLASSES[:classes])]
    repeated = sum(a == b for a, b in pairwise(shown))
    assert 60 / classes / 2 < repeated < 60 / classes * 1.6


def test_everything_comes_once_before_anything_comes_again() -> None:
    shown = [a.class_name for a in practised([(True, 3.0)] * 6)]
    assert sorted(shown) == list(CLASSES)


@pytest.mark.parametrize("wrong_every", [4, 7])
def test_a_visit_ends_for_whoever_errs_now_and_then(wrong_every: int) -> None:
    """Although what rests is shown besides, and named wrongly."""
    answers = practised([(n % wrong_every > 0, 1.0) for n in range(200)], classes=CLASSES[:4], seed=2)
    ends = next(n for n in range(200) if practice_after(CLASSES[:4], answers[:n]).visits)
    assert ends < 100


def test_a_class_that_is_named_wrongly_while_it_rests_comes_back_after_the_first_gap() -> None:
    answers, now = until_known([], start_s=0.0), DAY
    answers = until_known(answers, start_s=now)
    answers.append(PracticeAnswer("a", "a", correct=False, reaction_s=1.0, at_s=now))
    practice = practice_after(CLASSES, answers)
    assert practice.due(now_s=now) == ()
    assert practice.due(now_s=now + DAY) == ("a",)
    assert practice.due(now_s=now + 3 * DAY) == CLASSES


def test_a_visit_ends_when_everything_is_known() -> None:
    first = until_known([], start_s=0.0)
    practice = practice_after(CLASSES, first)
    assert (practice.visits, practice.visit_began) == (1, len(first))
    again = practice_after(CLASSES, until_known(first, start_s=DAY))
    assert (again.visits, again.visit_began) == (2, again.answers)
    assert isinstance(again, Practice)


def test_what_is_due_first_comes_first_at_whatever_hour_it_is_asked_for() -> None:
    """A trial that is shown before a rest ends and answered after it is the same one."""
    answers = until_known([], start_s=0.0)
    late = [replace(a, at_s=3600.0) if n == len(answers) - 1 else a for n, a in enumerate(answers)]
    practice = practice_after(CLASSES, late)
    soonest = min(s.due_s for s in practice.classes.values())
    assert practice.due() == ()
    assert practice.classes[next_class(practice, seed=3)].due_s == soonest


def test_every_picture_of_a_class_comes_once_before_one_comes_again() -> None:
    answers: list[PracticeAnswer] = []
    for _ in range(60):
        trial = next_practised(POOL, answers, seed=5)
        answers.append(PracticeAnswer(trial.picture, trial.answer, False, 1.0, at_s=0.0))
        assert not trial.altered
        assert trial.feedback
    for name in CLASSES:
        shown = [a.picture for a in answers if a.class_name == name]
        assert len(set(shown[:3])) == 3
