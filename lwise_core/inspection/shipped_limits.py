"""The limits of the light about artefacts that ship, by the input size of the guides on which they were found.

How fine the grain of a change is depends on how many pixels a guide sees, so a limit holds at that size and at no other
(``benchmarks/artefact_limits.py`` finds them).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.indicators import Limit


def limits_at(input_size: int) -> Mapping[str, Limit]:
    """Return the limits for guides that see ``input_size`` px a side, by the indicators' keys; empty where none are."""
    found = _by_size().get(str(input_size))
    if found is None:
        return {}
    return {key: Limit(value, found["basis"]) for key, value in found["limits"].items()}


def came_with_limits(guide: GuideModel) -> bool:
    """Return whether ``guide`` ships with limits of its own, or at a size at which they were found on its pictures."""
    return guide.provenance.bundled and bool(guide.artefact_limits or limits_at(guide.input_size))


def sizes_with_limits() -> tuple[int, ...]:
    """Return the input sizes, in pixels, at which limits were found, rising."""
    return tuple(sorted(map(int, _by_size())))


@cache
def _by_size() -> Mapping[str, dict[str, Any]]:
    text = files("lwise_core.inspection").joinpath("risk_limits.json").read_text(encoding="utf-8")
    found: Mapping[str, dict[str, Any]] = json.loads(text)
    return found
