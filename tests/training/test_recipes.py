"""Recipes say everything that decides a guide, and those that cannot be followed are refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.recipes import PRESETS, Recipe, RecipeError, Trained, paper, step_for, two_cores

FOLLOWED = Recipe(attack=Attack(Norm.L2, 0.25, steps=1, step=0.25), epochs=3, batch=8, peak_lr=0.1)


def test_presets_follow_their_sources() -> None:
    recipe = paper(size=224)
    assert (recipe.attack.epsilon, recipe.attack.steps, recipe.attack.step) == (3, 7, 0.5)
    assert (recipe.peak_lr, recipe.batch, recipe.epochs, recipe.weight_decay) == (0.001, 128, 50, 1e-4)
    assert not recipe.attack.random_start
    assert two_cores(size=32).attack.epsilon == 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"attack_warm_up": 1.0},
        {"batch": 1},
        {"peak_lr": 0.0},
        {"ema": 1.0},
        {"images_per_epoch": 7},
        {"trained": Trained.AFTER},
    ],
)
def test_recipes_that_cannot_be_followed_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        replace(FOLLOWED, **wrong)  # type: ignore[arg-type]


@given(epsilon=st.floats(1e-3, 100), steps=st.integers(1, 100))
def test_the_steps_of_an_attack_reach_its_radius_and_not_twice_as_far(epsilon: float, steps: int) -> None:
    reach = steps * step_for(epsilon, steps)
    assert epsilon * (1 - 1e-9) <= reach <= 1.5 * epsilon * (1 + 1e-9)


@given(size=st.integers(1, 32).map(lambda n: 16 * n), name=st.sampled_from(sorted(PRESETS)))
def test_presets_keep_their_rms_at_every_size(size: int, name: str) -> None:
    recipe, doubled = PRESETS[name](size=size), PRESETS[name](size=2 * size)
    assert doubled.attack.epsilon == pytest.approx(2 * recipe.attack.epsilon)
    assert doubled.attack.step == pytest.approx(2 * recipe.attack.step)
    assert replace(doubled, attack=recipe.attack) == recipe


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 4},
        {"peak_lr": 0.2},
        {"nesterov": False},
        {"momentum": 0.8},
        {"bf16": False},
        {"seed": 1},
        {"attack": replace(FOLLOWED.attack, steps=2)},
        {"attack": replace(FOLLOWED.attack, norm=Norm.LINF)},
        {"trained": Trained.AFTER, "frozen_convolutions": 1},
    ],
)
def test_no_two_recipes_are_recorded_alike(changes: dict[str, object]) -> None:
    one, other = FOLLOWED.plain(), replace(FOLLOWED, **changes).plain()  # type: ignore[arg-type]
    assert json.loads(json.dumps(one)) != json.loads(json.dumps(other))


def test_a_recipe_without_attack_says_so() -> None:
    assert FOLLOWED.plain()["method"] == "L2 adversarial training, cross-entropy"
    unattacked = replace(FOLLOWED, attack=replace(FOLLOWED.attack, epsilon=0.0))
    assert unattacked.plain()["method"] == "no attack, cross-entropy"
