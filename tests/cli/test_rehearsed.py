"""What a rehearsal says beside its table."""

from __future__ import annotations

import pandas as pd
import pytest

from lwise_core.cli.rehearsed import agreements, powers
from lwise_core.study.responses import Responses


def control(*, hard: float) -> Responses:
    """Return eight people of control who are right in 12 of 20 test trials, on hard pictures in a share of ``hard``."""
    rows = [
        {
            "participant": f"p{person}",
            "group": "control",
            "block": "test_1",
            "class": "a",
            "picture": f"{number}.png",
            "trial_number": number,
            "difficulty": number / 20,
            "perf": int((number * 7 + person) % 20 < 20 * (1 - hard if number >= 10 else hard)),
            "feedback": False,
            "condition_idx": 0,
        }
        for person in range(8)
        for number in range(20)
    ]
    return Responses(pd.DataFrame(rows))


def test_errors_on_hard_pictures_are_told_with_their_interval() -> None:
    (sentence,) = agreements(control(hard=0.8))
    assert "Spearman's ρ +0.73" in sentence
    assert "over 20 pictures" in sentence
    (other,) = agreements(control(hard=0.2))
    assert "Spearman's ρ −0." in other


def test_what_could_have_been_found_shrinks_with_people_and_grows_with_comparisons() -> None:
    answers = control(hard=0.7)
    (few,), (many,) = powers(answers, groups=2), powers(answers, groups=30)
    assert "8 learners a group find a difference of" in few
    assert float(few.split("difference of ")[1].split(" points")[0]) < float(
        many.split("difference of ")[1].split(" points")[0]
    )
    assert list(powers(answers, groups=1)) == []


@pytest.mark.parametrize("people", [8])
def test_too_few_wrong_answers_say_why(people: int) -> None:
    answers = control(hard=0.0)
    assert len(answers.participants) == people
    right = Responses(answers.trials.assign(perf=1))
    (sentence,) = agreements(right)
    assert "cannot be compared with errors" in sentence
