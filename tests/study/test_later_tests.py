"""Retention and transfer, by people."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core.study.attempts import Attempt
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.later_tests import LaterTest, later_test

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def attempt(
    participant: str, right: list[int], *, day: float = 0, group: str = "control", pictures: str = "first"
) -> Attempt:
    """Return a test in which these answers were right, on pictures of their own."""
    when = MONDAY + timedelta(days=day)
    tested = tuple((f"{pictures} {i}", bool(ok)) for i, ok in enumerate(right))
    return Attempt(
        participant=participant,
        group=group,
        tested=tested,
        met=dict.fromkeys((picture for picture, _ in tested), when),
        began=when if tested else None,
        ended=when if tested else None,
    )


def judged(found: LaterTest | CannotJudge) -> LaterTest:
    assert isinstance(found, LaterTest)
    return found


def test_each_person_is_their_own_control() -> None:
    """Both lose a quarter, however good they were: the change has no spread."""
    first = [attempt("p", [1, 1, 1, 1]), attempt("q", [1, 1, 0, 0])]
    later = [attempt("p", [1, 1, 1, 0], day=7), attempt("q", [1, 0, 0, 0], day=9)]
    found = judged(later_test(first, later))
    assert (found.everybody.people, found.everybody.first, found.everybody.later) == (2, 0.75, 0.5)
    change = found.everybody.change
    assert isinstance(change, Estimate)
    assert (change.value, change.low, change.high) == pytest.approx((-0.25, -0.25, -0.25))
    assert (found.days.fewest, found.days.median, found.days.most) == (7, 8, 9)


def test_who_did_not_come_back_is_counted_and_said_how_good_they_were() -> None:
    first = [attempt("p", [1, 1]), attempt("q", [1, 0]), attempt("r", [0, 0])]
    found = judged(later_test(first, [attempt("p", [1, 1], day=1), attempt("x", [1, 1], day=1)]))
    assert (found.everybody.people, found.away, found.away_accuracy) == (1, 2, 0.25)
    assert isinstance(found.everybody.change, CannotJudge)


def test_transfer_counts_only_pictures_that_were_never_met_anywhere() -> None:
    first = [attempt("p", [1, 1]), attempt("q", [1, 1])]
    seen = Attempt(
        participant="p",
        group="practice",
        tested=(),
        met={"later 0": MONDAY + timedelta(days=2), "later 1": MONDAY + timedelta(days=20)},
        began=None,
        ended=None,
    )
    later = [attempt(who, [1, 0, 0, 0], day=7, pictures="later") for who in "pq"]
    found = judged(later_test(first, later, others=[seen]))
    assert found.practised == 1
    assert found.everybody.later == 0.25
    new = found.new_pictures
    assert not isinstance(new, CannotJudge)
    assert new.people == 2
    assert new.later == pytest.approx((0 + 0.25) / 2)
    again = judged(later_test(first, [attempt("p", [1, 0], day=7)]))
    assert again.new_pictures == CannotJudge("Everything that the later test showed had been met before.")


def test_groups_are_those_in_which_people_learnt() -> None:
    first = [attempt("p", [1, 1], group="L-WISE"), attempt("q", [1, 1], group="control")]
    found = judged(later_test(first, [attempt("p", [1, 1], day=3), attempt("q", [0, 0], day=3)]))
    assert {g: c.later for g, c in found.by_group.items()} == {"L-WISE": 1.0, "control": 0.0}


def test_a_later_test_that_was_earlier_by_the_clock_is_left_out_and_counted() -> None:
    first = [attempt("p", [1]), attempt("q", [1])]
    found = judged(later_test(first, [attempt("p", [1], day=2), attempt("q", [0], day=-1)]))
    assert (found.everybody.people, found.everybody.later, found.disordered, found.away) == (1, 1.0, 1, 0)
    assert isinstance(later_test(first, [attempt("q", [0], day=-1)]), CannotJudge)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 90)), min_size=2, max_size=12))
def test_the_mean_change_is_that_of_the_means_and_lies_in_its_interval(people: list[tuple[int, int, int]]) -> None:
    first = [attempt(f"p{i}", [1] * a + [0] * (4 - a)) for i, (a, _, _) in enumerate(people)]
    later = [attempt(f"p{i}", [1] * b + [0] * (4 - b), day=d) for i, (_, b, d) in enumerate(people)]
    found = judged(later_test(first, later)).everybody
    assert isinstance(found.change, Estimate)
    assert found.change.value == pytest.approx(found.later - found.first, abs=1e-12)
    assert -1 <= found.change.low <= found.change.value + 1e-9
    assert found.change.value - 1e-9 <= found.change.high <= 1
