from __future__ import annotations

import numpy as np

from pages.parts.inspect.plots import overlap_figure
from tests.inspection.test_map_pictures import evidence


def test_the_overlap_begins_at_the_first_step_and_the_band_holds_every_other_class() -> None:
    found = evidence()
    high, low, own = overlap_figure(found, step=0.25, current=2).figure.data
    assert list(own.x) == [0.25, 0.5, 0.75, 1.0]
    assert list(own.y) == list(found.mass[1:])
    for other in found.mass_of_others[:, 1:]:
        assert (np.asarray(low.y) <= other).all()
        assert (other <= np.asarray(high.y)).all()


def test_a_guide_of_one_class_has_no_band() -> None:
    assert len(overlap_figure(evidence(classes=0), step=0.25, current=0).figure.data) == 1
