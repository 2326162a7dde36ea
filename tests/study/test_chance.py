"""What guessing gets, trial by trial."""

from __future__ import annotations

import pytest

from lwise_core.study.chance import chance_by_block, chance_of
from tests.support.moth_answers import one_person
from tests.support.pair_answers import FINDS, answered


def test_one_picture_is_guessed_among_all_classes_and_one_of_two_by_half() -> None:
    single, pairs = one_person().scored, answered(FINDS, wrong={"p": 0}).scored
    assert chance_of(single, classes=4) == 0.25
    assert chance_of(pairs, classes=4) == 0.5
    assert chance_of(single.iloc[:0], classes=4) == 0.25
    assert set(chance_by_block(pairs, classes=4).values()) == {0.5}


def test_a_course_of_both_has_the_mean() -> None:
    mixed = one_person().scored
    mixed.loc[mixed.index[: len(mixed) // 2], "foil_class"] = "b"
    assert chance_of(mixed, classes=4) == pytest.approx(0.375)
