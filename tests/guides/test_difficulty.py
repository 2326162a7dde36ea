"""Difficulty: the share of references that are easier, with an interval that SciPy agrees with, or no share at all."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from lwise_core._utils.intervals import wilson_interval
from lwise_core.guides.difficulty import ENOUGH_REFERENCES, difficulty_of, percentile, score
from lwise_core.guides.guide import GuideModel
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())

levels = st.integers(-20, 20).map(float)  # few values, so that ties are common
references = st.lists(levels, min_size=ENOUGH_REFERENCES, max_size=80)


@given(levels, references)
def test_the_share_is_the_mid_rank(logit: float, others: list[float]) -> None:
    result = percentile(logit, others)
    assert result is not None
    rank_from_hardest = rankdata([-logit, *(-other for other in others)], method="average")[0]
    # Its average rank counts itself as one half more than the easier ones and half of the ties before it.
    assert result.share == pytest.approx((rank_from_hardest - 1) / len(others))
    assert result.n == len(others)
    assert (result.low, result.high) == pytest.approx(wilson_interval(result.share, len(others)))


@given(levels, levels, references)
def test_a_lower_logit_is_never_easier(one: float, other: float, others: list[float]) -> None:
    lower, higher = (percentile(logit, others) for logit in sorted((one, other)))
    assert lower is not None
    assert higher is not None
    assert lower.share >= higher.share


def test_the_ends_of_the_scale() -> None:
    others = [float(i) for i in range(40)]
    for logit, share in [(-1.0, 1.0), (40.0, 0.0), (19.5, 0.5), (20.0, 19.5 / 40)]:
        result = percentile(logit, others)
        assert result is not None
        assert result.share == pytest.approx(share)


@pytest.mark.parametrize("n", [0, 1, 25, ENOUGH_REFERENCES - 1])
def test_too_few_references_give_no_percentile(n: int) -> None:
    assert percentile(0.0, [0.0] * n) is None


def test_thirty_references_are_enough() -> None:
    result = percentile(0.0, [0.0] * 30)
    assert result is not None
    assert (result.n, result.share) == (30, 0.5)


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
    guide = replace(tiny_guide, references=MappingProxyType({"b": (1.0,) * 40, "c": (1.0,) * 25}))
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
