"""Intervals over people and pictures: wider than over people alone, the same for the same seed, or a sentence."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lwise_core.study.accuracy import accuracies
from lwise_core.study.crossed_bootstrap import CrossedBootstrap
from lwise_core.study.estimates import CannotJudge, Estimate
from tests.support.studies import of_shares, study


def test_pictures_make_an_interval_wider() -> None:
    """Everybody is right on the same half of the pictures: other people would be too, with other pictures who knows."""
    random = np.random.default_rng(1)
    people = [[int(random.random() < (0.9 if j % 2 else 0.1)) for j in range(20)] for _ in range(20)]
    found = accuracies(study({"control": people}))[0]
    assert isinstance(found.over_people, Estimate)
    assert isinstance(found.over_people_and_pictures, Estimate)
    narrow, wide = (e.high - e.low for e in (found.over_people, found.over_people_and_pictures))
    assert wide > 2.5 * narrow
    # √(p(1 − p)/20) of the pictures' shares, twice 1.96 times.
    assert wide == pytest.approx(2 * 1.96 * math.sqrt(0.16 / 20 + narrow**2 / 16), rel=0.15)


@pytest.fixture(scope="module")
def tests() -> pd.DataFrame:
    return of_shares({"control": [0.3, 0.4, 0.5], "L-WISE": [0.8, 0.9, 0.7], "alone": [0.5]}).tests


def test_the_interval_is_that_of_its_seed(tests: pd.DataFrame) -> None:
    first, again, other = (CrossedBootstrap(tests, seed=s).accuracy("control") for s in (0, 0, 1))
    assert first == again != other


def test_a_difference_is_drawn_with_the_same_pictures_for_both_groups(tests: pd.DataFrame) -> None:
    crossed = CrossedBootstrap(tests, seed=0)
    found, back = crossed.difference("L-WISE", "control"), crossed.difference("control", "L-WISE")
    assert isinstance(found, Estimate)
    assert isinstance(back, Estimate)
    assert found.value == pytest.approx(0.4)
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))
    assert crossed.difference("control", "control") == Estimate(value=0.0, low=0.0, high=0.0)


def test_people_count_the_same_however_many_trials_they_had(tests: pd.DataFrame) -> None:
    """Of the one who was right in the first three of ten, two trials stay: both right."""
    few = tests[(tests["participant"] != "control 0") | tests["picture"].isin(["test_1 00", "test_1 01"])]
    found = CrossedBootstrap(few, seed=0).accuracy("control")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx((1 + 0.4 + 0.5) / 3)


def test_without_names_of_pictures_or_with_one_of_either_there_is_a_sentence(tests: pd.DataFrame) -> None:
    one_picture = tests[tests["picture"] == "test_1 00"]
    for given, group, sentence in (
        (tests.assign(picture=""), "control", "needs the picture's name in every test trial"),
        (one_picture, "control", "at least 2 of each"),
        (tests, "alone", "at least 2 of each"),
        (tests.iloc[:0], "control", "needs the picture's name"),
    ):
        found = CrossedBootstrap(given, seed=0).accuracy(group)
        assert isinstance(found, CannotJudge)
        assert sentence in found.sentence
