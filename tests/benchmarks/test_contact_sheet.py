from __future__ import annotations

import numpy as np

from benchmarks.contact_sheet import SIDE, TOWARDS, row_of, shown_by
from lwise_core.data.phantom import FAMILIES
from lwise_core.data.samples import SAMPLES
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel


def test_a_row_holds_the_original_and_three_budgets_above_a_strip(tiny_guide: GuideModel) -> None:
    shown = next(iter(shown_by(tiny_guide)))
    row = row_of(tiny_guide, shown)
    side = SIDE // tiny_guide.input_size * tiny_guide.input_size
    assert row.shape[1] == 4 * side
    assert row.shape[0] > side  # the strip
    original = row[:side, :side]
    assert np.array_equal(original[:: side // tiny_guide.input_size], original[1 :: side // tiny_guide.input_size])
    far = [int(np.abs(row[:side, i * side : (i + 1) * side].astype(int) - original).sum()) for i in range(4)]
    assert far == sorted(far)
    assert far[0] == 0 < far[1]


def test_creatures_are_shown_to_the_guide_that_knows_them_and_the_cat_to_others(tiny_guide: GuideModel) -> None:
    creatures = list(shown_by(catalog.load("phantom4-64")))
    assert {s.what for s in creatures} == set(FAMILIES)
    assert sum(s.what == s.towards for s in creatures) == len(FAMILIES)
    others = list(shown_by(tiny_guide))
    assert len({s.what for s in others}) == len(SAMPLES)
    assert len(others) == len(SAMPLES) * min(TOWARDS, len(tiny_guide.classes))
