"""Difficulty beside people's errors, and what was taken for what: figures by hand, sentences where there are none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lwise_core.study.agreement import Agreement, agreement, confusions
from lwise_core.study.estimates import CannotJudge
from lwise_core.study.responses import Responses
from tests.support.studies import study


def test_errors_go_with_difficulty_where_they_do() -> None:
    random = np.random.default_rng(2)
    people = [[int(random.random() < 1 - j / 40) for j in range(40)] for _ in range(30)]
    found = agreement(study({"control": people, "other": [[1] * 40] * 5}))
    assert isinstance(found, Agreement)
    assert (found.pictures, found.trials, found.outliers) == (40, 1200, 0)
    assert found.rank_correlation.low > 0.85
    # P(difficulty of a wrong answer > that of a right one) for errors that rise evenly from 0 to 1 is 5/6.
    assert found.auc == pytest.approx(5 / 6, abs=0.03)


def test_errors_do_not_go_with_difficulty_where_they_do_not() -> None:
    random = np.random.default_rng(3)
    found = agreement(study({"control": random.integers(0, 2, (30, 40)).tolist()}))
    assert isinstance(found, Agreement)
    assert found.rank_correlation.low < 0 < found.rank_correlation.high
    assert found.auc == pytest.approx(0.5, abs=0.06)


def test_pictures_far_off_are_left_out() -> None:
    responses = study({"control": np.random.default_rng(0).integers(0, 2, (10, 40)).tolist()})
    far = responses.trials["difficulty"].where(responses.trials["picture"] != "test_1 07", 1000.0)
    found = agreement(Responses(responses.trials.assign(difficulty=far)))
    assert isinstance(found, Agreement)
    assert (found.pictures, found.outliers) == (39, 1)


@pytest.mark.parametrize(
    ("people", "difficulty", "sentence"),
    [
        ([[1, 0, 1, 0]] * 10, None, "4 pictures"),
        ([[1] * 20] * 10, None, "0 of 200 answers were wrong"),
        ([[1, 0] * 10] * 10, 0.5, "20 pictures"),
        ([[1, 0] * 10] * 10, math.nan, "0 pictures"),
    ],
)
def test_where_difficulty_and_errors_cannot_be_compared(
    people: list[list[int]], difficulty: float | None, sentence: str
) -> None:
    responses = study({"control": people})
    table = responses.trials if difficulty is None else responses.trials.assign(difficulty=difficulty)
    found = agreement(Responses(table))
    assert isinstance(found, CannotJudge)
    assert sentence in found.sentence


def test_what_was_taken_for_what() -> None:
    responses = study({"control": [[1, 1, 0, 1], [0, 1, 0, 1]], "other": [[1, 1, 1, 1]]})
    table = responses.trials
    gone = (table["participant"] == "control 0") & (table["picture"] == "test_1 01")
    table["choice"] = table["choice"].where(~gone, "")
    control, other = confusions(Responses(table))
    assert control.classes == ("a", "b")
    assert control.counts == ((1, 3), (0, 3))
    assert control.unanswered == (0, 1)
    assert other.counts == ((2, 0), (0, 2))


def test_nobody_answered() -> None:
    responses = study({"control": [[0, 0], [0, 0]]})
    found = confusions(Responses(responses.trials.assign(choice="")))[0]
    assert found.counts == ((0, 0), (0, 0))
    assert found.unanswered == (2, 2)
