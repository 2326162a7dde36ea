"""A schedule that shrinks to what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.teaching.design.fitting import fitted
from lwise_core.teaching.design.schedules import ANIMALS, MOTHS, SEVEN_SLOTS, Group
from lwise_core.teaching.design.trial_sampling import pictures_needed


@given(train=st.integers(0, 60), val=st.integers(0, 14))
def test_what_is_returned_is_filled_and_no_longer_than_what_was_wanted(train: int, val: int) -> None:
    found = fitted(MOTHS, {"train": train, "val": val}, SEVEN_SLOTS, as_published=False)
    if found is None:
        return
    needed = pictures_needed(found, SEVEN_SLOTS, as_published=False)
    assert needed["train"] <= train
    assert needed["val"] <= val
    assert found.scored(1) <= MOTHS.scored(1)
    budgets = [b.epsilon_224 for b in found.blocks]
    assert budgets == sorted(budgets, reverse=True)
    assert budgets[0] > 0 == budgets[-1]


@given(train=st.integers(0, 60), val=st.integers(0, 14))
def test_more_pictures_never_make_it_shorter(train: int, val: int) -> None:
    def length(**there: int) -> int:
        found = fitted(MOTHS, there, SEVEN_SLOTS, as_published=False)
        return 0 if found is None else found.scored(1)

    assert length(train=train, val=val) <= length(train=train + 1, val=val + 1)


def test_what_fits_is_left_as_it_is() -> None:
    needed = pictures_needed(MOTHS, SEVEN_SLOTS, as_published=False)
    assert fitted(MOTHS, needed, SEVEN_SLOTS, as_published=False) is MOTHS


@pytest.mark.parametrize(("train", "val"), [(0, 9), (9, 0), (3, 1)])
def test_of_too_few_there_is_none(train: int, val: int) -> None:
    assert fitted(MOTHS, {"train": train, "val": val}, SEVEN_SLOTS, as_published=False) is None


def test_one_that_compares_within_a_block_is_not_shortened() -> None:
    assert fitted(ANIMALS, {"val": 5}, (Group.WITHIN,), as_published=False) is None


def test_nine_photographs_of_a_class_still_compare_seven_groups() -> None:
    found = fitted(MOTHS, {"train": 8, "val": 1}, SEVEN_SLOTS, as_published=False)
    assert found is not None
    assert [b.name for b in found.blocks] == ["train_2", "train_4", "train_6", "train_7", "test_1"]
