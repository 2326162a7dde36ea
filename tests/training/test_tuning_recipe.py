"""The recipe of a tuning: its attack follows the domain, its work the pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.guide import Domain
from lwise_core.training.recipes import Augmentation
from lwise_core.training.tuning_recipe import EXPERIENCE, TuningRecipe, coverage, weights_on_disk


@pytest.mark.parametrize(
    ("domain", "size", "epsilon"),
    [(Domain.NATURAL, 224, 3.0), (Domain.FINE_GRAINED, 128, 1.0), (Domain.MEDICAL, 224, 1.75)],
)
def test_the_attack_is_at_least_the_one_that_decides_whether_it_is_fit(
    domain: Domain, size: int, epsilon: float
) -> None:
    recipe = TuningRecipe().recipe(size=size, domain=domain)
    assert recipe.attack.epsilon == pytest.approx(epsilon, abs=1e-3)
    assert recipe.attack.epsilon >= domain.attack_224 * size / 224 - 1e-3
    assert recipe.balanced


def test_large_pictures_come_in_small_batches_and_without_an_up_are_turned() -> None:
    recipe = TuningRecipe(any_way_up=True).recipe(size=224, domain=Domain.MEDICAL)
    assert (recipe.batch, recipe.augmentation) == (8, Augmentation.ANY_WAY_UP)
    recipe = TuningRecipe().recipe(size=128, domain=Domain.MEDICAL)
    assert (recipe.batch, recipe.augmentation) == (16, Augmentation.PHOTOGRAPH)


@given(count=st.integers(40, 600))
def test_folds_cost_more_than_a_part_that_is_held_out(count: int) -> None:
    recipe = TuningRecipe()
    assert recipe.in_folds(count)
    assert recipe.passes(count) > recipe.to_train(count) + recipe.to_judge(count, attacked=90)
    assert recipe.passes(601) < recipe.passes(600)


def test_the_passes_are_those_of_every_epoch_and_attack() -> None:
    recipe = TuningRecipe(epochs=2, folds=2, attacked=10)
    assert recipe.to_train(100) == 2 * (2 * 80 + 5 * 20)
    assert recipe.to_judge(50, attacked=5) == 50 + 20 * 5
    assert recipe.to_judge(3, attacked=5) == 3 + 20 * 3
    assert recipe.passes(100) == 2 * (recipe.to_train(50) + 50 + 100) + recipe.to_train(100)


def test_it_is_said_how_it_is_judged_and_nothing_is_promised() -> None:
    assert "3 guides are tuned besides" in TuningRecipe().described(600)
    assert "Every 5th picture is held out" in TuningRecipe().described(601)
    assert "is not known beforehand" in EXPERIENCE


def test_classes_with_few_references_are_named() -> None:
    assert coverage({"newt": 24, "frog": 30}, enough=30).endswith("have: newt 24.")
    assert coverage({"frog": 30}, enough=30) == ""
    assert coverage(dict.fromkeys(map(str, range(100)), 20), enough=30).endswith("6 20, 7 20 and 92 more classes.")


def test_the_disk_holds_the_weights_of_every_run() -> None:
    assert weights_on_disk(1_000, runs=4) == 60_000
