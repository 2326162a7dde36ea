from __future__ import annotations

import numpy as np
import pytest

from lwise_core.evidence import Evidence
from pages.parts.inspection_plots import overlap_figure, support_figure

STEPS = 4


def evidence(*, classes: int = 3) -> Evidence:
    support = np.full((8, 8), 1 / 64, dtype=np.float32)
    mass = np.array([np.nan, 0.4, 0.45, 0.5, 0.5])
    others = np.tile(np.array([np.nan, 0.2, 0.2, 0.25, 0.3]), (classes, 1)) + np.arange(classes)[:, None] / 100
    return Evidence(support, mass, others, mass, mass)


def test_evidence_that_is_spread_evenly_is_one_everywhere() -> None:
    (heat,) = support_figure(evidence()).figure.data
    assert np.asarray(heat.z) == pytest.approx(np.ones((8, 8)))
    assert (heat.zmin, heat.zmax) == (0, 4)


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
