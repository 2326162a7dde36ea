"""What is found of a photograph at one ε, as lights, every number and a report."""

from __future__ import annotations

import pytest

import lwise_core as lw
from lwise_core.guides.guide import EpsilonOutOfRange
from lwise_core.inspection.attribution_methods import SALIENCY
from lwise_core.inspection.examine import Question, examine
from lwise_core.inspection.photograph_inspection import InspectedPhotograph, PhotographInspection
from tests.conftest import guide_of, tiny_network
from tests.support.photograph_paths import path, photo, tiny_photo

__all__ = ["path", "photo", "tiny_photo"]


@pytest.fixture(scope="module")
def inspection(tiny_photo: lw.Photograph) -> PhotographInspection:
    """What is found of a small photograph; nobody is asked for a second opinion."""
    enhanced = lw.enhance(guide_of(tiny_network()), tiny_photo, "b")
    *_, findings = examine(enhanced.path)
    return PhotographInspection(enhanced, findings, Question(1, (SALIENCY,)))


def test_the_second_opinion_is_of_an_independent_guide_or_of_the_one_that_is_named(path: lw.PhotographPath) -> None:
    found = lw.inspect(path, method="saliency").at(1.4)
    assert found.second is not None
    assert found.second.name == "animals16-128"
    assert found.risk.values["H5"] is not None
    assert [o.guide for o in found.opinions] == ["animals16-64", "animals16-128"]
    assert [pair.method.name for pair in found.maps] == ["saliency"]
    text = found.every_number()
    for word in (
        "how far ε may go",
        "(H5)",
        "Colour, median ΔE2000",
        "Pattern every 2 px",
        "(deletion; in random order",
        "animals16-128",
    ):
        assert word in text
    assert found.risk.semantic.sentence in found.report.as_html()


def test_printed_it_says_both_lights_of_its_epsilon(inspection: PhotographInspection) -> None:
    for epsilon in inspection.photograph.epsilons[1:3]:
        found = inspection.at(epsilon)
        risk = inspection.findings.at(epsilon)
        semantic, artefact, why = str(found).splitlines()
        assert why == f"Why? {risk.why.sentence}"
        assert semantic.endswith(risk.semantic.sentence)
        assert artefact.endswith(risk.artefact.sentence)
        assert found.risk.step == inspection.photograph.epsilons.index(epsilon)


def test_every_indicator_is_among_the_numbers_and_the_opinions_come_last(inspection: PhotographInspection) -> None:
    found = inspection.at(inspection.photograph.epsilons[2])
    lines = found.every_number().splitlines()
    for light in (found.risk.semantic, found.risk.artefact):
        for indicator in light.indicators:
            assert sum(f"({indicator.measure.key}), {indicator.verdict}: " in line for line in lines) == 1
    assert [o.guide for o in found.opinions] == ["test"]
    assert lines[-1] == found.said_by(inspection.photograph.guide)


def test_where_nothing_was_changed_there_is_nothing_to_measure(inspection: PhotographInspection) -> None:
    def measured(found: InspectedPhotograph) -> bool:
        text = found.every_number()
        assert ("so there is nothing to measure" in text) is found.change.is_none
        return "Colour, median ΔE2000" in text

    assert not measured(inspection.at(0))
    assert measured(inspection.at(inspection.photograph.epsilons[-1]))


@pytest.mark.parametrize("epsilon", [-0.1, 1000])
def test_nothing_is_found_outside_the_range_of_the_guide(inspection: PhotographInspection, epsilon: float) -> None:
    with pytest.raises(EpsilonOutOfRange):
        inspection.at(epsilon)
