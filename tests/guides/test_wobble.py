"""A wobble: the guide's own logits of every look, their range, and where that lies among the references."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from lwise_core._utils.arrays import Pixels
from lwise_core.guides.difficulty import difficulty_of, score
from lwise_core.guides.references import References
from lwise_core.guides.wobble import AS_IT_IS, Wobble
from lwise_core.images.geometry import Crop, see
from lwise_core.images.variations import variations
from tests.conftest import guide_of, tiny_network

GUIDE = guide_of(tiny_network())
SQUARE: Pixels = Crop(left=110, top=10, side=200).of(data.chelsea())


@pytest.mark.parametrize("target", [0, 3])
def test_every_look_has_the_guide_s_own_logit_and_rank(target: int) -> None:
    found = Wobble.of(GUIDE, SQUARE, target=target)
    looks = {AS_IT_IS: see(SQUARE, size=16), **variations(SQUARE, size=16)}
    assert list(found.logits) == list(found.ranks) == list(looks)
    for name, look in looks.items():
        own = difficulty_of(GUIDE, score(GUIDE, torch.from_numpy(look)), target=target)
        assert found.logits[name] == pytest.approx(own.logit, abs=1e-5)
        assert found.ranks[name] == own.rank
    assert found.lowest <= found.logits[AS_IT_IS] <= found.highest
    assert found.deviation == pytest.approx(np.std(list(found.logits.values())))
    assert found.seen == sum(rank == 1 for rank in found.ranks.values())


def test_what_looks_the_same_in_every_way_does_not_wobble() -> None:
    found = Wobble.of(GUIDE, np.full((40, 40, 3), 128, dtype=np.uint8), target=1)
    assert found.deviation == pytest.approx(0, abs=1e-5)
    assert found.lowest == pytest.approx(found.highest, abs=1e-5)


@settings(max_examples=10)
@given(st.lists(st.floats(-3, 3, width=32), min_size=30, max_size=60))
def test_the_shares_are_the_references_own_of_the_easiest_and_the_hardest_look(values: list[float]) -> None:
    known = References({"b": tuple(values)})
    found = Wobble.of(replace(GUIDE, references=known), SQUARE, target=1)
    assert found.shares is not None
    standings = [known.standing(logit, class_name="b") for logit in found.logits.values()]
    shares = [standing.share for standing in standings if standing is not None]
    assert found.shares == (min(shares), max(shares))


def test_it_says_range_looks_and_place() -> None:
    bare = Wobble("cat", {AS_IT_IS: 1.0, "mirrored": 3.0}, {AS_IT_IS: 1, "mirrored": 2}, None)
    assert str(bare) == (
        "Moved a little, mirrored or saved again as JPEG (1 ways), its logit lies between 1.00 and 3.00 (standard "
        "deviation 1.00). The guide takes it for cat in 1 of 2 looks."
    )
    assert ", harder than 25% to 50% of the references. The" in str(replace(bare, shares=(0.25, 0.5)))
