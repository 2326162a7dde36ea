"""The limits that ship: of artefacts alone, at the sizes that guides which ship see."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import pytest

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.indicators import MEASURES, LightKind
from lwise_core.inspection.shipped_limits import came_with_limits, limits_at, sizes_with_limits

ARTEFACTS = {m.key for m in MEASURES if m.kind is LightKind.ARTEFACT}


@pytest.mark.parametrize("size", sizes_with_limits())
def test_every_indicator_of_artefacts_has_a_limit_that_says_where_it_is_from(size: int) -> None:
    found = limits_at(size)
    assert found.keys() == ARTEFACTS
    assert all(isfinite(x.value) and f"at {size} px: " in x.basis for x in found.values())


def test_there_are_limits_for_the_sizes_of_the_guides_that_ship_and_for_no_other() -> None:
    assert sizes_with_limits() == (32, 64, 128)
    assert limits_at(224) == limits_at(33) == {}


def test_a_larger_guide_has_the_finer_limit_of_grain() -> None:
    """Grain of 4 px is a larger share of what a small guide sees: one limit for all would let its plain twin pass."""
    assert limits_at(32)["HF"].value != limits_at(128)["HF"].value


def test_only_a_guide_that_ships_at_such_a_size_came_with_limits(tiny_guide: GuideModel) -> None:
    shipped = replace(tiny_guide, provenance=replace(tiny_guide.provenance, bundled=True))
    assert [came_with_limits(replace(shipped, input_size=n)) for n in (16, 32)] == [False, True]
    assert not came_with_limits(replace(tiny_guide, input_size=32))
