"""The analysis: figures that can be counted by hand, tests that keep their level, sentences where nothing can be."""

from __future__ import annotations

import itertools
import math
from dataclasses import astuple, is_dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.trial_tests import false_positives, simulated_group
from lwise_core.study.accuracy import accuracies, inattentive, learning_curves, pictures
from lwise_core.study.agreement import agreement, confusions
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
from tests.support.studies import of_shares, study


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


def test_whoever_was_not_tested_is_not_compared() -> None:
    table = of_shares({"control": [0.5, 0.4, 0.6], "L-WISE": [0.6, 0.4]}).trials
    left = table[~((table["block"] == "test_1") & table["participant"].isin(["control 0", "L-WISE 0", "L-WISE 1"]))]
    compared = comparisons(Responses(left))[0]
    assert (compared.people, compared.controls) == (0, 2)
    assert isinstance(compared.result, CannotJudge)
    assert "0 and 2 people" in compared.result.sentence


def test_where_nobody_is_of_control_nothing_is_compared() -> None:
    alone = of_shares({"L-WISE": [0.5, 0.4], "selection": [0.6, 0.4]})
    found = primary(alone)
    assert (found.everybody, found.attentive) == ((), ())
    assert trial_tests(alone) == ()


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
