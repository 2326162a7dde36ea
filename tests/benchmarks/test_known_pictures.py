from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.known_pictures import (
    CLEAREST,
    FOREIGN,
    Mosaic,
    centredness,
    far_mask,
    foreign_path,
    mass_on,
    mosaics,
    pixel_area,
    without_background,
)
from lwise_core.data.phantom import FAMILIES, creature_mask, draw, population
from lwise_core.guides.guide import GuideModel
from tests.inspection.test_evidence import path_of

SIZE = 48


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), size=st.integers(4, 20))
def test_the_far_pixels_are_as_many_and_none_of_them_is_in_the_mask(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    mask = random.random((size, size)) < 0.4
    mask[0, 0] = True
    if 2 * mask.sum() > mask.size:
        with pytest.raises(ValueError, match="half of the picture"):
            far_mask(mask)
        return
    far = far_mask(mask)
    assert far.sum() == mask.sum()
    assert not (far & mask).any()


def test_the_far_pixels_are_the_farthest() -> None:
    mask = np.zeros((6, 6), dtype=bool)
    mask[:, 0] = True
    assert far_mask(mask)[:, 5].all()


def test_erasing_background_leaves_the_creature_and_erases_as_much_as_it_covers() -> None:
    for creature in population(per_family=2, seed=5):
        before, after = draw(creature, size=SIZE), without_background(creature, size=SIZE)
        mask = creature_mask(creature, size=SIZE)
        changed = (before != after).any(axis=-1)
        assert not changed[mask].any()
        assert 0.9 * mask.sum() < changed.sum() <= mask.sum()


def test_a_centred_gaussian_of_any_width_ranks_pixels_alike() -> None:
    mask = creature_mask(population(per_family=1, seed=3)[0], size=SIZE)
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    for width in (6, 20):
        gaussian = np.exp(-(x**2 + y**2) / (2 * width**2)).round(12)
        assert pixel_area(mask, gaussian) == pytest.approx(pixel_area(mask, centredness(SIZE).round(9)), abs=1e-3)
    assert pixel_area(mask, mask.astype(float)) == 1


def test_the_share_on_a_mask_is_that_of_its_pixels_without_any_change() -> None:
    mask = np.zeros((4, 4), dtype=bool)
    mask[0] = True
    assert mass_on(mask, np.zeros((4, 4))) == 0.25
    assert mass_on(mask, mask * 2.0) == 1
    assert mass_on(mask, np.ones((4, 4))) == 0.25


def test_mosaics_have_every_family_once_and_go_towards_each_in_turn() -> None:
    found = list(mosaics(8, seed=9))
    assert [m.family for m in found] == [0, 1, 2, 3] * 2
    assert len({m.cell for m in found}) > 1
    for mosaic in found:
        assert sorted(c.family for c in mosaic.creatures) == [0, 1, 2, 3]
        assert all(c.dial <= CLEAREST for c in mosaic.creatures)
    seeds = [c.seed for m in found for c in m.creatures]
    assert len(set(seeds)) == len(seeds)
    assert found == list(mosaics(8, seed=9))


def test_without_the_class_a_mosaic_differs_in_its_cell_alone_and_has_the_class_nowhere() -> None:
    for mosaic in mosaics(4, seed=9):
        without: Mosaic = mosaic.without_class()
        assert mosaic.family not in {c.family for c in without.creatures}
        own, opposite = (set(FAMILIES[f].split()) for f in (mosaic.family, without.family))
        assert not own & opposite
        before, after = mosaic.draw(size=SIZE), without.draw(size=SIZE)
        assert before.shape == (2 * SIZE, 2 * SIZE, 3)
        changed = (before != after).any(axis=-1)
        mask = mosaic.mask(size=SIZE)
        assert mask.mean() == 0.25
        assert changed[mask].any()
        assert not changed[~mask].any()


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_change_has_the_norm_of_the_own_one_at_every_step(tiny_guide: GuideModel, kind: str) -> None:
    own, other = (path_of(tiny_guide, target=t, picture=t) for t in (1, 2))
    foreign = foreign_path(own, other, FOREIGN[kind])
    start = own.frames[0].images
    assert torch.equal(foreign.frames[0].images, start)
    for one, another in zip(own.frames[1:], foreign.frames[1:], strict=True):
        norms = [float((frame.images - start).norm()) for frame in (one, another)]
        assert norms[1] == pytest.approx(norms[0], rel=0.01)
        assert not torch.allclose(one.images, another.images, atol=1e-3)
        assert torch.allclose(another.logits, tiny_guide.logits(another.images), atol=1e-5)


def test_a_sign_flipped_change_points_back(tiny_guide: GuideModel) -> None:
    own = path_of(tiny_guide, target=1)
    flipped = foreign_path(own, own, FOREIGN["sign-flipped"])
    there, back = (p.frames[3].images - own.frames[0].images for p in (own, flipped))
    assert torch.allclose(there, -back, atol=1e-3)
