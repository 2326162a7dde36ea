"""The stored pairs as they are made: positions of the path itself, the original first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.gallery import SHARES, SIDE, pair_of
from lwise_core.data.samples import SAMPLES
from lwise_core.guides.guide import GuideModel

CUP = SAMPLES[1]


def test_a_pair_holds_positions_of_the_slider_and_the_original_as_it_is(tiny_guide: GuideModel) -> None:
    shown = replace(CUP, true_class=tiny_guide.classes[0])
    known, strip = pair_of(tiny_guide, shown, key="tiny")
    assert strip.shape == (len(SHARES) * SIDE, SIDE, 3)
    steps = [round(share * tiny_guide.epsilon_scale.steps) for share in SHARES]
    assert [change.step for change in known.changes] == steps
    for change in known.changes:
        assert change.epsilon == round(change.step * tiny_guide.epsilon_scale.step, 2)
        assert change.grey_levels <= tiny_guide.epsilon_scale.grey_levels(change.epsilon) + 0.1
    assert known.changes[0].grey_levels == 0
    pictures = strip.reshape(len(SHARES), SIDE, SIDE, 3).astype(int)
    assert np.abs(pictures[-1] - pictures[0]).max() > 0
    assert known.weights == tiny_guide.provenance.sha256
