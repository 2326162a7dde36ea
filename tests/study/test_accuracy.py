"""Accuracy by person, group, block and picture: people are averaged, and only the test counts."""

from __future__ import annotations

from dataclasses import astuple

import pandas as pd
import pytest

from lwise_core.study.accuracy import (
    LearnerScore,
    accuracies,
    inattentive,
    learner_scores,
    learning_curves,
    pictures,
    scores,
)
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.responses import Responses
from tests.support.studies import of_shares, study


def test_people_not_trials_are_averaged() -> None:
    one, other = study({"control": [[1, 1, 1, 1, 0, 0, 0, 0]]}), study({"control": [[1, 1]]})
    table = pd.concat([one.trials, other.trials.assign(participant="other")])
    found = scores(Responses(table))
    assert [(s.participant, s.accuracy, s.trials) for s in found] == [("control 0", 0.5, 8), ("other", 1.0, 2)]
    group = accuracies(Responses(table))[0]
    assert isinstance(group.over_people, Estimate)
    assert isinstance(group.over_people_and_pictures, Estimate)
    assert group.over_people.value == group.over_people_and_pictures.value == 0.75


def test_training_calibration_and_repeats_do_not_count_in_the_test() -> None:
    found = study({"control": [[1, 1, 0, 0]]}, calibration={"control 0": [0] * 10})
    assert scores(found)[0].trials == 4
    assert scores(found)[0].accuracy == 0.5


def test_the_curve_follows_the_blocks() -> None:
    curves = learning_curves(of_shares({"control": [0.2, 0.4], "L-WISE": [0.8, 1.0]}))
    assert [c.group for c in curves] == ["control", "L-WISE"]
    for curve, mean, low, high in zip(curves, (0.3, 0.9), (0.2, 0.8), (0.4, 1.0), strict=True):
        assert [(p.block, p.people) for p in curve.points] == [("train_1", 2), ("test_1", 2)]
        for point in curve.points:
            assert isinstance(point.accuracy, Estimate)
            assert astuple(point.accuracy) == pytest.approx((mean, low, high))


def test_one_row_a_picture() -> None:
    responses = study({"control": [[1, 1], [0, 1]], "other": [[1, 0]]})
    first, second = pictures(responses)
    assert (first.picture, first.class_name, first.trials) == ("test_1 00", "a", 3)
    assert (first.accuracy, second.accuracy) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert (first.reaction_msec, second.reaction_msec) == (500.0, 501.0)
    assert [p.trials for p in pictures(responses, groups=["control"])] == [2, 2]
    untimed = Responses(responses.trials.assign(reaction_time_msec=None))
    assert pictures(untimed)[0].reaction_msec is None


def test_whoever_was_not_tested_is_counted_as_such() -> None:
    table = of_shares({"control": [0.5, 0.4, 0.6], "L-WISE": [0.6, 0.4]}).trials
    left = table[~((table["block"] == "test_1") & table["participant"].isin(["control 0", "L-WISE 0", "L-WISE 1"]))]
    control, group = accuracies(Responses(left))
    assert (control.people, control.untested) == (2, 1)
    assert (group.people, group.untested) == (0, 2)
    assert isinstance(group.over_people, CannotJudge)
    assert isinstance(group.over_people_and_pictures, CannotJudge)


def test_nine_tenths_of_the_calibration_trials_are_enough_and_none_at_all_are_no_reason() -> None:
    shapes = {"control 0": [1] * 8 + [0] * 2, "control 1": [1] * 9 + [0], "control 2": []}
    assert inattentive(study({"control": [[1, 0]] * 4}, calibration=shapes)) == ("control 0",)


def test_one_person_has_a_mean_and_no_interval() -> None:
    alone = of_shares({"L-WISE": [0.8]})
    (group,) = accuracies(alone)
    (curve,) = learning_curves(alone)
    assert group.mean == 0.8
    assert [p.mean for p in curve.points] == [0.8, 0.8]
    assert all(isinstance(a, CannotJudge) for a in (group.over_people, *(p.accuracy for p in curve.points)))
    untested = Responses(alone.trials[alone.trials["block"] == "train_1"])
    assert accuracies(untested)[0].mean is None


def test_a_learners_score_counts_what_counts_and_keeps_learning_and_test_apart() -> None:
    table = study({"control": [[1, 1, 0, 0], [1, 0, 0, 0]]}, calibration={"control 0": [1] * 10}).trials
    left = table[(table["participant"] == "control 0") | table["feedback"]]
    assert learner_scores(Responses(left)) == {
        "control 0": LearnerScore(learning_right=2, learning=4, tested_right=2, tested=4),
        "control 1": LearnerScore(learning_right=1, learning=4, tested_right=0, tested=0),
    }
