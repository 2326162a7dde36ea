"""The analysis: figures that can be counted by hand, tests that keep their level, sentences where nothing can be."""

from __future__ import annotations

import itertools
import math
from dataclasses import astuple, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.trial_tests import false_positives, simulated_group
from lwise_core.study.accuracy import accuracies, inattentive, learning_curves, pictures, scores
from lwise_core.study.agreement import Agreement, agreement, confusions
from lwise_core.study.comparisons import (
    BY_TRIAL_SENTENCE,
    Difference,
    TrialTest,
    comparisons,
    permutation_p,
    primary,
    trial_p,
    trial_tests,
)
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.power import Spread
from lwise_core.study.responses import Responses


def study(right: dict[str, list[list[int]]], *, calibration: dict[str, list[int]] | None = None) -> Responses:
    """Return a study: group → for each person, whether each of the test pictures was named rightly.

    Before the test there is one block of training with the same answers, and calibration trials as given by person.
    """
    rows = []
    for condition, (group, people) in enumerate(right.items()):
        for i, person in enumerate(people):
            name = f"{group} {i}"
            for block, feedback in (("train_1", True), ("test_1", False)):
                rows += [
                    {
                        "participant": name,
                        "group": group,
                        "condition_idx": condition,
                        "block": block,
                        "trial_type": "main",
                        "class": "ab"[j % 2],
                        "picture": f"{block} {j:02}",
                        "choice": "ab"[(j + 1 - ok) % 2],
                        "perf": ok,
                        "feedback": feedback,
                        "difficulty": j / len(person),
                        "reaction_time_msec": 500.0 + j,
                    }
                    for j, ok in enumerate(person)
                ]
                shapes = (calibration or {}).get(name, [1] * 10) if feedback else []
                rows += [
                    {**rows[-1], "trial_type": "calibration", "picture": "circle", "class": "circle", "perf": ok}
                    | {"choice": "circle" if ok else "triangle"}
                    for ok in shapes
                ]
    table = pd.DataFrame(rows)
    table["trial_number"] = table.groupby("participant").cumcount()
    return Responses(table)


def of_shares(shares: dict[str, list[float]], *, trials: int = 10) -> Responses:
    return study(
        {
            g: [[1] * round(s * trials) + [0] * (trials - round(s * trials)) for s in people]
            for g, people in shares.items()
        }
    )


def differences(responses: Responses) -> dict[str, Difference]:
    found = {c.group: c.result for c in comparisons(responses)}
    assert all(isinstance(d, Difference) for d in found.values())
    return found  # type: ignore[return-value]


def numbers_in(value: object) -> list[float]:
    """Return every number in a result, however deep."""
    if is_dataclass(value):
        value = astuple(value)  # type: ignore[arg-type]
    if isinstance(value, tuple | list):
        return [n for part in value for n in numbers_in(part)]
    return [float(value)] if isinstance(value, int | float) else []


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


def test_a_small_study_is_permuted_exactly_as_by_hand() -> None:
    control, group = [0.2, 0.4, 0.5, 0.3], [0.6, 0.9, 0.5]
    found = differences(of_shares({"control": control, "L-WISE": group}))["L-WISE"]
    everybody = np.array(control + group)
    seen = np.mean(group) - np.mean(control)
    divided = [
        everybody[list(some)].mean() - np.delete(everybody, some).mean() for some in itertools.combinations(range(7), 3)
    ]
    above, below = (np.mean([sign * d >= sign * seen - 1e-9 for d in divided]) for sign in (1, -1))
    assert found.exact
    assert found.difference == pytest.approx(seen)
    assert found.p == pytest.approx(min(1.0, 2 * min(above, below)))


def test_a_large_study_is_permuted_by_lot_and_seeded() -> None:
    random = np.random.default_rng(0)
    shares = {"control": list(random.uniform(0.3, 0.6, 20)), "L-WISE": list(random.uniform(0.4, 0.7, 20))}
    found = differences(of_shares(shares))["L-WISE"]
    assert not found.exact
    assert found == differences(of_shares(shares))["L-WISE"]
    assert found.p > 0


def test_holm_adjusts_for_the_groups() -> None:
    shares = {"control": [0.1, 0.2, 0.2, 0.3, 0.1], "one": [0.4, 0.3, 0.5, 0.3, 0.4], "two": [0.2, 0.3, 0.1, 0.3, 0.3]}
    found = differences(of_shares(shares))
    small, large = sorted(found.values(), key=lambda d: d.p)
    assert small.p_holm == pytest.approx(2 * small.p)
    assert large.p_holm == pytest.approx(max(large.p, small.p_holm))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_the_permutation_test_is_symmetric_and_never_says_0(one: list[float], other: list[float]) -> None:
    a, b = np.array(one), np.array(other)
    p = permutation_p(a, b)
    assert 1 / math.comb(len(a) + len(b), len(a)) <= p <= 1
    assert p == pytest.approx(permutation_p(b, a))
    assert permutation_p(a, a) == 1


def test_trials_mislead_where_people_differ_and_people_do_not() -> None:
    """What ``benchmarks.trial_tests`` measures on more studies: about 30% where 5% are meant."""
    people_differ = false_positives(Spread(), people=36, studies=120)
    assert 0.2 < people_differ.by_trial < 0.4
    assert people_differ.by_person < 0.12
    alike = false_positives(Spread(between=0.0), people=36, studies=120)
    assert max(alike.by_trial, alike.by_person) < 0.12
    assert "30%" in BY_TRIAL_SENTENCE


