"""The words of an inspection hold its numbers."""

from __future__ import annotations

import numpy as np

from lwise_core.inspection.evidence import Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.examine import Opinion
from lwise_core.inspection.indicators import MEASURES, Indicator, Limit
from lwise_core.inspection.perturbation import Lattice
from lwise_core.inspection.wording import facts_of, lattice_row, opinion_row, overlap_of, where_it_arose


def test_an_indicator_says_its_value_what_chance_makes_and_its_limit() -> None:
    measure = MEASURES[0]
    side = "above" if measure.high_is_bad else "below"
    known = Indicator(measure, -0.12345, "0 by luck.", Limit(0.5, "measured"))
    assert facts_of(known) == f"−0.123 ({measure.unit}); by chance 0 by luck; flagged {side} 0.5."
    assert facts_of(Indicator(measure, None, "", None, "Nobody knows.")) == "– Nobody knows; it has no limit."


def test_where_nothing_has_changed_nothing_is_said_of_the_overlap() -> None:
    steps, nothing = np.array([np.nan, 0.25]), np.zeros(2)
    others = np.array([[np.nan, 0.1], [np.nan, 0.3]])
    evidence = Evidence(np.zeros((2, 2), dtype=np.float32), steps, others, nothing, nothing)
    assert overlap_of(evidence, step=0) == ("", "")
    share, rest = overlap_of(evidence, step=1)
    assert share == "25%"
    assert rest.endswith("; on those of 2 other classes 20% on average.")


def test_where_the_gain_arose_is_said_with_what_was_lost() -> None:
    gains = np.array([[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [1.0, -0.5]]])
    ledger = EvidenceLedger(np.array([[0.01, 0.9], [0.3, 0.01]]), 0.01, gains)
    assert where_it_arose(ledger, step=1) == (
        "Of what places gained for the class, 25% arose where the original spoke for it and 50% where nothing did; "
        "places gained 4.00 and lost 0.50 of the logit."
    )
    assert where_it_arose(ledger, step=0) == "Too little was gained to say where it arose."


def test_a_guide_that_does_not_know_the_class_says_so() -> None:
    row = opinion_row(Opinion("b", ("dog", 0.5), ("cat", 0.75), None), class_name="house cat")
    assert row == {
        "Guide": "b",
        "Original": "dog (50%)",
        "Enhanced": "cat (75%)",
        "Logit of house cat": "does not know this class",
    }
    knowing = opinion_row(Opinion("b", ("dog", 0.5), ("cat", 0.75), (2.0, 1.5)), class_name="cat")
    assert knowing["Logit of cat"] == "2.00 → 1.50 (−0.50)"


def test_a_lattice_is_a_row_of_a_table() -> None:
    row = lattice_row(Lattice(4, 9.26, 9.84, 0.0744))
    assert list(row.values()) == ["4 px", "9.3 dB above its ring", "9.8 dB", "0.074"]
