"""In which order maps stand on the Inspect page."""

from __future__ import annotations

import pytest

from lwise_core.inspection.attribution_methods import INTEGRATED_GRADIENTS, SALIENCY
from lwise_core.inspection.examine import MapPair
from lwise_core.inspection.wording import CHANCE_COMES_LAST
from pages.parts.inspect import attribution_panel
from pages.parts.inspect.tabs import ATTRIBUTIONS
from tests.conftest import guide_of, tiny_network
from tests.pages.inspect.test_page import known_as, opened, turned


@pytest.mark.parametrize(("doubted", "digit"), [({SALIENCY.title}, "a"), (set(), "b")])
def test_maps_that_are_no_better_than_chance_stand_last_and_that_is_said(
    doubted: set[str], digit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubt(pair: MapPair) -> str:
        return "No better than chance." if pair.method.title in doubted else ""

    monkeypatch.setattr(attribution_panel, "doubt_of", doubt)
    at = turned(opened(known_as(guide_of(tiny_network()), digit)), ATTRIBUTIONS)
    maps = [s.value for s in at.subheader if s.value in (SALIENCY.title, INTEGRATED_GRADIENTS.title)]
    in_order = [SALIENCY.title, INTEGRATED_GRADIENTS.title]
    assert maps == (in_order[::-1] if doubted else in_order)
    assert (CHANCE_COMES_LAST in [c.value for c in at.caption]) == bool(doubted)
