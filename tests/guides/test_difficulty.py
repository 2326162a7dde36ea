"""Difficulty: the guide's own logit, its probability and rank, beside the references of the ground-truth class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.difficulty import (
    beside_references,
    difficulty_of,
    plainly,
    plainly_of_a_guess,
    said_of_all,
    score,
    standing,
)
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from lwise_core.guides.references import References
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())


@given(st.lists(st.floats(-30, 30, width=32), min_size=5, max_size=5), st.integers(0, 4))
def test_what_the_guide_says_of_a_picture(values: list[float], target: int) -> None:
    result = difficulty_of(GUIDE, torch.tensor(values), target=target)
    exact = np.array(values) - np.logaddexp.reduce(values)
    assert result.logit == pytest.approx(values[target])
    assert result.log_probability == pytest.approx(exact[target], abs=1e-4)
    assert result.probability == pytest.approx(np.exp(exact[target]), abs=1e-5)
    assert result.rank == 1 + sum(value > values[target] for value in values)
    assert result.seen == (values[target] == max(values))
    assert result.percentile is None
    assert result.references == 0


def test_references_are_those_of_the_ground_truth_class(tiny_guide: GuideModel) -> None:
    guide = replace(tiny_guide, references=References({"b": (1.0,) * 40, "c": (1.0,) * 25}))
    logits = torch.tensor([0.0, 2.0, 0.0, 0.0, 0.0])
    easy, few, none = (difficulty_of(guide, logits, target=target) for target in (1, 2, 3))
    assert easy.percentile is not None
    assert (easy.percentile.share, easy.references) == (0.0, 40)
    assert (few.percentile, few.references) == (None, 25)
    assert (none.percentile, none.references) == (None, 0)


def test_the_score_is_the_guides_own_logits(tiny_guide: GuideModel) -> None:
    picture = eight_pictures(16)[0]
    logits = score(tiny_guide, picture)
    assert torch.equal(logits, tiny_guide.logits(picture[None])[0])
    assert logits.shape == (5,)
    assert not logits.requires_grad


@given(st.integers(1, 12), st.integers(2, 40), st.integers(0, 2**16))
def test_what_is_said_of_many_is_what_is_said_of_each_bit_for_bit(count: int, classes: int, seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    logits = 8 * torch.randn((count, classes), generator=chance)
    targets = torch.randint(classes, (count,), generator=chance)
    guide = replace(GUIDE, classes=tuple(map(str, range(classes))))
    for row, target, said in zip(logits, targets.tolist(), said_of_all(logits, targets=targets), strict=True):
        one = difficulty_of(guide, row, target=target)
        assert (said.target, said.logit, said.rank) == (target, one.logit, one.rank)
        assert said.log_probability == one.log_probability


def test_what_is_unlike_all_that_the_guide_learnt_gets_no_word_of_difficulty(tiny_guide: GuideModel) -> None:
    guide = replace(tiny_guide, references=References({"b": (1.0,) * 40}))
    logits = torch.tensor([0.0, 2.0, 0.0, 0.0, 0.0])
    known, unlike, none = (
        difficulty_of(guide, logits, target=target, novelty=novelty)
        for target, novelty in ((1, Novelty(0.5, 200)), (1, Novelty(0.01, 200)), (2, Novelty(0.5, 200)))
    )
    assert "among the easiest" in plainly(known, class_name="b")
    guess = plainly_of_a_guess(known, class_name="b")
    assert guess.startswith("If this is of the class b (the guide's guess), expect it to be among the easiest")
    assert all(plainly_of_a_guess(said, class_name="x") == plainly(said, class_name="x") for said in (unlike, none))
    assert plainly(unlike, class_name="b").startswith("It is unlike what the guide learnt")
    assert beside_references(unlike, class_name="b") == ""
    assert beside_references(known, class_name="b") == standing(known, class_name="b")
    assert "too few pictures of c" in plainly(none, class_name="c")
    assert not any(word in plainly(said, class_name="x") for said in (unlike, none) for word in ("easi", "harder"))
