"""Accuracy of two pictures side by side: over people, against one half, and who missed the catch trials."""

from __future__ import annotations

import pytest

from lwise_core.study.accuracy import inattentive
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.pair_accuracy import (
    AgainstChance,
    against_chance,
    by_budget,
    by_class,
    by_pair,
    by_sureness,
    share_of_left,
    spot_trials,
    two_picture_trials,
)
from tests.support.moth_answers import one_person
from tests.support.pair_answers import CLINICIANS, FINDS, answered


def test_the_test_counts_where_there_is_one_and_single_pictures_do_not() -> None:
    trials = two_picture_trials(answered(FINDS, wrong={"p": 0}))
    assert set(trials["block"]) == {"test_1", "test_2"}
    assert two_picture_trials(one_person()).empty


def test_two_versions_of_one_original_are_told_from_two_originals() -> None:
    study = answered(CLINICIANS, wrong={"p": 0})
    assert len(spot_trials(study)) == len(two_picture_trials(study)) == 96
    assert spot_trials(answered(FINDS, wrong={"p": 0})).empty


def test_classes_and_pairs_share_all_answers_among_them() -> None:
    trials = two_picture_trials(answered(FINDS, wrong={"p": 2, "q": 0, "r": 3}))
    for shares in (by_class(trials), by_pair(trials)):
        assert sum(s.trials for s in shares) == len(trials)
        assert {s.people for s in shares} == {3}
    assert [s.of for s in by_class(trials)] == list("abcd")
    assert len(by_pair(trials)) == 4  # two rounds of two pairs each
    assert [s.mean for s in by_pair(trials)] == sorted(s.mean for s in by_pair(trials))


def test_people_not_answers_are_averaged_over() -> None:
    trials = two_picture_trials(answered(FINDS, wrong={"p": 1, "q": 0}))
    found = by_class(trials)[0]
    assert found.mean == 0.5
    assert isinstance(found.accuracy, Estimate)
    assert (found.accuracy.low, found.accuracy.high) == (0.0, 1.0)


def test_one_half_is_tested_over_people() -> None:
    everybody = {f"p{i}": 5 + i % 3 for i in range(8)}
    found = against_chance(two_picture_trials(answered(CLINICIANS, wrong=everybody)))
    assert isinstance(found, AgainstChance)
    assert found.people == 8
    assert found.accuracy.value > 0.75
    assert found.p < 0.001
    assert isinstance(against_chance(two_picture_trials(answered(CLINICIANS, wrong={"p": 0, "q": 0}))), CannotJudge)
    assert isinstance(against_chance(two_picture_trials(one_person())), CannotJudge)


def test_a_study_is_read_by_budget_and_by_how_likely_the_wrong_class_is() -> None:
    shares = by_budget(two_picture_trials(answered(CLINICIANS, wrong={"p": 0, "q": 2})))
    assert [s.of for s in shares][:2] == ["1, least likely class", "1, likeliest other class"]
    assert len(shares) == 8
    assert {s.trials for s in shares} == {24}


def test_who_is_sure_is_counted_by_how_sure() -> None:
    guessed, certain = by_sureness(two_picture_trials(answered(FINDS, wrong={"p": 2, "q": 2})))
    assert (guessed.mean, certain.mean) == (0.0, 1.0)
    assert by_sureness(two_picture_trials(one_person())) == ()


def test_nobody_who_is_right_prefers_a_side() -> None:
    found = share_of_left(two_picture_trials(answered(FINDS, wrong={"p": 0, "q": 0})))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.5, abs=0.1)


def test_two_missed_catch_trials_of_eight_are_allowed_and_three_are_not() -> None:
    missed = {"two": 2, "three": 3}
    assert inattentive(answered(CLINICIANS, wrong=dict.fromkeys(missed, 0), missed=missed)) == ("three",)
