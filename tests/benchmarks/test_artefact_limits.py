from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.artefact_limits import conformal_limit


@given(st.lists(st.floats(-10, 10), min_size=19, max_size=200))
def test_a_limit_is_exceeded_by_fewer_than_its_rate_allows(values: list[float]) -> None:
    limit = conformal_limit(values, rate=0.05)
    assert sum(v > limit for v in values) < 0.05 * (len(values) + 1)


def test_further_values_exceed_the_limit_at_most_as_often_as_promised() -> None:
    random = np.random.default_rng(0)
    alarms = [random.normal() > conformal_limit(random.normal(size=39).tolist(), rate=0.05) for _ in range(2000)]
    assert 0.03 < np.mean(alarms) < 0.065


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        conformal_limit([1.0] * 18, rate=0.05)
