"""The ledger: gains sum to the logit's, and what arose where nothing spoke for the class is told from the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides.evidence_nulls import EvidenceNulls, GainLimit, thresholds_of
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.evidence_ledger import (
    FAINT,
    LEAST_GAIN,
    EvidenceLedger,
    ledger_of,
    over_the_picture,
    why_no_ledger,
)
from tests.conftest import guide_of, tiny_network
from tests.guides.test_evidence_nulls import pictures
from tests.inspection.test_evidence import path_of


def with_nulls(
    guide: GuideModel, *, shift: float = 0.0, limit: float | None = None, count: int = 300, side: int = 2
) -> GuideModel:
    """Return ``guide`` with nulls of contrasts around ``shift``: the higher, the less its places are supported."""
    contrasts, shown = pictures(count, classes=len(guide.classes), side=side)
    thresholds = thresholds_of(contrasts + shift, shown)
    known = None if limit is None else GainLimit(limit, "a test")
    nulls = EvidenceNulls(guide.provenance.sha256, guide.input_size, *thresholds, "a test", limit=known)
    return replace(guide, nulls=nulls)


def planted(before: list[list[float]], *rises: list[list[float]]) -> EvidenceLedger:
    """Return the ledger of a path made by hand: what places say for the first of two classes, and what they gain."""
    own = torch.tensor([before, *(np.add(before, rise).tolist() for rise in rises)], dtype=torch.float64)
    evidence = torch.stack([own, torch.zeros_like(own)], dim=1)
    contrasts, shown = pictures(300, classes=2, side=2)
    nulls = EvidenceNulls("0" * 64, 16, *thresholds_of(contrasts, shown), "a test")
    return EvidenceLedger.of(evidence, nulls, target=0)


def test_a_gain_belongs_to_the_place_where_it_arose() -> None:
    ledger = planted([[9.0, -9.0], [1.0, 9.0]], [[1.0, 2.0], [1.0, -3.0]], [[4.0, 0.0], [0.0, 0.0]])
    assert ledger.support[0, 0] == ledger.support[1, 1] == 0.005
    assert ledger.support[0, 1] == 1
    assert 0.05 < ledger.support[1, 0] < 0.5
    assert (ledger.gained(1), ledger.lost(1)) == (1, -0.75)
    assert (ledger.supported_share(1), ledger.unsupported_share(1)) == (0.25, 0.5)
    density = ledger.unsupported_density(1)
    assert density is not None
    assert density.tolist() == [[0, 2], [0, 0]]
    assert (ledger.supported_share(2), ledger.unsupported_share(2)) == (1, 0)
    assert ledger.picture_p < 0.05


def test_below_the_least_gain_nobody_says_where_it_arose() -> None:
    little = 4.04 * LEAST_GAIN
    ledger = planted([[9.0, -9.0], [0.0, 0.0]], [[0.98 * little, -50.0], [0.0, 0.0]], [[little, 0.0], [0.0, 0.0]])
    assert [ledger.unsupported_share(step) for step in (0, 1, 2)] == [None, None, 0]
    assert [ledger.supported_share(step) for step in (0, 1, 2)] == [None, None, 1]
    assert [ledger.unsupported_density(step) is None for step in (0, 1, 2)] == [True, True, False]


@given(seed=st.integers(0, 200))
def test_shares_are_shares_and_gains_less_losses_are_the_logit_s_gain(seed: int) -> None:
    random = np.random.default_rng(seed)
    before, rise = random.normal(0, 3, (2, 2)), random.normal(0, 3, (2, 2))
    ledger = planted(before.tolist(), rise.tolist())
    assert ledger.gained(1) + ledger.lost(1) == pytest.approx(rise.mean())
    with_evidence, without = ledger.supported_share(1), ledger.unsupported_share(1)
    if with_evidence is not None and without is not None:
        assert min(with_evidence, without) >= 0
        assert with_evidence + without <= 1 + 1e-9
        density = ledger.unsupported_density(1)
        assert density is not None
        assert density.mean() == pytest.approx(without)


def test_along_a_path_the_ledger_sums_to_the_gain_of_the_logit(tiny_guide: GuideModel) -> None:
    path = path_of(with_nulls(tiny_guide), target=1)
    ledger = ledger_of(path)
    assert ledger is not None
    for step, frame in enumerate(path.frames):
        gain = float(frame.logits[0, 1] - path.frames[0].logits[0, 1])
        assert ledger.gained(step) + ledger.lost(step) == pytest.approx(gain, abs=1e-5)


def loud_guide() -> GuideModel:
    """Return the tiny guide with logits a hundred thousand times as large: untrained, it gains next to nothing."""
    network = tiny_network()
    network.head.weight.data *= 1e5
    return guide_of(network)


def test_where_places_of_others_say_more_all_of_the_gain_is_without_evidence() -> None:
    shares = {}
    for shift in (-6e4, 6e4):
        ledger = ledger_of(path_of(with_nulls(loud_guide(), shift=shift), target=1))
        assert ledger is not None
        shares[shift] = ledger.unsupported_share(6)
    assert shares == {-6e4: 0, 6e4: 1}


@pytest.mark.parametrize("size", [4, 5, 16])
def test_places_are_spread_over_the_pixels_that_are_theirs(size: int) -> None:
    spread = over_the_picture(np.array([[1.0, 2.0], [3.0, 4.0]]), size=size)
    assert spread.shape == (size, size)
    assert [spread[0, 0], spread[0, -1], spread[-1, 0], spread[-1, -1]] == [1, 2, 3, 4]
    assert abs(int((spread == 1).sum()) - size * size / 4) <= size


def test_why_there_is_no_ledger_is_said(tiny_guide: GuideModel) -> None:
    guide = with_nulls(tiny_guide)
    assert why_no_ledger(guide, target=1) == ""
    assert "nobody measured" in why_no_ledger(tiny_guide, target=1)
    assert "at 16 px, not at 32" in why_no_ledger(replace(guide, input_size=32), target=1)
    other = replace(guide, provenance=replace(guide.provenance, sha256="1" * 64))
    assert "another guide" in why_no_ledger(other, target=1)
    few = with_nulls(tiny_guide, count=110)
    assert "pictures that do not show b was measured on too few" in why_no_ledger(few, target=1)
    for unable in (tiny_guide, other, few):
        assert ledger_of(path_of(unable, target=1)) is None


def test_a_network_whose_logits_are_no_mean_has_no_ledger() -> None:
    network = torch.nn.Sequential(tiny_network(), torch.nn.Sigmoid())
    assert ledger_of(path_of(with_nulls(guide_of(network)), target=1)) is None


def test_what_is_drawn_stands_out_exactly_where_words_say_that_the_guide_saw_signs() -> None:
    support = np.array([[0.01, 0.05, 0.2], [0.5, 0.51, 0.9], [0.03, 0.06, 1.0]])
    contrasts = np.array([[4.0, 1.0, 0.5], [0.1, 0.0, -1.0], [-2.0, 0.4, -3.0]])
    ledger = EvidenceLedger(support, 0.01, np.zeros((1, 3, 3)), contrasts)
    drawn = ledger.drawn
    assert ((drawn > 0.5) == ledger.spoke).all()
    assert (ledger.spoke == (support <= 0.05)).all()
    assert drawn[0, 0] == 1 > drawn[0, 1] > drawn[2, 0]  # the strongest most, and one against the class the least
    assert (drawn[(support > 0.05) & (support <= 0.5)] == FAINT).all()
    assert not drawn[support > 0.5].any()
