"""What the full-resolution picture keeps of the gain, after clamping, rounding and the guide's own resize."""

from __future__ import annotations

from statistics import median

import pytest

from benchmarks.kept_gain import (
    BUDGETS_224,
    PHOTOGRAPHS,
    PLACES,
    SIDES,
    Kept,
    measure_all,
    measure_side,
    summary,
)
from lwise_core.guides.guide import GuideModel


@pytest.mark.parametrize(("side", "first"), list(zip(SIDES, range(3), strict=True)))
def test_the_whole_photograph_keeps_the_gain(bundled_guide: GuideModel, side: int, first: int) -> None:
    """A third of the photographs at each size; `make prove` takes every one at every size."""
    results = measure_side(bundled_guide, PHOTOGRAPHS[first::3], side=side)
    assert len(results) == len(PHOTOGRAPHS[first::3]) * len(PLACES) * len(BUDGETS_224)
    assert all(kept.gain > 0 for kept in results)
    for budget in BUDGETS_224:
        assert median(shares_of(results, side=side, budget=budget)) >= 0.90


@pytest.mark.prove
@pytest.mark.timeout(900)  # 60 paths of 20 steps
def test_every_photograph_at_every_size_keeps_the_gain(
    bundled_guide: GuideModel, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(PHOTOGRAPHS) * len(PLACES) >= 20
    assert min(BUDGETS_224) >= 2
    results = measure_all(bundled_guide)
    with capsys.disabled():
        print(f"\n{summary(results)}")  # noqa: T201  the worst is to be seen, not only the median
    assert len(results) == len(PHOTOGRAPHS) * len(PLACES) * len(SIDES) * len(BUDGETS_224)
    assert all(kept.gain > 0 for kept in results)
    assert median(kept.share for kept in results) >= 0.90
    for side in SIDES:
        for budget in BUDGETS_224:
            assert median(shares_of(results, side=side, budget=budget)) >= 0.90


def shares_of(results: tuple[Kept, ...], *, side: int, budget: float) -> list[float]:
    return [kept.share for kept in results if kept.crop.side == side and kept.epsilon_224 == budget]
