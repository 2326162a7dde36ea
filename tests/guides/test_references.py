"""References: the share that is easier, with an interval that SciPy agrees with, conformal p, and the spread."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import rankdata

from lwise_core._utils.intervals import wilson_interval
from lwise_core.guides.model_card import CardReferences
from lwise_core.guides.references import ENOUGH_FOR_DIFFICULTY, ENOUGH_FOR_EVIDENCE, Percentile, References


def standing(logit: float, others: Sequence[float]) -> Percentile | None:
    return References({"a": tuple(others)}).standing(logit, class_name="a")


levels = st.integers(-20, 20).map(float)  # few values, so that ties are common
references = st.lists(levels, min_size=ENOUGH_FOR_DIFFICULTY, max_size=80)


@given(levels, references)
def test_the_share_is_the_mid_rank(logit: float, others: list[float]) -> None:
    result = standing(logit, others)
    assert result is not None
    rank_from_hardest = rankdata([-logit, *(-other for other in others)], method="average")[0]
    # Its average rank counts itself as one half more than the easier ones and half of the ties before it.
    assert result.share == pytest.approx((rank_from_hardest - 1) / len(others))
    assert result.n == len(others)
    assert (result.low, result.high) == pytest.approx(wilson_interval(result.share, len(others)))


@given(levels, levels, references)
def test_a_lower_logit_is_never_easier(one: float, other: float, others: list[float]) -> None:
    lower, higher = (standing(logit, others) for logit in sorted((one, other)))
    assert lower is not None
    assert higher is not None
    assert lower.share >= higher.share


def test_the_ends_of_the_scale() -> None:
    others = [float(i) for i in range(40)]
    for logit, share in [(-1.0, 1.0), (40.0, 0.0), (19.5, 0.5), (20.0, 19.5 / 40)]:
        result = standing(logit, others)
        assert result is not None
        assert result.share == pytest.approx(share)


@pytest.mark.parametrize("n", [0, 1, 25, ENOUGH_FOR_DIFFICULTY - 1])
def test_too_few_references_give_no_standing(n: int) -> None:
    assert standing(0.0, [0.0] * n) is None


def test_thirty_references_are_enough() -> None:
    result = standing(0.0, [0.0] * 30)
    assert result is not None
    assert (result.n, result.share) == (30, 0.5)


def test_a_class_without_references_has_none_and_is_no_error() -> None:
    known = References({"a": (1.0,) * 200}, "test")
    assert (known.of("b"), known.count("b")) == ((), 0)
    assert (known.standing(0.0, class_name="b"), known.spread("b")) == (None, None)
    assert known.conformal_p(0.0, class_name="b") == 1.0


@given(st.lists(st.floats(-30, 30, width=32), min_size=ENOUGH_FOR_EVIDENCE, max_size=200))
def test_the_spread_is_the_standard_deviation_of_enough_references(values: list[float]) -> None:
    spread = float(np.std(values))
    known = References({"a": tuple(values), "few": tuple(values[: ENOUGH_FOR_EVIDENCE - 1])})
    assert known.spread("a") == (spread or None)
    assert known.spread("few") is None


def test_equal_references_have_no_spread_to_measure_by() -> None:
    assert References({"a": (1.5,) * ENOUGH_FOR_EVIDENCE}).spread("a") is None


def test_what_a_card_holds_comes_back_from_it() -> None:
    known = References({"a": (1.0, 2.5), "b": ()}, "test in held")
    stored = json.dumps(known.for_card())
    assert stored == '{"source": "test in held", "logits": {"a": [1.0, 2.5], "b": []}}'
    assert TypeAdapter(CardReferences).validate_json(stored).known() == known
