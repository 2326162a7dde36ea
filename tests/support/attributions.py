"""A further method of attribution, registered as any other: what shell, page and report must show without a change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from lwise_core.inspection import attribution_methods
from lwise_core.inspection.attribution import Attribution, AttributionInput, AttributionMethod
from lwise_core.inspection.attribution_methods import register_method


def _steepness(question: AttributionInput) -> Attribution:
    leaf = question.leaf
    (slope,) = torch.autograd.grad(question.logits(leaf)[:, question.target].sum(), leaf)
    return question.answer(slope.abs())


@pytest.fixture
def steepness() -> Iterator[AttributionMethod]:
    """The method, while it is registered."""
    yield register_method(AttributionMethod("steepness", "Steepness of the logit", run=_steepness, cost=1))
    del attribution_methods._METHODS["steepness"]
