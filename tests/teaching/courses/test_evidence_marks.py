"""Rings stand where the original had evidence that grew, and nowhere else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.inspection.evidence_ledger import SUPPORTED, EvidenceLedger
from lwise_core.teaching.courses.evidence_marks import LEAST_SHARE, MOST_RINGS, rings_of, rings_on
from tests.conftest import guide_of, tiny_network
from tests.inspection.test_evidence import path_of
from tests.inspection.test_evidence_ledger import with_nulls

SIDE = 6


def ledger(gains: dict[tuple[int, int], float], *, supported: set[tuple[int, int]]) -> EvidenceLedger:
    """Return a ledger of these gains after one step, with evidence at these places."""
    rises, support = np.zeros((2, SIDE, SIDE)), np.ones((SIDE, SIDE))
    for place, gain in gains.items():
        rises[1][place] = gain
    for place in supported:
        support[place] = SUPPORTED
    return EvidenceLedger(support, SUPPORTED, rises, contrasts=1 - support)


def test_a_ring_stands_around_the_place_that_gained_most() -> None:
    (ring,) = rings_of(ledger({(1, 4): 2.0, (5, 0): 3.0}, supported={(1, 4)}), step=1)
    assert (ring.x, ring.y) == (4.5 / SIDE, 1.5 / SIDE)
    assert ring.radius == 0.75 / SIDE


def test_neighbours_have_one_ring_and_losses_and_little_gains_have_none() -> None:
    gains = {(2, 2): 5.0, (2, 3): 4.0, (0, 5): -9.0, (5, 5): 0.5}
    rings = rings_of(ledger(gains, supported=set(gains)), step=1)
    assert [(r.x, r.y) for r in rings] == [(2.5 / SIDE, 2.5 / SIDE)]


def test_before_anything_was_gained_there_is_no_ring() -> None:
    assert rings_of(ledger({(0, 0): 1.0}, supported={(0, 0)}), step=0) == ()


@given(seed=st.integers(0, 500))
def test_rings_are_few_lie_in_the_picture_and_stand_for_evidence_that_grew(seed: int) -> None:
    random = np.random.default_rng(seed)
    gains, support = random.normal(0, 1, (1, SIDE, SIDE)), random.uniform(0, 0.2, (SIDE, SIDE))
    found = EvidenceLedger(support, SUPPORTED, gains, contrasts=1 - support)
    rings = rings_of(found, step=0)
    assert len(rings) <= MOST_RINGS
    stood = []
    for ring in rings:
        place = int(ring.y * SIDE), int(ring.x * SIDE)
        assert support[place] <= SUPPORTED
        assert gains[0][place] >= LEAST_SHARE * found.gained(0)
        stood.append(gains[0][place])
    assert stood == sorted(stood, reverse=True)


def test_a_guide_without_a_ledger_has_no_rings() -> None:
    guide = guide_of(tiny_network())
    assert rings_on(path_of(guide, target=0)) == ()
    assert isinstance(rings_on(path_of(with_nulls(guide, side=4), target=0)), tuple)
