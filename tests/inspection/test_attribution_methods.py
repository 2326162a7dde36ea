"""The registry of attributions: a further method is offered everywhere once it is registered."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from lwise_core.cli.inspect import inspect_command
from lwise_core.cli.options import Refused
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.attribution import AttributionMethod, attribute
from lwise_core.inspection.attribution_methods import METHODS, SALIENCY, available, register_method
from lwise_core.inspection.examine import Question, examine, gradients_for, maps_at
from lwise_core.inspection.report import Report, ReportSubject
from tests.conftest import eight_pictures
from tests.inspection.test_evidence import path_of
from tests.support.attributions import steepness

__all__ = ["steepness"]


def test_every_method_is_found_by_its_own_name_and_has_a_title_of_its_own() -> None:
    assert {name: method.name for name, method in METHODS.items()} == {name: name for name in METHODS}
    assert len({method.title for method in METHODS.values()}) == len(METHODS) == 9


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="“saliency” already"):
        register_method(SALIENCY)


def test_a_further_method_is_computed_and_costed(tiny_guide: GuideModel, steepness: AttributionMethod) -> None:
    picture = eight_pictures(16)[1]
    found = attribute(tiny_guide, picture, target=3, method=steepness)
    signed = attribute(tiny_guide, picture, target=3, method=SALIENCY)
    assert found.method is steepness
    assert (found.values >= np.abs(signed.values) * (1 - 1e-5)).all()
    assert steepness in available(tiny_guide)
    assert gradients_for(steepness) == gradients_for(SALIENCY)


def test_a_further_method_is_offered_by_the_shell(steepness: AttributionMethod) -> None:
    with pytest.raises(Refused, match=f"no method “x”; there is integrated-gradients, saliency.*, {steepness.name}"):
        inspect_command(photo=None, class_name="house cat", eps=1.0, method=["x"])  # type: ignore[arg-type]  refused before


def test_a_further_method_is_in_a_report_by_its_title(tiny_guide: GuideModel, steepness: AttributionMethod) -> None:
    path = path_of(tiny_guide, target=1)
    *_, findings = examine(path)
    *_, maps = maps_at(path, Question(1, (steepness,)), epsilon=path.step)
    report = Report(ReportSubject("moth.png", "b", path.step), findings, maps)
    assert f"<h3>{steepness.title}</h3>" in report.as_html()
    assert [m["method"] for m in json.loads(report.as_json())["maps"]] == ["steepness"]
    with np.load(io.BytesIO(report.as_arrays())) as arrays:
        assert {"steepness/original", "steepness/enhanced"} <= set(arrays)
