from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.weak_guides import left_out_scores
from lwise_core._utils.arrays import Values

ROWS = 24
HALF = np.arange(ROWS) % 2 == 0


def table(weak: bool, *, seed: int) -> Values:
    """Return rows of two indicators, of which the first is larger where the model is ``weak``."""
    rows: Values = np.random.default_rng(seed).normal(size=(ROWS, 2)) + np.array([3 * weak, 0])
    return rows


def test_a_weak_model_that_is_like_the_others_is_told_from_the_full_one() -> None:
    tables = [table(w, seed=i) for i, w in enumerate((True, True, False, False))]
    weak, full = left_out_scores(tables, (True, True, False, False), [HALF] * 4, judged=(0, 2))
    assert np.mean(weak[:, None] > full) > 0.95


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_what_is_judged_never_tells_the_fit(seed: int) -> None:
    """Whatever the rows of the judged models are called, those of the others decide alone."""
    tables = [table(w, seed=seed + i) for i, w in enumerate((True, True, False, False))]
    first = left_out_scores(tables, (True, True, False, False), [HALF] * 4, judged=(0, 2))
    renamed = left_out_scores(tables, (False, True, True, False), [HALF] * 4, judged=(0, 2))
    for a, b in zip(first, renamed, strict=True):
        np.testing.assert_allclose(a, b)


def test_no_class_is_judged_by_a_fit_that_saw_it() -> None:
    """The others' rows of one half are all of one kind's values: they decide about the other half alone."""
    tables = [table(w, seed=i) for i, w in enumerate((True, True, False, False))]
    before, _ = left_out_scores(tables, (True, True, False, False), [HALF] * 4, judged=(0, 2))
    tables[1][HALF] -= 6  # the weak model that fits: its even classes now point the other way
    after, _ = left_out_scores(tables, (True, True, False, False), [HALF] * 4, judged=(0, 2))
    np.testing.assert_allclose(after[HALF], before[HALF])
    assert not np.allclose(after[~HALF], before[~HALF])
