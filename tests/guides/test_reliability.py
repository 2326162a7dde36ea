"""How often probabilities were right: what a card holds of it, and the sentence that stands beside a probability."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwise_core.guides import catalog
from lwise_core.guides.reliability import (
    CALIBRATION_BINS,
    Reliability,
    ReliabilityBin,
    bin_of,
    read_reliability,
    reliability_in_short,
    reliability_sentence,
)

HOME = Reliability("held-out pictures", (ReliabilityBin(176, 0.565, 0.636), ReliabilityBin(21, 0.956, 1.0)))
AWAY = Reliability("pictures from afar", (ReliabilityBin(50, 0.55, 0.4),))


@given(st.floats(0, 1))
def test_every_probability_falls_into_the_bin_whose_limits_hold_it(probability: float) -> None:
    number = bin_of(probability)
    assert 0 <= number < CALIBRATION_BINS
    assert number / CALIBRATION_BINS <= probability + 1e-12
    assert probability <= (number + 1) / CALIBRATION_BINS + 1e-12


def test_a_probability_finds_the_pictures_that_got_one_like_it() -> None:
    assert HOME.like(0.59) == HOME.bins[0]
    assert HOME.like(0.601) is None
    assert HOME.like(1.0) == HOME.bins[1]


def test_the_error_is_the_mean_distance_from_being_right() -> None:
    assert HOME.error == pytest.approx((176 * 0.071 + 21 * 0.044) / 197)
    assert Reliability("", ()).error == 0


def test_the_sentence_says_how_often_such_a_probability_was_right_here_and_elsewhere() -> None:
    assert reliability_sentence((HOME, AWAY), 0.584) == (
        "When its first choice got 53% to 60%, it was right for 64% of 176 held-out pictures (95% interval 56% to 70%) "
        "and 40% of 50 pictures from afar (95% interval 28% to 54%)."
    )


def test_in_short_it_is_the_same_shares_without_their_intervals() -> None:
    assert reliability_in_short((HOME, AWAY), 0.584) == (
        "right for 64% of 176 held-out pictures and 40% of 50 pictures from afar"
    )
    assert reliability_in_short((HOME, AWAY), 0.96) == "right for 100% of 21 held-out pictures"
    for known, probability in (((), 0.5), ((HOME, AWAY), 0.2)):
        assert reliability_in_short(known, probability) == "how often that is right is not known"


def test_where_nothing_is_known_the_sentence_says_so() -> None:
    assert "has not been measured" in reliability_sentence((), 0.5)
    assert reliability_sentence((HOME, AWAY), 0.96).endswith(
        " None of the pictures from afar got a probability like this."
    )
    assert reliability_sentence((HOME, AWAY), 0.2) == (
        "None of the held-out pictures or of the pictures from afar got a probability like this."
    )


@pytest.mark.parametrize(
    "rows",
    [None, 7, [], [[1, 0.5]], [[0, 0.5, 0.5]], [[1, 1.5, 0.5]], [[True, 0.5, 0.5]], ["abc"], [[1, 0.5, 0.5], None]],
)
def test_what_is_no_reliability_is_none(rows: object) -> None:
    assert read_reliability({"reliability": rows}, source="held-out pictures") is None


def test_what_a_card_holds_is_read() -> None:
    measured = {"reliability": [[176, 0.565, 0.636], [21, 0.956, 1]]}
    assert read_reliability(measured, source="held-out pictures") == HOME


def test_every_bundled_guide_says_how_often_its_probabilities_were_right() -> None:
    for entry in catalog.Catalog(catalog.BUNDLED, catalog.BUNDLED, ()).entries():
        assert entry.card is not None
        assert entry.card.reliability[0].source == "held-out pictures"
        found = entry.card.measured["expected_calibration_error"]
        assert entry.card.reliability[0].error == pytest.approx(found, abs=0.0015)
