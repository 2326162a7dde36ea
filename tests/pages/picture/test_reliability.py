"""What is said beside a probability: of medical guides, and of those of which nobody has said what they look at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.guides.guide import Domain, GuideModel
from lwise_core.guides.reliability import Reliability, ReliabilityBin

FOUND = (Reliability("held-out pictures", (ReliabilityBin(40, 0.5, 0.25),)),)


def page(guide: object) -> None:  # its text runs alone, without imports
    from pages.parts.picture.reliability import say_altered, say_calibration, say_reliability

    say_reliability(guide, 0.5)
    say_altered(guide)
    say_calibration(guide)


def captions(guide: GuideModel) -> list[str]:
    at = AppTest.from_function(page, kwargs={"guide": guide}).run()
    assert not at.exception, at.exception
    return [c.value.replace("\\", "") for c in at.caption]


@pytest.mark.parametrize("domain", [Domain.NATURAL, Domain.FINE_GRAINED])
def test_other_guides_need_no_reliability(tiny_guide: GuideModel, domain: Domain) -> None:
    assert captions(replace(tiny_guide, domain=domain, reliability=FOUND)) == []


@pytest.mark.parametrize("domain", [Domain.MEDICAL, Domain.UNKNOWN])
def test_of_a_medical_guide_it_is_said_how_often_it_was_right(tiny_guide: GuideModel, domain: Domain) -> None:
    beside, altered, overall = captions(replace(tiny_guide, domain=domain, reliability=FOUND))
    assert "it was right for 25% of 40 held-out pictures" in beside
    assert "unaltered pictures only" in altered
    assert "25 percentage points for held-out pictures" in overall


def test_where_it_was_not_measured_that_is_said(tiny_guide: GuideModel) -> None:
    beside, _, overall = captions(replace(tiny_guide, domain=Domain.MEDICAL))
    assert "has not been measured" in beside
    assert "has not been measured" in overall