def test_made_up_people_differ_as_much_as_they_should() -> None:
    means = simulated_group(np.random.default_rng(0), Spread(accuracy=0.6), people=20_000).mean(axis=1)
    assert means.mean() == pytest.approx(0.6, abs=0.005)
    assert means.std() == pytest.approx(Spread(accuracy=0.6).total, abs=0.003)


def test_the_papers_test_carries_its_warning() -> None:
    found = trial_tests(of_shares({"control": [0.3, 0.4, 0.4], "L-WISE": [0.9, 0.8, 0.7]}))[0]
    assert isinstance(found, TrialTest)
    assert found.sentence is BY_TRIAL_SENTENCE
    # Yates's chi-square of 24, 6 and 11, 19 by hand.
    assert found.statistic == pytest.approx(60 * (abs(24 * 19 - 6 * 11) - 30) ** 2 / (30 * 30 * 35 * 25))
    assert isinstance(trial_tests(of_shares({"control": [1, 1], "L-WISE": [1, 1]}))[0], CannotJudge)
    assert trial_p(np.array([], dtype=np.int64), np.array([1, 0])) is None


def test_everybody_counts_and_the_inattentive_are_left_out_beside() -> None:
    responses = study(
        {"control": [[1, 0, 0, 0]] * 4, "L-WISE": [[1, 1, 1, 0]] * 4},
        calibration={"L-WISE 0": [1] * 8 + [0] * 2, "L-WISE 1": [1] * 9 + [0], "L-WISE 2": []},
    )
    found = primary(responses)
    assert found.inattentive == inattentive(responses) == ("L-WISE 0",)
    assert found.everybody[0].people == 4
    assert isinstance(found.attentive, tuple)
    assert found.attentive[0].people == 3


def test_where_nobody_attended_there_is_no_second_figure() -> None:
    names = [f"{g} {i}" for g in ("control", "L-WISE") for i in range(2)]
    responses = of_shares({"control": [0.5, 0.4], "L-WISE": [0.6, 0.4]}).trials
    off = responses.assign(perf=responses["perf"].where(responses["trial_type"] == "main", 0))
    found = primary(Responses(off))
    assert found.inattentive == tuple(sorted(names))
    assert isinstance(found.attentive, CannotJudge)
    assert isinstance(found.everybody[0].result, Difference)


def test_whoever_was_not_tested_is_counted_as_such() -> None:
    table = of_shares({"control": [0.5, 0.4, 0.6], "L-WISE": [0.6, 0.4]}).trials
    left = table[~((table["block"] == "test_1") & table["participant"].isin(["control 0", "L-WISE 0", "L-WISE 1"]))]
    control, group = accuracies(Responses(left))
    assert (control.people, control.untested) == (2, 1)
    assert (group.people, group.untested) == (0, 2)
    assert isinstance(group.over_people, CannotJudge)
    compared = comparisons(Responses(left))[0]
    assert (compared.people, compared.controls) == (0, 2)
    assert isinstance(compared.result, CannotJudge)
    assert "0 and 2 people" in compared.result.sentence


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


def test_without_the_names_of_pictures_there_is_no_interval_over_them() -> None:
    responses = of_shares({"control": [0.5, 0.4], "L-WISE": [0.6, 0.4]})
    nameless = replace(responses, trials=responses.trials.assign(picture=""))
    found = differences(nameless)["L-WISE"]
    assert isinstance(found.interval, CannotJudge)
    assert pictures(nameless) == ()


def test_the_interval_of_the_difference_holds_it() -> None:
    found = differences(of_shares({"control": [0.3, 0.4, 0.5, 0.4], "L-WISE": [0.8, 0.9, 0.7, 0.8]}))["L-WISE"]
    assert isinstance(found.interval, Estimate)
    assert found.interval.value == pytest.approx(found.difference)
    assert 0 < found.interval.low < found.difference < found.interval.high


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


def test_one_row_a_picture() -> None:
    responses = study({"control": [[1, 1], [0, 1]], "other": [[1, 0]]})
    first, second = pictures(responses)
    assert (first.picture, first.class_name, first.trials) == ("test_1 00", "a", 3)
    assert (first.accuracy, second.accuracy) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert (first.reaction_msec, second.reaction_msec) == (500.0, 501.0)
    assert [p.trials for p in pictures(responses, groups=["control"])] == [2, 2]
    untimed = Responses(responses.trials.assign(reaction_time_msec=None))
    assert pictures(untimed)[0].reaction_msec is None


people_answered = st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=4), min_size=1, max_size=4)


@settings(deadline=None, max_examples=4)
@given(st.dictionaries(st.sampled_from(["control", "one", "two"]), people_answered, min_size=1))
def test_whatever_was_answered_no_figure_is_nan(answered: dict[str, list[list[int]]]) -> None:
    responses = study(answered)
    found = [
        accuracies(responses),
        learning_curves(responses),
        primary(responses),
        trial_tests(responses),
        agreement(responses),
        confusions(responses),
        pictures(responses),
    ]
    assert np.isfinite(numbers_in(found)).all()
