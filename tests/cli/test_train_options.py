"""What the options of ``train`` make of a preset, and which of them do not go together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.cli.train_options import (
    AttackOptions,
    HeldOutOptions,
    ImageOptions,
    TrainingOptions,
    part,
    recipe_named,
)
from lwise_core.training.attacks import Attack, Norm
from lwise_core.training.recipes import Augmentation, RecipeError, Trained, paper

PRESET = paper(size=64)


@given(first=st.integers(0, 10**6), step=st.integers(1, 10**6))
def test_a_choice_of_images_is_a_slice(first: int, step: int) -> None:
    assert part(f"{first}:{step}") == slice(first, None, step)


@pytest.mark.parametrize("text", ["", "3", "1:", ":2", "1:0", "-1:2", "1:2:3", "all"])
def test_what_is_no_choice_of_images_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match="is not a choice of images; write FIRST:STEP"):
        part(text)


def test_a_preset_is_that_of_its_name_and_of_the_size() -> None:
    assert recipe_named("paper", 64) == PRESET
    with pytest.raises(RecipeError, match="There is no preset “birds”; there is paper, two-cores"):
        recipe_named("birds", 64)


def test_where_nothing_is_asked_for_the_preset_stays_as_it_is() -> None:
    assert TrainingOptions().recipe(PRESET, AttackOptions(), size=64) == PRESET


def test_what_is_asked_for_replaces_that_of_the_preset_and_no_more() -> None:
    options = TrainingOptions(epochs=2, lr=0.25, seed=7, wide=True, freeze=3, first_size=32)
    assert options.recipe(PRESET, AttackOptions(), size=64) == replace(
        PRESET,
        epochs=2,
        peak_lr=0.25,
        seed=7,
        augmentation=Augmentation.WIDE,
        trained=Trained.AFTER,
        frozen_convolutions=3,
        first_size=32,
    )


def test_the_step_of_an_attack_follows_from_its_radius_and_their_number() -> None:
    usual = PRESET.attack
    assert AttackOptions(epsilon=2.0, steps=3).of(usual) == Attack(Norm.L2, 2.0, 3, 1.0, usual.random_start)
    assert AttackOptions(norm=Norm.LINF, steps=1).of(usual).step == usual.epsilon
    none = AttackOptions(epsilon=0.0, steps=5).of(usual)
    assert (none.epsilon, none.steps, none.step) == (0, 0, 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (TrainingOptions(wide=True, any_way_up=True), "Choose one of --wide, --any-way-up and --any-light."),
        (TrainingOptions(first_size=80), "Images of 64 px cannot begin at 80 px"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: TrainingOptions, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        options.recipe(PRESET, AttackOptions(), size=64)


def test_held_out_images_are_those_of_the_run_unless_others_are_named() -> None:
    own, other = HeldOutOptions().of("data"), HeldOutOptions(held_out="held", reference_slice="0:2").of("data")
    assert (own.source, own.references, own.measured) == (Path("data"), None, slice(1, None, 2))
    assert (other.source, other.references) == (Path("held"), slice(0, None, 2))


@pytest.mark.parametrize(
    ("images", "held"),
    [
        (ImageOptions(folds=3), HeldOutOptions(held_out="held")),
        (ImageOptions(folds=3, leave_out="0:2"), HeldOutOptions()),
    ],
)
def test_folds_leave_nothing_else_out(images: ImageOptions, held: HeldOutOptions) -> None:
    with pytest.raises(RecipeError, match="--folds 3 leaves out every image once"):
        images.refuse_held_out(held)
    ImageOptions(folds=3).refuse_held_out(HeldOutOptions())
