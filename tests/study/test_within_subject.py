"""Accuracy by budget within each learner."""

import pandas as pd
import pytest

from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.responses import Responses
from lwise_core.study.within_subject import accuracy_by_budget


def table(right: dict[tuple[str, float], list[int]], *, block: str = "main") -> Responses:
    """Return answers by (participant, ε) as right or wrong."""
    rows = [
        {"participant": who, "group": "within", "block": block, "class": "a", "perf": perf, "epsilon_224": epsilon}
        for (who, epsilon), answers in right.items()
        for perf in answers
    ]
    for number, row in enumerate(rows):
        row |= {"trial_number": number, "feedback": True}
    return Responses(pd.DataFrame(rows))


def test_each_person_is_their_own_control() -> None:
    """All are 50 points better at ε 10, however good they are: the difference has no spread."""
    found = accuracy_by_budget(
        table({("p", 0.0): [0, 0], ("p", 10.0): [1, 0], ("q", 0.0): [1, 0], ("q", 10.0): [1, 1]})
    )
    natural, enhanced = found
    assert (natural.epsilon_224, enhanced.epsilon_224) == (0, 10)
    assert isinstance(natural.accuracy, Estimate)
    assert natural.accuracy.value == pytest.approx(0.25)
    assert isinstance(enhanced.gain, Estimate)
    assert (enhanced.gain.value, enhanced.gain.low, enhanced.gain.high) == pytest.approx((0.5, 0.5, 0.5))
    assert isinstance(natural.gain, CannotJudge)


def test_blocks_of_one_budget_say_nothing_about_budgets() -> None:
    assert accuracy_by_budget(table({("p", 0.0): [0, 1], ("q", 10.0): [1, 1]})) == ()


def test_one_person_gives_no_interval() -> None:
    found = accuracy_by_budget(table({("p", 0.0): [0, 1], ("p", 5.0): [1, 1]}))
    assert all(isinstance(b.accuracy, CannotJudge) for b in found)


def test_without_natural_pictures_there_is_nothing_to_compare_with() -> None:
    found = accuracy_by_budget(table({("p", 5.0): [0], ("p", 9.0): [1], ("q", 5.0): [0], ("q", 9.0): [1]}))
    assert [b.gain for b in found] == [CannotJudge("There are no natural pictures to compare with.")] * 2
