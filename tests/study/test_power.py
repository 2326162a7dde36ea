"""How many people: the formula, beside statsmodels and beside people that are made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from lwise_core.study.power import Spread, effect_found, people_needed, sentence

spreads = st.builds(Spread, between=st.floats(0, 0.2), accuracy=st.floats(0.25, 0.75), test_trials=st.integers(1, 200))
effects = st.floats(0.02, 0.4)


def test_ten_points_need_36_people_a_group_and_five_143() -> None:
    spread = Spread()
    assert round(spread.total, 2) == 0.15
    assert people_needed(0.10, spread) == 36
    assert people_needed(0.05, spread) == 143
    assert people_needed(0.10, Spread(accuracy=0.476)) == 36  # the paper's control group of moths
    assert people_needed(0.05, Spread(accuracy=0.476)) == 143


def test_students_t_asks_for_one_or_two_people_more() -> None:
    for effect in (0.05, 0.1):
        with_t = TTestIndPower().solve_power(effect / Spread().total, power=0.8, alpha=0.05)
        assert 0 <= np.ceil(with_t) - people_needed(effect, Spread()) <= 2


@given(effects, spreads, st.sampled_from([1.0, 2.0]))
def test_the_power_is_what_was_asked_for_and_one_person_fewer_would_not_do(
    effect: float, spread: Spread, ratio: float
) -> None:
    needed = people_needed(effect, spread, control_ratio=ratio)

    def power(people: int) -> float:
        # One-sided at half the level: the two-sided power also counts what is found the wrong way round.
        plan = NormalIndPower().power(effect / spread.total, people, alpha=0.025, ratio=ratio, alternative="larger")
        return float(plan)

    assert power(needed) >= 0.8 - 1e-6
    assert needed == 2 or power(needed - 1) < 0.8


@given(st.integers(2, 5000), spreads)
def test_the_effect_is_the_inverse(people: int, spread: Spread) -> None:
    effect = effect_found(people, spread)
    if effect <= 1 and spread.total > 0.01:
        assert people_needed(effect, spread) == people


@given(spreads, effects)
def test_smaller_effects_and_more_groups_need_more_people(spread: Spread, effect: float) -> None:
    assert people_needed(effect / 2, spread) >= people_needed(effect, spread)
    assert people_needed(effect, spread, alpha=0.05 / 6) >= people_needed(effect, spread)
    assert people_needed(effect, spread, control_ratio=2) <= people_needed(effect, spread)


def test_the_spread_is_that_of_people_who_are_made_up() -> None:
    random = np.random.default_rng(3)
    spread = Spread(between=0.13, accuracy=0.6, test_trials=40)
    sum_of_shapes = 0.6 * 0.4 / 0.13**2 - 1
    true = random.beta(0.6 * sum_of_shapes, 0.4 * sum_of_shapes, 200_000)
    assert true.std() == pytest.approx(0.13, abs=0.001)
    assert (random.binomial(40, true) / 40).std() == pytest.approx(spread.total, abs=0.001)


@pytest.mark.parametrize(
    "settings",
    [
        {"accuracy": 0},
        {"accuracy": 1.0},
        {"test_trials": 0},
        {"between": -0.1},
        {"between": 0.51},
        {"accuracy": np.nan},
    ],
)
def test_impossible_people_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"[a-z]\.$"):
        Spread(**settings)


@pytest.mark.parametrize("settings", [{"alpha": 0}, {"alpha": 1}, {"power": 0.01}, {"power": 1}, {"control_ratio": 0}])
def test_impossible_plans_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"[a-z0-9]\.$"):
        people_needed(0.1, Spread(), **settings)
    with pytest.raises(ValueError, match=r"[a-z0-9]\.$"):
        effect_found(10, Spread(), **settings)


def test_no_effect_and_nobody_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        people_needed(0.0, Spread())
    with pytest.raises(ValueError, match="at least 2 people"):
        effect_found(1, Spread())


def test_the_sentence_says_what_the_number_rests_on() -> None:
    assert sentence(36, Spread(), effect=0.1, groups=3) == (
        "36 people a group, 108 in all, find a difference of 10 points with a power of 80% (two-sided, α = 0.05), if "
        "test accuracies have an SD of 15 points: 13 between people, the rest from having 40 test trials each."
    )
