"""What stands beside one change in a report: other classes on the same original, and what guides say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lwise_core.guides.guide import GuideModel
from lwise_core.images.geometry import to_8_bit
from lwise_core.inspection.examine import opinion_at, paint_others
from lwise_core.inspection.report_beside import NOTHING_BESIDE, Beside
from tests.inspection.test_evidence import path_of

STEPS = 2


@pytest.fixture
def beside(tiny_guide: GuideModel) -> Beside:
    """Two classes that were painted in two steps, and what the guide itself says."""
    path = path_of(tiny_guide, target=1)
    *_, judges = paint_others(path, towards=(2, 3), steps=STEPS, stated="b")
    return Beside(judges, (opinion_at(path, tiny_guide, epsilon=path.step, class_name="b"),))


@pytest.mark.parametrize(("asked", "shown"), [(1, 1), (STEPS, STEPS), (5, STEPS)])
def test_a_class_is_shown_at_the_budget_or_as_far_as_it_was_painted(beside: Beside, asked: int, shown: int) -> None:
    step = beside.judges[0].path.step
    for painted, judge in zip(beside.painted(epsilon=asked * step), beside.judges, strict=True):
        assert painted.epsilon == pytest.approx(shown * step)
        assert painted.risk.step == shown
        expected = to_8_bit(judge.path.at(shown * step).images[0].numpy()).transpose(1, 2, 0)
        assert np.array_equal(painted.pixels, expected)
        altered = f"AI-altered towards {painted.towards}, ε = {painted.epsilon:.3g}."
        assert painted.statement == f"{altered} Features not in the original. Not for diagnosis."
        own = replace(painted, risk=replace(painted.risk, semantic=replace(painted.risk.semantic, contradicted="")))
        assert own.statement == f"{altered} Not for diagnosis."


def test_the_guide_that_changed_the_picture_is_no_other_guide(beside: Beside) -> None:
    assert list(beside.missing.values()) == [False, True]
    assert list(Beside(beside.judges, beside.opinions * 2).missing.values()) == [False, False]
    assert list(NOTHING_BESIDE.missing.values()) == [True, True]
